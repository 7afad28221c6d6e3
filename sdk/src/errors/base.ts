/** Everything that the SDK itself can find wrong, with its code. Program errors bring their own. */
export const SDK_ERROR_CODES = {
  InvalidArgumentError: 20_001,
  InvalidAccountError: 20_002,
  AccountNotFoundError: 20_003,
  PlanError: 20_004,
  TransactionExpiredError: 20_005,
  TransactionFailedError: 20_006,
  LedgerContradictionError: 20_007,
} as const

export interface StkSdkErrorOptions {
  /** What failed underneath. */
  cause?: unknown
  /** Facts that help to find the reason: addresses, numbers, log lines. */
  details?: readonly string[]
}

/** Base of everything that the SDK throws: match `name` or `code`, never the text. */
export class StkSdkError extends Error {
  override readonly name: string
  /** One sentence without details. */
  readonly shortMessage: string
  readonly details: readonly string[]
  readonly code: number

  constructor(name: string, code: number, shortMessage: string, options: StkSdkErrorOptions = {}) {
    const details = options.details ?? []
    super([shortMessage, ...details.map((detail) => `  ${detail}`)].join("\n"), { cause: options.cause })
    this.name = name
    this.code = code
    this.shortMessage = shortMessage
    this.details = details
  }

  /** The innermost cause, or the first one on the way down, this error included, that `matches`; else null. */
  walk(matches?: (error: unknown) => boolean): unknown {
    return walkFrom(this, matches)
  }
}

function walkFrom(error: unknown, matches: ((error: unknown) => boolean) | undefined): unknown {
  if (matches?.(error)) return error
  const cause: unknown = error instanceof Error ? error.cause : undefined
  if (cause === undefined || cause === null) return matches ? null : error
  return walkFrom(cause, matches)
}

/** An argument breaks a rule that is known before anything is sent. */
export class InvalidArgumentError extends StkSdkError {
  constructor(
    /** Path of the argument, such as `parameters.eventTypes[2].weight`. */
    readonly field: string,
    /** What would have been right. */
    readonly rule: string,
    options: StkSdkErrorOptions = {},
  ) {
    super(
      "InvalidArgumentError",
      SDK_ERROR_CODES.InvalidArgumentError,
      `${field || "value"} must be ${rule}`,
      options,
    )
  }
}

/** An account is not what its reader expects: other owner, other type, or too short. */
export class InvalidAccountError extends StkSdkError {
  constructor(
    /** The type that was expected. */
    readonly accountType: string,
    readonly reason: string,
    options: StkSdkErrorOptions = {},
  ) {
    super(
      "InvalidAccountError",
      SDK_ERROR_CODES.InvalidAccountError,
      `The account is not a valid ${accountType}: ${reason}`,
      options,
    )
  }
}

/** An account that an operation needs does not exist. */
export class AccountNotFoundError extends StkSdkError {
  constructor(
    readonly accountType: string,
    /** Base58. */
    readonly address: string,
    options: StkSdkErrorOptions = {},
  ) {
    super(
      "AccountNotFoundError",
      SDK_ERROR_CODES.AccountNotFoundError,
      `There is no ${accountType} at ${address}`,
      options,
    )
  }
}

/** What was to be planned does not fit into a transaction. */
export class PlanError extends StkSdkError {
  constructor(shortMessage: string, options: StkSdkErrorOptions = {}) {
    super("PlanError", SDK_ERROR_CODES.PlanError, shortMessage, options)
  }
}

/** A transaction did not reach the chain while its blockhash was good, in every attempt; nothing of it happened. */
export class TransactionExpiredError extends StkSdkError {
  constructor(
    readonly attempts: number,
    options: StkSdkErrorOptions = {},
  ) {
    super(
      "TransactionExpiredError",
      SDK_ERROR_CODES.TransactionExpiredError,
      `The transaction expired ${attempts} times`,
      options,
    )
  }
}

/** An event says something else than what the events before it lead to: some are missing, or in another order. */
export class LedgerContradictionError extends StkSdkError {
  constructor(
    /** Name of the event. */
    readonly event: string,
    /** Its field. */
    readonly field: string,
    stated: unknown,
    rebuilt: unknown,
  ) {
    super(
      "LedgerContradictionError",
      SDK_ERROR_CODES.LedgerContradictionError,
      `${field} of ${event} contradicts the events before it`,
      { details: [`stated: ${String(stated)}`, `rebuilt: ${String(rebuilt)}`] },
    )
  }
}
