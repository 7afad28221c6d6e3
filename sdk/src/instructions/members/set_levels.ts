import type { PublicKey, TransactionInstruction } from "@solana/web3.js"
import { STK_PROGRAM_ID } from "../../constants.js"
import { InvalidArgumentError } from "../../errors/base.js"
import { pagePda } from "../../pdas.js"
import { encodeInstruction, type ProgramParameters } from "../encode.js"

/** A member of a page and the level to have. */
export interface LevelChange {
  slot: number
  level: number
}

function wholeByte(value: number, field: string): number {
  if (!Number.isInteger(value) || value < 0 || value > 255) {
    throw new InvalidArgumentError(field, "an integer from 0 to 255", { details: [`it is ${value}`] })
  }
  return value
}

/** Parameters of {@link setLevelsInstruction}. */
export interface SetLevelsParameters extends ProgramParameters {
  registrar: PublicKey
  economy: PublicKey
  /** Index of the page. */
  page: number
  changes: readonly LevelChange[]
  /** SHA-256 of the reasons for all changes. */
  evidence: Uint8Array
}

/**
 * Sets the levels of members of one page. The registrar may, while no week is open.
 * @throws {WeekIsOpen} @throws {UnknownSlot} @throws {UnknownLevel}
 */
export function setLevelsInstruction(p: SetLevelsParameters): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  const [page] = pagePda(p.economy, p.page, programId)
  const args = {
    evidence: p.evidence,
    slots: p.changes.map((change) => change.slot),
    levels: Uint8Array.from(p.changes, (change, index) => wholeByte(change.level, `changes[${index}].level`)),
  }
  return encodeInstruction("setLevels", { registrar: p.registrar, economy: p.economy, page }, args, programId)
}
