import {
  createEscrowPageInstruction,
  decodeEscrowPage,
  escrowPda,
  giveVerdictsInstruction,
  grantRewardsInstruction,
  PAGE_SLOTS,
  resolveRewardsInstruction,
  setRewardKindsInstruction,
  STK_POLICY,
  type EscrowPage,
  type FrozenReward,
  type GrantRewardsParameters,
  type RewardGrant,
  type RewardKind,
} from "@stk/sdk"
import { addMembers, createEconomy, readEconomy, releaseDays, type TestEconomy } from "./economy"
import type { Chain, Sent } from "./svm"

/** Indexes of STK's kinds of rewards. */
export const KIND = {
  learning: 0,
  content: 1,
  mentoring: 2,
  project: 3,
  grant: 4,
  peerReview: 5,
  referral: 6,
} as const

/** A hash of reasons. */
export const REASON = new Uint8Array(32).fill(0x1e)

/** Replaces an economy's kinds of rewards, by STK's unless told otherwise. */
export function setRewardKinds(
  chain: Chain,
  economy: TestEconomy,
  kinds: readonly RewardKind[] = STK_POLICY.rewardKinds,
): Sent {
  const { admin } = economy.actors
  const instruction = setRewardKindsInstruction({
    admin: admin.publicKey,
    economy: economy.address,
    kinds,
  })
  return chain.send(instruction, [admin])
}

/** Creates the next escrow page; gives its index. */
export function addEscrowPage(chain: Chain, economy: TestEconomy): number {
  const escrowPage = readEconomy(chain, economy).escrowPages
  const at = { payer: chain.payer.publicKey, economy: economy.address, escrowPage }
  chain.send(createEscrowPageInstruction(at))
  return escrowPage
}

/** STK's economy with its kinds of rewards, `members` members, a week's emission and an escrow page. */
export function rewardEconomy(chain: Chain, members = 4): TestEconomy {
  const economy = createEconomy(chain)
  addMembers(chain, economy, members)
  setRewardKinds(chain, economy)
  releaseDays(chain, economy, 7)
  addEscrowPage(chain, economy)
  return economy
}

/** An escrow page as it stands. */
export function readEscrowPage(chain: Chain, economy: TestEconomy, escrowPage = 0): EscrowPage {
  const account = chain.getAccount(escrowPda(economy.address, escrowPage)[0])
  if (account === null) throw new Error(`there is no escrow page ${escrowPage}`)
  return decodeEscrowPage(account.data)
}

/** All escrow pages as they stand. */
export function readEscrowPages(chain: Chain, economy: TestEconomy): EscrowPage[] {
  const { escrowPages } = readEconomy(chain, economy)
  return Array.from({ length: escrowPages }, (_, index) => readEscrowPage(chain, economy, index))
}

/** The frozen reward in a place. */
export function readReward(chain: Chain, economy: TestEconomy, place: number, escrowPage = 0): FrozenReward {
  const reward = readEscrowPage(chain, economy, escrowPage).rewards.find((each) => each.place === place)
  if (reward === undefined) throw new Error(`place ${place} is free`)
  return reward
}

/** What a grant of a test is about; the rest has defaults. */
export type GrantOptions = Partial<Pick<GrantRewardsParameters, "escrowPage" | "freezeDays" | "reason">>

/** The instruction by which the validator freezes rewards. */
export function grantOf(
  economy: TestEconomy,
  kind: number,
  grants: readonly RewardGrant[],
  options: GrantOptions = {},
) {
  return grantRewardsInstruction({
    validator: economy.actors.validator.publicKey,
    economy: economy.address,
    kind,
    reason: REASON,
    escrowPage: 0,
    grants,
    ...options,
  })
}

/** Freezes rewards. */
export function grant(
  chain: Chain,
  economy: TestEconomy,
  kind: number,
  grants: readonly RewardGrant[],
  options: GrantOptions = {},
): Sent {
  return chain.send(grantOf(economy, kind, grants, options), [economy.actors.validator])
}

/** The validator confirms or rejects the reward in a place. */
export function giveVerdict(chain: Chain, economy: TestEconomy, place: number, confirmed: boolean): Sent {
  const { validator } = economy.actors
  const { id } = readReward(chain, economy, place)
  const instruction = giveVerdictsInstruction({
    validator: validator.publicKey,
    economy: economy.address,
    escrowPage: 0,
    verdicts: [{ place, id, confirmed }],
  })
  return chain.send(instruction, [validator])
}

/** Resolves the rewards in these places of page 0, all of members of one page. */
export function resolveRewards(chain: Chain, economy: TestEconomy, ...places: readonly number[]): Sent {
  const rewards = places.map((place) => readReward(chain, economy, place))
  const page = Math.floor((rewards[0]?.member ?? 0) / PAGE_SLOTS)
  return chain.send(
    resolveRewardsInstruction({ economy: economy.address, escrowPage: 0, page, places: rewards }),
  )
}
