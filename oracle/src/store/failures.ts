import { EXIT, OracleError } from "../failure"

/** The database does not answer: the same command resumes when it does. */
export class StoreUnreachable extends OracleError {
  override readonly name = "StoreUnreachable"

  constructor(where: string, why: string, options?: { cause?: unknown }) {
    super(EXIT.interrupted, [`${where}: ${why}`], options)
  }
}

/** The database answers, but is not one that the oracle can use. */
export class StoreNotReady extends OracleError {
  override readonly name = "StoreNotReady"

  constructor(where: string, why: string, options?: { cause?: unknown }) {
    super(EXIT.notReady, [`${where}: ${why}`], options)
  }
}

/** Another process has taken over: nothing more may be written. */
export class StaleLease extends OracleError {
  override readonly name = "StaleLease"

  constructor(name: string, options?: { cause?: unknown }) {
    super(EXIT.locked, [`lease ${name}: another process has taken over; nothing more was written`], options)
  }
}
