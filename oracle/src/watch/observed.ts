import { redact } from "../key/redact"
import { printable } from "../output"

/** What was seen last, and whether it could be seen now. */
export interface Reading<T> {
  /** Null until something was read. */
  value: T | null
  /** Unix seconds of `value`. */
  at: number | null
  /** Why there is nothing newer; null when `value` is as new as it should be. */
  error: string | null
}

export interface ObservedOptions {
  /** What was read is shown again for so long. */
  freshMs: number
  /** A reader waits for so long, and then takes what was read before. */
  patienceMs: number
  /** A pause of so many times what the reading took: reading may use only such a share of the time. */
  pauseFactor?: number
}

/** A reading under way for so long counts as failed; before, what is read from may just be busy. */
const SILENT_MS = 30_000
/** The beginning of an error's text. */
const ERROR_LENGTH = 200

/**
 * Something that is read when somebody asks, never twice at once, and never so that who asks has to wait for long: a
 * database that is loading a week answers later, one that is gone never.
 */
export class Observed<T> {
  private value: T | null = null
  private at: number | null = null
  private error: string | null = null
  private running: { since: number; end: Promise<void> } | null = null
  private notBefore = 0

  constructor(
    private readonly read: () => Promise<T>,
    private readonly options: ObservedOptions,
  ) {}

  async look(): Promise<Reading<T>> {
    if (this.running === null && Date.now() >= this.notBefore)
      this.running = { since: Date.now(), end: this.refresh() }
    if (this.running !== null) await within(this.running.end, this.options.patienceMs)
    const waited = this.running === null ? 0 : Date.now() - this.running.since
    const silent = waited > SILENT_MS ? `no answer for ${Math.round(waited / 1000)} s` : null
    return { value: this.value, at: this.at, error: silent ?? this.error }
  }

  private async refresh(): Promise<void> {
    const started = Date.now()
    try {
      // Even what fails at once ends after `running` is set.
      this.value = await Promise.resolve().then(this.read)
      this.at = Date.now() / 1000
      this.error = null
    } catch (error) {
      this.error = inShort(error)
    }
    const { freshMs, pauseFactor = 0 } = this.options
    this.notBefore = Date.now() + Math.max(freshMs, pauseFactor * (Date.now() - started))
    this.running = null
  }
}

/** An error's own words, without the statement that a database's library puts around them. */
export function inShort(error: unknown): string {
  const { cause, message } = error as { cause?: unknown; message?: string }
  const words = cause instanceof Error ? cause.message : (message ?? String(error))
  return printable(redact(words)).slice(0, ERROR_LENGTH)
}

async function within(end: Promise<void>, milliseconds: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds)
  })
  await Promise.race([end, timeout])
  clearTimeout(timer)
}
