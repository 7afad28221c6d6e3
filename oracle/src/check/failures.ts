import { EXIT, OracleError } from "../failure"

/** A scored week looks wrong: it is not posted until somebody has decided. */
export class HeldBack extends OracleError {
  override readonly name = "HeldBack"

  constructor(week: string, because: string) {
    super(EXIT.held, [`${week}: is held: ${because}`])
  }
}
