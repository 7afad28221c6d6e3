import {
  confirmActivityInstruction,
  createEscrowPageInstruction,
  giveVerdictsInstruction,
  grantRewardsInstruction,
  payRewardsInstruction,
  rateRewardInstruction,
  resolveRewardsInstruction,
  setRewardKindsInstruction,
  STK_POLICY,
  STK_PRESET,
  weekEnd,
  weekOf,
} from "@stk/sdk"
import type { TransactionInstruction } from "@solana/web3.js"
import { addMembers, releaseEmission, runWeek } from "../../tests/utils/economy"
import { KIND, readEscrowPage, REASON } from "../../tests/utils/rewards"
import { Chain, START_UNIX_TIME } from "../../tests/utils/svm"
import type { Row, Table, Target } from "../figures"
import { measure, mostThatFit, type Measured } from "./meter"
import { createSeededEconomy, fundedKey, handOverRoles, walletsOf } from "./world"

const MEMBERS = 64
const SECONDS_PER_DAY = 86_400
/** Longest freeze of STK's kinds. */
const FREEZE_DAYS = 90
/** More than fit any of the transactions below. */
const PLENTY = 200

/** What explicit rewards cost, alone and in the largest batches. */
export interface RewardCosts {
  readonly table: Table
  readonly targets: readonly Target[]
}

