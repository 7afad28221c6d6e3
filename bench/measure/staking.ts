import {
  createStakePageInstruction,
  growStakePageInstruction,
  MOST_STAKES,
  PAGE_SLOTS,
  snapshotPageInstruction,
  stakeInstruction,
  STK_PRESET,
  unstakeInstruction,
  weekEnd,
  weekOf,
} from "@stk/sdk"
import type { Keypair } from "@solana/web3.js"
import { addMembers, releaseEmission, runWeek } from "../../tests/utils/economy"
import { takeSnapshot } from "../../tests/utils/staking"
import { Chain, START_UNIX_TIME } from "../../tests/utils/svm"
import type { Row, Table, Target } from "../figures"
import { measure, type Measured } from "./meter"
import { createSeededEconomy, fundedKey, handOverRoles, walletsOf } from "./world"

/** Compute units of keeping the balance of one member. */
const SNAPSHOT_TARGET = 12
const TERM_DAYS = 30
const SECONDS_PER_DAY = 86_400
/** One whole token. */
const AMOUNT = 1_000_000n

/** What staking and snapshots of one full page cost. */
export interface StakingCosts {
  readonly table: Table
  readonly targets: readonly Target[]
}

/** Stakes in a page of 1,024 members, from the first to the last that fits, and three snapshots of it. */
export async function measureStaking(): Promise<StakingCosts> {
  const chain = new Chain()
  const { economy } = await createSeededEconomy(chain, "staking", STK_PRESET, START_UNIX_TIME)
  handOverRoles(chain, economy)
  const wallets = walletsOf(economy, 0, PAGE_SLOTS)
  addMembers(chain, economy, wallets)
  chain.unixTime = weekEnd(weekOf(START_UNIX_TIME) ?? 0)
  releaseEmission(chain, economy)
  runWeek(
    chain,
    economy,
    wallets.map(() => [1, 1, 1, 1, 1, 1, 1]),
  )
  const anyone = fundedKey(chain, "anyone")
  const at = { economy: economy.address, page: 0 }
  const paid = { ...at, payer: anyone.publicKey }
  const rows: Row[] = []
  const note = (name: string, of: string, { computeUnits, bytes, rent, fee }: Measured): void => {
    rows.push({ name: of === "" ? name : `${name}, ${of}`, cells: [computeUnits, bytes, rent, fee] })
  }

  note("create_stake_page", "317 places", await measure(chain, createStakePageInstruction(paid), [anyone]))
  const stakeOf = (key: Keypair, slot: number) =>
    stakeInstruction({ ...at, wallet: key.publicKey, slot, amount: AMOUNT, termDays: TERM_DAYS })
  const members = wallets.map((key, slot) => ({ key, slot }))
  const [first, last] = [members[0], members.at(-1)]
  if (first === undefined || last === undefined) throw new Error("a page without members")
  for (const { key } of [first, last]) chain.airdrop(key.publicKey)
  note("stake", "the first of the page", await measure(chain, stakeOf(first.key, 0), [first.key]))
  chain.unixTime += TERM_DAYS * SECONDS_PER_DAY
  const unstake = { ...at, wallet: first.key.publicKey, slot: 0, place: 0, id: 0 }
  note("unstake", "", await measure(chain, unstakeInstruction(unstake), [first.key]))
  note("grow_stake_page", "320 places", await measure(chain, growStakePageInstruction(paid), [anyone]))
  const growths = 11
  for (let grown = 0; grown < growths; grown++) chain.send(growStakePageInstruction(paid), [anyone])
  for (const { key, slot } of members) {
    const count = slot === last.slot ? MOST_STAKES - 1 : MOST_STAKES
    const stakes = Array.from({ length: count }, () => stakeOf(key, slot))
    chain.send(stakes, [key], { computeUnits: 400_000 })
  }
  note(
    "stake",
    "the last of 4,096 that fit the page",
    await measure(chain, stakeOf(last.key, last.slot), [last.key]),
  )

  const snapshots: Measured[] = []
  for (const snapshot of [1, 2, 3]) {
    takeSnapshot(chain, economy, snapshot)
    snapshots.push(await measure(chain, snapshotPageInstruction({ ...paid, snapshot }), [anyone]))
  }
  const [created, , repeated] = snapshots
  if (created === undefined || repeated === undefined) throw new Error("three snapshots were measured")
  note("snapshot_page", "1,024 members, the first two times", created)
  note("snapshot_page", "1,024 members, later", repeated)

  return {
    table: tableOf(rows),
    targets: [
      {
        name: "Keeping a member's balance for a vote",
        unit: "CU",
        limit: SNAPSHOT_TARGET,
        bound: "at most",
        measured: Math.round((created.computeUnits / PAGE_SLOTS) * 100) / 100,
      },
    ],
  }
}

function tableOf(rows: readonly Row[]): Table {
  return {
    id: "staking",
    title: "Staking and snapshots",
    text: [
      "In a page of 1,024 members, in a legacy transaction that also sets the limit of compute units. A stake looks through the places of the page for a free one and for those of the member. Rent as above.",
    ],
    heading: "Instruction",
    columns: [
      { name: "CU", unit: "CU" },
      { name: "Bytes", unit: "bytes" },
      { name: "Rent, lamports", unit: "lamports" },
      { name: "Fee, lamports", unit: "lamports" },
    ],
    rows,
  }
}
