import { STK_IDL } from "../idl/constant.js"
import { STK_PROGRAM_ID } from "../constants.js"
import { SDK_ERROR_CODES, StkSdkError, type StkSdkErrorOptions } from "./base.js"
import { ANCHOR_ERRORS, RUNTIME_ERRORS, SYSTEM_ERRORS, TOKEN_ERRORS } from "./tables.js"

/** Names of the program's own errors. */
export type ProgramErrorName = (typeof STK_IDL)["errors"][number]["name"]

/** Added to the place of a runtime error in its list to make its code. */
const RUNTIME_ERROR_OFFSET = 10_000
const TOKEN_PROGRAMS: ReadonlySet<string> = /* @__PURE__ */ new Set([
  "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA",
  "TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb",
])

const SYSTEM_PROGRAM = "11111111111111111111111111111111"

export interface ProgramErrorOptions extends StkSdkErrorOptions {
  /** Base58 of the program that failed first, if known. */
  program?: string | undefined
  /** Place of the failed instruction in its transaction, if known. */
  instructionIndex?: number | undefined
  logs?: readonly string[] | undefined
}

/**
 * A program refused. `name` is the error's name in the IDL, such as `BatchOutOfOrder`; for errors without a number of
 * the program's own it is Anchor's, the token program's or the runtime's, such as `InvalidSeeds`.
 */
export class ProgramError extends StkSdkError {
  /** Base58 of the program that failed first, if known. */
  readonly program: string | undefined
  readonly instructionIndex: number | undefined
  readonly logs: readonly string[]

  constructor(name: string, code: number, shortMessage: string, options: ProgramErrorOptions = {}) {
    super(name, code, shortMessage, options)
    this.program = options.program
    this.instructionIndex = options.instructionIndex
    this.logs = options.logs ?? []
  }
}

/** The cluster refused a transaction before any program ran: `reason` is its name, such as `BlockhashNotFound`. */
export class TransactionFailedError extends StkSdkError {
  constructor(
    readonly reason: string,
    options: StkSdkErrorOptions = {},
  ) {
    super(
      "TransactionFailedError",
      SDK_ERROR_CODES.TransactionFailedError,
      `The transaction was refused: ${reason}`,
      options,
    )
  }
}

/** The error that a program means by a custom number. */
export function programErrorOfNumber(number: number, options: ProgramErrorOptions = {}): ProgramError {
  const isToken = options.program !== undefined && TOKEN_PROGRAMS.has(options.program)
  const token = isToken ? TOKEN_ERRORS[number] : undefined
  if (token) return new ProgramError(token[0], number, token[1], options)
  const system = options.program === SYSTEM_PROGRAM ? SYSTEM_ERRORS[number] : undefined
  if (system) return new ProgramError(system[0], number, system[1], options)
  const isOurs = options.program === undefined || options.program === STK_PROGRAM_ID.toBase58()
  const own = STK_IDL.errors.find((error) => error.code === number)
  // A copy at another address has the same numbers; only what is known to be foreign is left out.
  if (own && (isOurs || !isToken)) return new ProgramError(own.name, number, own.msg, options)
  const anchor = ANCHOR_ERRORS[number]
  if (anchor) return new ProgramError(anchor[0], number, anchor[1], options)
  return new ProgramError("UnknownProgramError", number, `A program returned the error ${number}`, options)
}

/** The error that the runtime means by a name. */
export function programErrorOfName(name: string, options: ProgramErrorOptions = {}): ProgramError {
  const place = RUNTIME_ERRORS.findIndex(([known]) => known === name)
  const sentence = RUNTIME_ERRORS[place]?.[1] ?? `A program failed: ${name}`
  return new ProgramError(
    name,
    RUNTIME_ERROR_OFFSET + (place < 0 ? RUNTIME_ERRORS.length : place),
    sentence,
    options,
  )
}

/** The error that the runtime means by the end of a `Program … failed:` line. */
export function programErrorOfSentence(sentence: string, options: ProgramErrorOptions = {}): ProgramError {
  const custom = /custom program error: 0x([0-9a-f]+)/i.exec(sentence)?.[1]
  if (custom !== undefined) return programErrorOfNumber(Number.parseInt(custom, 16), options)
  const known = RUNTIME_ERRORS.find(([, text]) => sentence.includes(text))
  if (known) return programErrorOfName(known[0], options)
  const name = /exceeded CUs|exceeded maximum number of instructions/i.test(sentence)
    ? "ComputationalBudgetExceeded"
    : "ProgramFailedToComplete"
  return programErrorOfName(name, { ...options, details: [...(options.details ?? []), sentence] })
}
