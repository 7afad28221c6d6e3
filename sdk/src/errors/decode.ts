import { StkSdkError } from "./base.js"
import {
  programErrorOfName,
  programErrorOfNumber,
  programErrorOfSentence,
  TransactionFailedError,
  type ProgramErrorOptions,
} from "./program.js"

const FAILED = /^Program (\w+) failed: (.+)$/
const CUSTOM_IN_TEXT = /custom program error: 0x[0-9a-f]+/i
/** How deep causes and wrappers are followed. */
const DEEPEST = 8

/** The error that logs report first: where it began, not the programs above that passed it on. */
export function decodeErrorLogs(
  logs: readonly string[],
  options: ProgramErrorOptions = {},
): StkSdkError | null {
  for (const line of logs) {
    const [, program, reason] = FAILED.exec(line) ?? []
    if (program !== undefined && reason !== undefined) {
      return programErrorOfSentence(reason, { ...options, logs, program })
    }
  }
  return null
}

function decodeInstructionError(error: unknown, options: ProgramErrorOptions): StkSdkError | null {
  if (typeof error === "string") return programErrorOfName(error, options)
  if (typeof error !== "object" || error === null) return null
  if ("Custom" in error) return programErrorOfNumber(Number(error.Custom), options)
  const name = Object.keys(error)[0]
  return name === undefined ? null : programErrorOfName(name, options)
}

/** The error in a `TransactionError` of JSON-RPC, such as `{ InstructionError: [0, { Custom: 6000 }] }`. */
export function decodeTransactionError(
  error: unknown,
  logs: readonly string[] = [],
  cause?: unknown,
): StkSdkError | null {
  if (typeof error === "string") return new TransactionFailedError(error, { cause, details: logs })
  if (typeof error !== "object" || error === null) return null
  if ("InstructionError" in error && Array.isArray(error.InstructionError)) {
    const [index, inner] = error.InstructionError as unknown[]
    const options = { logs, cause, instructionIndex: Number(index) }
    // Logs know which program failed first, which tells apart equal numbers of different programs.
    return decodeErrorLogs(logs, options) ?? decodeInstructionError(inner, options)
  }
  const name = Object.keys(error)[0]
  return name === undefined ? null : new TransactionFailedError(name, { cause, details: logs })
}

function logsIn(source: object): readonly string[] {
  for (const key of ["logs", "transactionLogs", "logMessages"]) {
    const value: unknown = Reflect.get(source, key)
    if (Array.isArray(value) && value.every((line) => typeof line === "string")) return value
  }
  return []
}

function decodeAt(source: unknown, cause: unknown, depth: number): StkSdkError | null {
  if (source instanceof StkSdkError) return source
  if (Array.isArray(source)) {
    return source.every((line) => typeof line === "string") ? decodeErrorLogs(source, { cause }) : null
  }
  if (typeof source !== "object" || source === null || depth > DEEPEST) return null
  const logs = logsIn(source)
  const direct = "InstructionError" in source ? decodeTransactionError(source, logs, cause) : null
  if (direct) return direct
  const decoded = decodeTransactionError(Reflect.get(source, "err"), logs, cause)
  if (decoded) return decoded
  const fromLogs = decodeErrorLogs(logs, { cause })
  if (fromLogs) return fromLogs
  for (const key of ["value", "meta", "data", "transactionError", "cause"]) {
    const nested = decodeAt(Reflect.get(source, key), cause, depth + 1)
    if (nested) return nested
  }
  const text: unknown = Reflect.get(source, "message")
  if (typeof text !== "string") return null
  if (CUSTOM_IN_TEXT.test(text)) return programErrorOfSentence(text, { cause })
  if (/Error processing Instruction \d+: /.test(text)) return programErrorOfSentence(text, { cause })
  return /blockhash not found/i.test(text) ? new TransactionFailedError("BlockhashNotFound", { cause }) : null
}

/**
 * The typed error in whatever a failed send, simulation or confirmation gave: logs, a JSON-RPC error object, or an
 * `Error` that carries either. Null when nothing of a program is in it.
 */
export function decodeError(source: unknown): StkSdkError | null {
  return decodeAt(source, source, 0)
}