/** Each instruction of rewards, once alone and where it takes many in the largest legacy transaction. */
export async function measureRewards(): Promise<RewardCosts> {
  const chain = new Chain()
  const { economy } = await createSeededEconomy(chain, "rewards", STK_PRESET, START_UNIX_TIME)
  handOverRoles(chain, economy)
  const wallets = walletsOf(economy, 0, MEMBERS)
  addMembers(chain, economy, wallets)
  chain.unixTime = weekEnd(weekOf(START_UNIX_TIME) ?? 0)
  releaseEmission(chain, economy)
  const { admin, validator } = economy.actors
  const anyone = fundedKey(chain, "anyone")
  const at = { economy: economy.address, escrowPage: 0, page: 0 }
  const by = { ...at, validator: validator.publicKey }
  const rows: Row[] = []
  const note = (name: string, of: string, count: number, measured: Measured): Measured => {
    const { computeUnits, bytes, rent, fee } = measured
    const each = Math.round((computeUnits / count) * 100) / 100
    rows.push({
      name: of === "" ? name : `${name}, ${of}`,
      cells: [count, computeUnits, each, bytes, rent, fee],
    })
    return measured
  }
  const most = (instructionOf: (count: number) => TransactionInstruction, signer = validator) =>
    mostThatFit(chain, PLENTY, (count) => [instructionOf(count)], [signer])

  const kinds = setRewardKindsInstruction({ ...at, admin: admin.publicKey, kinds: STK_POLICY.rewardKinds })
  note("set_reward_kinds", "7 kinds", 1, await measure(chain, kinds, [admin]))
  const creation = createEscrowPageInstruction({ ...at, payer: anyone.publicKey })
  note("create_escrow_page", "211 places", 1, await measure(chain, creation, [anyone]))

  const payments = (count: number) =>
    payRewardsInstruction({
      ...by,
      kind: KIND.content,
      reason: REASON,
      payments: Array.from({ length: count }, (_, index) => ({ slot: index % MEMBERS, amount: 1_000n })),
    })
  note("pay_rewards", "alone", 1, await measure(chain, payments(1), [validator]))
  const paid = await most(payments)
  note("pay_rewards", "the largest legacy batch", paid, await measure(chain, payments(paid), [validator]))

  const grants = (kind: number, first: number) => (count: number) =>
    grantRewardsInstruction({
      ...by,
      kind,
      reason: REASON,
      grants: Array.from({ length: count }, (_, index) => ({
        place: first + index,
        member: index % MEMBERS,
        counterparty: (index + 1) % MEMBERS,
        amount: 1_000n,
      })),
    })
  const [mentoring, referral, alone, batched] = [0, 1, 2, 3]
  await measure(chain, grants(KIND.mentoring, mentoring)(1), [validator])
  await measure(chain, grants(KIND.referral, referral)(1), [validator])
  note("grant_rewards", "alone", 1, await measure(chain, grants(KIND.peerReview, alone)(1), [validator]))
  const granted = await most(grants(KIND.peerReview, batched))
  const grant = note(
    "grant_rewards",
    "the largest legacy batch",
    granted,
    await measure(chain, grants(KIND.peerReview, batched)(granted), [validator]),
  )
  // Resolutions take more, since their items are smaller.
  await measure(chain, grants(KIND.peerReview, batched + granted)(granted), [validator])
  await measure(chain, grants(KIND.peerReview, batched + 2 * granted)(granted), [validator])

  const rewards = () => readEscrowPage(chain, economy).rewards
  const reviews = () => rewards().filter(({ kind }) => kind === KIND.peerReview)
  const verdicts = (count: number) =>
    giveVerdictsInstruction({
      ...by,
      verdicts: reviews()
        .slice(0, count)
        .map(({ place, id }) => ({ place, id, confirmed: true })),
    })
  note("give_verdicts", "alone", 1, await measure(chain, verdicts(1), [validator]))
  const said = await most(verdicts)
  note("give_verdicts", "the largest legacy batch", said, await measure(chain, verdicts(said), [validator]))

  const mentee = wallets[1]
  if (mentee === undefined) throw new Error("an economy without members")
  chain.airdrop(mentee.publicKey)
  const rating = { ...at, wallet: mentee.publicKey, place: mentoring, id: 0, slot: 1, rating: 5 }
  note("rate_reward", "", 1, await measure(chain, rateRewardInstruction(rating), [mentee]))
  // The week that had ended when the rewards were granted, and the first of their freeze.
  for (let weeks = 0; weeks < 2; weeks++) {
    runWeek(
      chain,
      economy,
      wallets.map(() => [1, 0, 0, 0, 0, 0, 0]),
    )
  }
  const activity = confirmActivityInstruction({ ...at, place: referral, id: 1 })
  note("confirm_activity", "", 1, await measure(chain, activity, [anyone]))

  chain.unixTime += FREEZE_DAYS * SECONDS_PER_DAY
  const resolution = (count: number) =>
    resolveRewardsInstruction({
      ...at,
      places: rewards()
        .filter(({ verdict }) => verdict === "confirmed")
        .slice(0, count),
    })
  note("resolve_rewards", "alone", 1, await measure(chain, resolution(1), [anyone]))
  const confirmed = rewards().filter(({ verdict }) => verdict === "confirmed").length
  const fitting = await mostThatFit(chain, confirmed, (count) => [resolution(count)], [anyone])
  const resolved = note(
    "resolve_rewards",
    "a batch of all that have a verdict",
    fitting,
    await measure(chain, resolution(fitting), [anyone]),
  )

  const perItem = ({ computeUnits }: Measured, count: number): number =>
    Math.round((computeUnits / count) * 100) / 100
  return {
    table: tableOf(rows),
    targets: [
      { name: "Grants in 1,232 bytes", unit: "members", limit: 30, bound: "at least", measured: granted },
      {
        name: "Freezing a reward, in a batch",
        unit: "CU",
        limit: 250,
        bound: "at most",
        measured: perItem(grant, granted),
      },
      {
        name: "Resolving a frozen reward, in a batch",
        unit: "CU",
        limit: 150,
        bound: "at most",
        measured: perItem(resolved, fitting),
      },
    ],
  }
}

function tableOf(rows: readonly Row[]): Table {
  return {
    id: "rewards",
    title: "Explicit rewards",
    text: [
      "In an economy of 64 members, in a legacy transaction that also sets the limit of compute units. Each: compute units of one reward of the batch. Rent as above.",
    ],
    heading: "Instruction",
    columns: [
      { name: "Rewards", unit: "members" },
      { name: "CU", unit: "CU" },
      { name: "Each", unit: "CU" },
      { name: "Bytes", unit: "bytes" },
      { name: "Rent, lamports", unit: "lamports" },
      { name: "Fee, lamports", unit: "lamports" },
    ],
    rows,
  }
}
