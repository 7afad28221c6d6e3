import { isoWeek } from "@stk/sdk/math"
import { EXIT, OracleError } from "../failure"

/** A scored week looks wrong: it is not posted until somebody has decided. */
export class HeldBack extends OracleError {
  override readonly name = "HeldBack"

  constructor(week: string, because: string) {
    super(EXIT.held, [`${week}: is held: ${because}`])
  }
}

/** A held event was released when its week was on chain already, where nothing is counted again. */
export class TooLate extends OracleError {
  override readonly name = "TooLate"

  constructor(week: number) {
    super(EXIT.notReady, [
      `${isoWeek(week)}: is opened on chain, or on its way there: what is released now cannot count in it any more; ` +
        "give the members an explicit reward instead",
    ])
  }
}
