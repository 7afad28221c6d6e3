import { readFileSync } from "node:fs"
import { resolve } from "node:path"
import { RENT_LAMPORTS_PER_BYTE } from "stk-localnet"
import type { Results, Table, Target } from "../figures"
import { measureBatches, perMember, type BatchCosts } from "./batches"
import { measureFunds } from "./funds"
import { governanceTable } from "./governance"
import { measureInstructions, type InstructionCosts } from "./instructions"
import { millionTable } from "./million"
import { measureMarketplace } from "./marketplace"
import { measurePeers } from "./peers"
import { publishedTable } from "./published"
import { measureRewards } from "./rewards"
import { measureStabilisation } from "./stabilisation"
import { measureStaking } from "./staking"
import { measureTransfers } from "./transfers"

const PROGRAM = resolve(__dirname, "../../target/deploy/stk.so")
/** What an account occupies beside its data. */
const ACCOUNT_OVERHEAD_BYTES = 128
/** What the loader keeps before the code. */
const PROGRAM_DATA_HEAD_BYTES = 45

/** Runs every scenario; the same numbers each time. */
export async function measureAll(): Promise<Results> {
  const instructions = await measureInstructions()
  const batches = await measureBatches()
  const transfers = await measureTransfers()
  const marketplace = await measureMarketplace()
  const peers = await measurePeers()
  const rewards = await measureRewards()
  const staking = await measureStaking()
  return {
    targets: [
      ...targetsOf(instructions, batches),
      ...transfers.targets,
      ...marketplace.targets,
      ...rewards.targets,
      ...staking.targets,
    ],
    tables: [
      instructions.table,
      await measureFunds(),
      ...batches.tables,
      rewards.table,
      transfers.table,
      staking.table,
      await measureStabilisation(),
      await governanceTable(),
      marketplace.table,
      millionTable(batches, peers),
      peers.table,
      publishedTable(),
      programTable(),
    ],
  }
}

function targetsOf({ release, withdraw, withdrawCall }: InstructionCosts, batches: BatchCosts): Target[] {
  const { firstWeek, steady, steadyVersion1, fullSettle, shortSettle } = batches
  const units = ({ measured, members }: BatchCosts["steady"]): number =>
    perMember(measured.computeUnits, members)
  const atMost = (name: string, unit: Target["unit"], limit: number, measured: number): Target => {
    return { name, unit, limit, bound: "at most", measured }
  }
  const atLeast = (name: string, limit: number, measured: number): Target => {
    return { name, unit: "members", limit, bound: "at least", measured }
  }
  return [
    atMost("An active member of the largest legacy batch, first week", "CU", 100, units(firstWeek)),
    atMost("An active member of the largest legacy batch, streak of 5 and more", "CU", 100, units(steady)),
    atMost("An active member of the largest batch of version 1", "CU", 100, units(steadyVersion1)),
    atLeast("Active members in 1,232 bytes", 184, steady.members),
    atLeast("Active members in 4,096 bytes, version 1", 700, steadyVersion1.members),
    atMost("Bytes of one more active member, its bit included", "bytes", 5.125, batches.bytesOfMember),
    atMost("Posting an active member's week", "lamports", 28, perMember(steady.measured.fee, steady.members)),
    atMost("Settling a member, paid in full", "CU", 60, units(fullSettle)),
    atMost("Settling a member, short of pool", "CU", 200, units(shortSettle)),
    atMost("release_emission", "CU", 4_000, release.computeUnits),
    atMost(
      "withdraw, beside its call of the token program",
      "CU",
      2_500,
      withdraw.computeUnits - withdrawCall,
    ),
  ]
}

function programTable(): Table {
  const { length } = readFileSync(PROGRAM)
  const rent = (ACCOUNT_OVERHEAD_BYTES + PROGRAM_DATA_HEAD_BYTES + length) * Number(RENT_LAMPORTS_PER_BYTE)
  return {
    id: "program",
    title: "The program",
    text: [],
    heading: "File",
    columns: [
      { name: "Bytes", unit: "bytes" },
      { name: "Rent of its code, lamports", unit: "lamports" },
    ],
    rows: [{ name: "stk.so", cells: [length, rent] }],
  }
}
