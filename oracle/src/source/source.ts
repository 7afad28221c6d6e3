import type { Logger } from "../log"

/** Where raw records come from. Each source knows its own protocol; what is pulled is kept as it came. */

/** What a source needs to go on where it stopped; its own form, JSON. */
export type Cursor = unknown

/** Records of one request, or of one file: they are kept together, and the cursor moves behind them in one step. */
export interface PulledRecords {
  /** JSON lines in the source's own format, such as `score --events` reads them. */
  lines: string[]
  /** Where the next pull goes on. */
  cursor: Cursor
  /** Unix microseconds of the first and last record; null when there are none. */
  firstAt: bigint | null
  lastAt: bigint | null
}

export interface PullContext {
  /** Records up to here are wanted: unix seconds. */
  until: number
  /** Ends waiting and requests. */
  signal: AbortSignal
  log: Logger
}

export interface Source {
  /** Name in the configuration: part of file names and of the events' key. */
  readonly name: string
  readonly kind: string
  /**
   * Yields what is new since the cursor, oldest first, in steps small enough to be kept in memory. A source reads an
   * overlap again, since records appear late and out of order: what was there before is recognised by its content.
   */
  pull(cursor: Cursor | null, context: PullContext): AsyncIterable<PulledRecords>
}
