import type { TransactionError } from "@solana/web3.js"
import type { FailedTransactionMetadata } from "litesvm"

/** LiteSVM gives errors without names as bare numbers; its text form has them all, as Rust's `Debug` writes them. */
const ERROR_TEXT = /\{ err: (.+?), meta: /s
const INSTRUCTION_ERROR = /^InstructionError\((\d+), (.+)\)$/s
const CUSTOM = /^Custom\((\d+)\)$/
const WITH_FIELDS = /^(\w+) \{ account_index: (\d+) \}$/
const WITH_INDEX = /^(\w+)\((\d+)\)$/

function instructionError(text: string): string | { readonly Custom: number } {
  const custom = CUSTOM.exec(text)
  return custom === null ? text : { Custom: Number(custom[1]) }
}

/** The error in the form in which an RPC node would give it. */
export function transactionErrorOf(failed: FailedTransactionMetadata): TransactionError {
  const text = ERROR_TEXT.exec(failed.toString())?.[1] ?? failed.toString()
  const instruction = INSTRUCTION_ERROR.exec(text)
  if (instruction !== null)
    return { InstructionError: [Number(instruction[1]), instructionError(instruction[2] ?? "")] }
  const withFields = WITH_FIELDS.exec(text)
  if (withFields !== null) return { [withFields[1] ?? ""]: { account_index: Number(withFields[2]) } }
  const withIndex = WITH_INDEX.exec(text)
  if (withIndex !== null) return { [withIndex[1] ?? ""]: Number(withIndex[2]) }
  return text
}

/** A transaction that the chain refused or undid. */
export class TransactionFailed extends Error {
  /** As an RPC node gives it: `{ InstructionError: [0, { Custom: 6000 }] }`, `"BlockhashNotFound"`. */
  readonly err: TransactionError
  readonly logs: readonly string[]
  readonly computeUnits: number
  /** Which instruction failed; null when the transaction as a whole was refused. */
  readonly instruction: number | null
  /** The program's own error code; null for an error that Solana names. */
  readonly custom: number | null
  /** Solana's name of the error, `InvalidSeeds` or `BlockhashNotFound`; null for a program's own. */
  readonly programError: string | null

  constructor(failed: FailedTransactionMetadata) {
    const err = transactionErrorOf(failed)
    const logs = failed.meta().logs()
    super(`transaction failed: ${JSON.stringify(err)}\n  ${logs.join("\n  ")}`)
    this.name = "TransactionFailed"
    this.err = err
    this.logs = logs
    this.computeUnits = Number(failed.meta().computeUnitsConsumed())

    const inner = (err as { readonly InstructionError?: readonly [number, unknown] }).InstructionError
    const reason = inner === undefined ? err : inner[1]
    this.instruction = inner === undefined ? null : inner[0]
    const custom = (reason as { readonly Custom?: number }).Custom
    this.custom = custom ?? null
    if (custom !== undefined) this.programError = null
    else this.programError = typeof reason === "string" ? reason : (Object.keys(reason as object)[0] ?? null)
  }
}
