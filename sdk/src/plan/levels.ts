import type { PublicKey } from "@solana/web3.js"
import { PAGE_SLOTS } from "../constants.js"
import type { ProgramParameters } from "../instructions/encode.js"
import { setLevelsInstruction, type LevelChange } from "../instructions/members/set_levels.js"
import { ESTIMATED_COMPUTE_UNITS } from "./estimate.js"
import type { Lane, Plan } from "./plan.js"
import { mostBytes, planTransaction, transactionBytes, type TransactionOptions } from "./transaction.js"

/** The level that a member shall have. */
export interface MemberLevel {
  /** Global index of the member. */
  index: number
  level: number
}

export interface PlanLevelsParameters extends ProgramParameters, TransactionOptions {
  registrar: PublicKey
  economy: PublicKey
  levels: readonly MemberLevel[]
  /** SHA-256 of the reasons for all changes. */
  evidence: Uint8Array
  /** The level that a member has on chain, if known: those who have theirs are left out. */
  levelOf?: ((index: number) => number | undefined) | undefined
}

/** Which of the members had their level already. */
export interface LevelsDone {
  members: readonly number[]
}

/** Bytes of a change: slot and level. */
const CHANGE_BYTES = 3

/** Plans changes of levels, page by page, as many in a transaction as fit. The last change named for a member counts. */
export function planLevels(p: PlanLevelsParameters): Plan<LevelsDone> {
  const alreadyDone: { members: number[] } = { members: [] }
  const pages = new Map<number, Map<number, LevelChange>>()
  for (const { index, level } of p.levels) {
    const page = Math.floor(index / PAGE_SLOTS)
    const slot = index % PAGE_SLOTS
    if (p.levelOf?.(index) === level) {
      alreadyDone.members.push(index)
      pages.get(page)?.delete(slot)
      continue
    }
    const changes = pages.get(page) ?? new Map<number, LevelChange>()
    pages.set(page, changes.set(slot, { slot, level }))
  }

  const instructionOf = (page: number, changes: readonly LevelChange[]) =>
    setLevelsInstruction({
      registrar: p.registrar,
      economy: p.economy,
      page,
      changes,
      evidence: p.evidence,
      programId: p.programId,
    })
  const measured = new Array<LevelChange>(PAGE_SLOTS).fill({ slot: 0, level: 1 })
  const excess = transactionBytes(p.registrar, [instructionOf(0, measured)], p) - mostBytes(p)
  const most = PAGE_SLOTS - Math.max(Math.ceil(excess / CHANGE_BYTES), 0)

  const lanes: Lane[] = []
  for (const [page, bySlot] of pages) {
    const changes = [...bySlot.values()].sort((a, b) => a.slot - b.slot)
    for (let start = 0; start < changes.length; start += most) {
      const part = changes.slice(start, start + most)
      const { transaction, levels } = ESTIMATED_COMPUTE_UNITS
      const units = transaction + levels.base + levels.change * part.length
      const name = `levels of ${part.length} members of page ${page}`
      const instruction = instructionOf(page, part)
      lanes.push({ name, transactions: [planTransaction(name, p.registrar, [instruction], units, p)] })
    }
  }
  return { lanes, alreadyDone }
}
