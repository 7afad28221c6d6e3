import { createHash } from "node:crypto"
import { parseAmount, STK_PRESET, type LocatedReward } from "@stk/sdk"
import { dateOf } from "../../calendar"
import { bold } from "../../show"
import { exactly, stk } from "../economy"
import { balanceOf, personAt, type Person, type Scene } from "./scene"

const KIND = "peer_review"
const AMOUNT = parseAmount("300", STK_PRESET.decimals)
const REASON = "Reviews of two projects"

/** Who has what at one moment. Amounts are base units. */
interface Moment {
  when: string
  /** Of the reviewer whose review passes, and of the other. */
  balances: readonly [passes: bigint, fails: bigint]
  frozen: bigint
  rewardsPool: bigint
}

/** The reviews as act two tells them. Amounts are base units. */
export interface ReviewsResult {
  amount: string
  confirmed: { member: string; before: string; after: string }
  rejected: { member: string; before: string; after: string }
  /** Frozen in the whole economy while the reviews wait, and once they are resolved. */
  frozen: { before: string; after: string }
  /** What the resolution gave back to the Rewards Pool. */
  returned: string
}

async function frozenReward({ name, client, wallet }: Person): Promise<LocatedReward> {
  const [reward] = await client.fetchFrozenRewards(wallet)
  if (reward === undefined) throw new Error(`${name} has no frozen reward`)
  return reward
}

/** Two peer reviews are rewarded and frozen for 30 days; one is confirmed, the other one cancelled. */
export async function playReviews(scene: Scene): Promise<ReviewsResult> {
  const { voice, calendar, operator } = scene
  const [passing, failing] = [personAt(scene, 2), personAt(scene, 3)]
  const moment = async (when: string): Promise<Moment> => {
    const { frozen, funds } = await operator.fetchEconomy()
    return {
      when,
      balances: [await balanceOf(passing), await balanceOf(failing)],
      frozen,
      rewardsPool: funds[0],
    }
  }
  voice.heading("Peer reviews: one passes, one is cancelled")
  const before = await moment("before")
  const kind = (await operator.fetchEconomy()).rewardKinds.findIndex(({ name }) => name === KIND)
  const reason = createHash("sha256").update(REASON).digest()
  const grants = [passing, failing].map(({ index }) => ({ member: index, amount: AMOUNT }))
  await voice.step(`the validator grants both reviewers ${stk(AMOUNT)} STK: frozen for 30 days`, () =>
    operator.grantRewards({ kind, reason, grants }),
  )
  const granted = await moment("granted")
  const rewards = [await frozenReward(passing), await frozenReward(failing)] as const
  await voice.step(`its verdicts: confirmed for ${passing.name}, rejected for ${failing.name}`, () =>
    operator.giveVerdicts(rewards.map((reward, index) => ({ ...reward, confirmed: index === 0 }))),
  )
  const endsAt = Math.max(...rewards.map((reward) => reward.endsAt))
  await voice.step(
    (posted) => `30 days pass, until ${dateOf(endsAt)}: ${posted.length} weeks posted and settled`,
    () => calendar.advance(endsAt),
  )
  const due = await moment("30 days later")
  const anyone = personAt(scene, 4)
  await voice.step(`${anyone.name} resolves what is due: anyone may`, async () =>
    anyone.client.resolveRewards(await calendar.now()),
  )
  const resolved = await moment("resolved")

  voice.say()
  voice.table(
    ["STK", passing.name, failing.name, "frozen", "Rewards Pool"],
    [before, granted, due, resolved].map(({ when, balances, frozen, rewardsPool }) => [
      when,
      ...[...balances, frozen, rewardsPool].map(exactly),
    ]),
  )
  const returned = resolved.rewardsPool - due.rewardsPool
  const credited = resolved.balances[0] - due.balances[0]
  voice.say(
    `\n  ${bold(`${exactly(credited)} STK`)} credited to ${passing.name}, ${bold(`${exactly(returned)} STK`)} back in the Rewards Pool`,
  )
  const change = (name: string, of: 0 | 1) => ({
    member: name,
    before: `${due.balances[of]}`,
    after: `${resolved.balances[of]}`,
  })
  return {
    amount: `${AMOUNT}`,
    confirmed: change(passing.name, 0),
    rejected: change(failing.name, 1),
    frozen: { before: `${due.frozen}`, after: `${resolved.frozen}` },
    returned: `${returned}`,
  }
}
