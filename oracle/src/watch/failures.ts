import { EXIT, OracleError } from "../failure"

/** Metrics and health cannot be served where the configuration says. */
export class WatchNotReady extends OracleError {
  override readonly name = "WatchNotReady"

  constructor(field: string, why: string, options?: { cause?: unknown }) {
    super(EXIT.notReady, [`${field}: ${why}`], options)
  }
}
