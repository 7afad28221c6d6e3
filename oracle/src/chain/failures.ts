import { EXIT, OracleError } from "../failure"

/** The chain or the keys are not ready for what was asked; nothing was sent. */
export class NotReady extends OracleError {
  override readonly name = "NotReady"

  constructor(lines: readonly string[], options?: { cause?: unknown }) {
    super(EXIT.notReady, lines, options)
  }
}

/** One thing that two sides see differently. */
export interface Difference {
  /** User id, wallet or `week`. */
  subject: string
  field: string
  /** What the directory says. */
  expected: string
  /** What the chain says, or would compute. */
  actual: string
}

const DIFFERENCES_SHOWN = 20

/** Directory and chain disagree. */
export class Disagreement extends OracleError {
  override readonly name = "Disagreement"

  constructor(
    title: string,
    readonly differences: readonly Difference[],
  ) {
    const shown = differences.slice(0, DIFFERENCES_SHOWN)
    const lines = shown.map((d) => `  ${d.subject}: ${d.field}: directory ${d.expected}, chain ${d.actual}`)
    if (differences.length > shown.length) lines.push(`  … and ${differences.length - shown.length} more`)
    super(EXIT.disagreement, [title, ...lines])
  }
}

/** Another process works on the same directory. */
export class Locked extends OracleError {
  override readonly name = "Locked"

  constructor(path: string, rule: string) {
    super(EXIT.locked, [`${path}: ${rule}`])
  }
}

/** The cluster did not answer, or did not take a transaction: what was sent is in the journal, a second run resumes. */
export class Interrupted extends OracleError {
  override readonly name = "Interrupted"

  constructor(message: string, options?: { cause?: unknown }) {
    super(EXIT.interrupted, [message], options)
  }
}

/** Endpoints contradict each other about a transaction: nothing is signed anew before they agree. */
export class Contradiction extends OracleError {
  override readonly name = "Contradiction"

  constructor(lines: readonly string[]) {
    super(EXIT.interrupted, lines)
  }
}
