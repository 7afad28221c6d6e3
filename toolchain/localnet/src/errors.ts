/** What can go wrong with the local chain; callers match on the code, never on the text. */
export type LocalnetErrorCode =
  | "InvalidOption"
  | "NoRuntime"
  | "NoTimeTravel"
  | "PortTaken"
  | "ProgramMissing"
  | "RpcFailed"
  | "RuntimeFailed"
  | "TimeInPast"

/** The one error that this package throws: `code` says which rule was broken, `details` with what values. */
export class LocalnetError extends Error {
  readonly code: LocalnetErrorCode
  readonly details: Readonly<Record<string, unknown>>

  constructor(
    code: LocalnetErrorCode,
    message: string,
    details: Readonly<Record<string, unknown>> = {},
    options?: ErrorOptions,
  ) {
    super(message, options)
    this.name = "LocalnetError"
    this.code = code
    this.details = details
  }
}
