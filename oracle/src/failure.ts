/** Exit codes of every command; the README's table repeats them. */
export const EXIT = {
  ok: 0,
  /** Something outside the input went wrong: disk, memory, a bug. */
  failure: 1,
  /** The arguments make no sense. */
  usage: 2,
  /** An input file breaks a rule: nothing was written. */
  inputRefused: 3,
  /** The output directory holds something that must not be replaced: nothing was written. */
  outputRefused: 4,
  /** The chain, the keys or the balance are not ready for what was asked: nothing was sent. */
  notReady: 5,
  /** Directory and chain disagree: before posting nothing was sent, afterwards it is an alarm. */
  disagreement: 6,
  /** Another process works on the same directory: nothing was sent. */
  locked: 7,
  /** The cluster did not answer or did not take a transaction: the same command resumes. */
  interrupted: 8,
  /** A source of events or members did not answer, or refused: the same command resumes. */
  sourceFailed: 9,
  /** A scored week looks wrong, or a decision is asked for: it is not posted until somebody has decided. */
  held: 10,
} as const

/** Base of everything the oracle throws on purpose: carries the exit code and the lines to print. */
export class OracleError extends Error {
  override readonly name: string = "OracleError"

  constructor(
    readonly exitCode: number,
    /** One line a problem, without the leading `error: `. */
    readonly lines: readonly string[],
    options?: { cause?: unknown },
  ) {
    super(lines.join("\n"), options)
  }
}

/** An argument of the command line is unusable. */
export class UsageError extends OracleError {
  override readonly name = "UsageError"

  constructor(field: string, rule: string) {
    super(EXIT.usage, [`${field}: ${rule}`])
  }
}

/** One broken rule of an input file. */
export interface InputProblem {
  file: string
  /** 1-based; absent when the rule is about the whole file. */
  line?: number
  field: string
  rule: string
}

/** Formats a problem as `file:line: field: rule`, the form editors and log readers understand. */
export function describeProblem(problem: InputProblem): string {
  const place = problem.line === undefined ? problem.file : `${problem.file}:${problem.line}`
  return `${place}: ${problem.field}: ${problem.rule}`
}

/** Input was refused; lists the first problems and says how many more there are. */
export class InputRefused extends OracleError {
  override readonly name = "InputRefused"

  constructor(
    readonly problems: readonly InputProblem[],
    total: number = problems.length,
    hint?: string,
  ) {
    const lines = problems.map(describeProblem)
    if (total > problems.length) lines.push(`… and ${total - problems.length} more`)
    if (hint !== undefined) lines.push(hint)
    super(EXIT.inputRefused, lines)
  }
}

/** The output directory may not be replaced. */
export class OutputRefused extends OracleError {
  override readonly name = "OutputRefused"

  constructor(directory: string, rule: string) {
    super(EXIT.outputRefused, [`${directory}: ${rule}`])
  }
}
