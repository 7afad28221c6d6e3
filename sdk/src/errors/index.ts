export {
  AccountNotFoundError,
  InvalidAccountError,
  InvalidArgumentError,
  LedgerContradictionError,
  PlanError,
  SDK_ERROR_CODES,
  StkSdkError,
  TransactionExpiredError,
  type StkSdkErrorOptions,
} from "./base.js"
export { decodeError, decodeErrorLogs, decodeTransactionError } from "./decode.js"
export {
  ProgramError,
  TransactionFailedError,
  type ProgramErrorName,
  type ProgramErrorOptions,
} from "./program.js"
