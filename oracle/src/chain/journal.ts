import { closeSync, existsSync, fsyncSync, ftruncateSync, openSync, readFileSync, writeSync } from "node:fs"
import { dirname } from "node:path"
import { InputRefused } from "../failure"
import { NotReady } from "./failures"

/**
 * What was sent, written and synced to disk before it is sent. After a crash the chain's cursors decide what is left to
 * do; the journal says what may still be on its way, so that nothing is sent beside it.
 */

/** Name of the journal in a week's directory. */
export const JOURNAL_FILE = "journal.jsonl"

/** First line of each run that sends anything. */
export interface RunEntry {
  type: "run"
  at: string
  command: string
  version: string
  pid: number
  economy: string
  /** Index of the week. */
  week: number
  /** Tells clusters apart. */
  genesis_hash: string
  /** SHA-256 of the summary.json that is posted; null where a week is only settled. */
  summary_sha256: string | null
}

/** Global indexes of members, first and last. */
export interface MemberRange {
  first: number
  last: number
}

/** A transaction, as it was before it was sent. */
export interface SentEntry {
  type: "sent"
  at: string
  /** Kind of step, such as `submit_scores`. */
  kind: string
  what: string
  /** Base58. */
  signature: string
  blockhash: string
  last_valid_block_height: number
  /** Lamports. */
  fee: number
  /** Limit that was set; what the simulation used and one percent. */
  compute_units: number
  /** Canonical JSON of what the evidence hash of a level change stands for. */
  evidence?: string
  /** Members that it scores or credits. */
  members?: readonly MemberRange[]
  /** The signed bytes, base64: after a crash these and no others are sent again. */
  transaction: string
}

/** How a transaction ended. */
export interface OutcomeEntry {
  type: "outcome"
  at: string
  signature: string
  /** `finalized` follows `confirmed`. */
  status: "confirmed" | "failed" | "expired" | "finalized"
  slot: number | null
  error: string | null
}

/** What a run found at its end. */
export interface ResultEntry {
  type: "result"
  at: string
  [field: string]: unknown
}

export type JournalEntry = RunEntry | SentEntry | OutcomeEntry | ResultEntry

/** Reads all entries; a last line that a crash cut off is no entry. @throws {InputRefused} for any other broken line */
export function parseJournal(path: string, content: string): { entries: JournalEntry[]; bytes: number } {
  const entries: JournalEntry[] = []
  // Only what ends with a line break was written completely.
  const end = content.lastIndexOf("\n") + 1
  content
    .slice(0, end)
    .split("\n")
    .slice(0, -1)
    .forEach((line, index) => {
      let entry: unknown
      try {
        entry = JSON.parse(line)
      } catch {
        entry = null
      }
      const type = (entry as { type?: unknown } | null)?.type
      if (type !== "run" && type !== "sent" && type !== "outcome" && type !== "result")
        throw new InputRefused([
          { file: path, line: index + 1, field: "journal", rule: "is not an entry of a journal" },
        ])
      entries.push(entry as JournalEntry)
    })
  return { entries, bytes: Buffer.byteLength(content.slice(0, end)) }
}

/** What a run remembers of what it sent; each promise is kept when the entry is safe. */
export interface Journal {
  /** Says what this run is; written with its first transaction at the latest. @throws {NotReady} it is another economy's */
  begin(header: RunEntry): Promise<void>
  /** Transactions of earlier runs of which it is not known how they ended. */
  unresolved(): readonly SentEntry[]
  /** Lamports of fees that the week has cost so far. */
  spent(): bigint
  /** Must end before the transaction is sent: from then on a crash does not lose it. */
  sent(entry: Omit<SentEntry, "type" | "at">): Promise<void>
  outcome(entry: Omit<OutcomeEntry, "type" | "at">): Promise<void>
  result(fields: Record<string, unknown>): Promise<void>
  close(): Promise<void>
}

/** @throws {NotReady} what is on its way is not on its way to where this run would look for it */
export function requireSameEconomy(
  unresolved: number,
  before: Pick<RunEntry, "genesis_hash" | "economy"> | null,
  now: Pick<RunEntry, "genesis_hash" | "economy">,
): void {
  if (before?.genesis_hash === now.genesis_hash && before.economy === now.economy) return
  throw new NotReady([
    `journal: ${unresolved} transactions of it are on their way to economy ${before?.economy ?? "?"} on another ` +
      "cluster or economy: finish there first, or move the journal away",
  ])
}

/** The journal of one directory; a file appears with the first transaction. */
export class FileJournal implements Journal {
  private descriptor: number | null = null
  private header: RunEntry | null = null
  private readonly known: JournalEntry[]
  private readonly goodBytes: number

  private constructor(private readonly path: string | null) {
    const content = path !== null && existsSync(path) ? readFileSync(path, "utf8") : ""
    const { entries, bytes } = parseJournal(path ?? "journal", content)
    this.known = entries
    this.goodBytes = bytes
  }

  /** @throws {InputRefused} when the file is not a journal */
  static open(path: string): FileJournal {
    return new FileJournal(path)
  }

  /** A journal that is not kept, for what the chain alone makes repeatable. */
  static none(): FileJournal {
    return new FileJournal(null)
  }

  get entries(): readonly JournalEntry[] {
    return this.known
  }

  async begin(header: RunEntry): Promise<void> {
    const unresolved = this.unresolved()
    const last = this.known.filter((entry) => entry.type === "run").at(-1)
    if (unresolved.length > 0) requireSameEconomy(unresolved.length, last ?? null, header)
    this.header = header
  }

  /** Those without an outcome, and those that landed and were not final: a fork may have taken them back. */
  unresolved(): readonly SentEntry[] {
    const ends = this.ends()
    return this.sentEntries().filter(({ signature }) => {
      const end = ends.get(signature)
      return end === undefined || end === "confirmed"
    })
  }

  spent(): bigint {
    const ends = this.ends()
    return this.sentEntries()
      .filter(({ signature }) => ends.get(signature) !== "expired")
      .reduce((sum, { fee }) => sum + BigInt(fee), 0n)
  }

  private ends(): Map<string, OutcomeEntry["status"]> {
    return new Map(
      this.known.flatMap((entry) => (entry.type === "outcome" ? [[entry.signature, entry.status]] : [])),
    )
  }

  private sentEntries(): SentEntry[] {
    return this.known.filter((entry) => entry.type === "sent")
  }

  async sent(entry: Omit<SentEntry, "type" | "at">): Promise<void> {
    this.append({ type: "sent", at: new Date().toISOString(), ...entry }, true)
  }

  async outcome(entry: Omit<OutcomeEntry, "type" | "at">): Promise<void> {
    this.append({ type: "outcome", at: new Date().toISOString(), ...entry }, false)
  }

  async result(fields: Record<string, unknown>): Promise<void> {
    this.append({ type: "result", at: new Date().toISOString(), ...fields }, true)
  }

  async close(): Promise<void> {
    if (this.descriptor !== null) closeSync(this.descriptor)
    this.descriptor = null
  }

  private append(entry: JournalEntry, sync: boolean): void {
    const entries = this.header === null ? [entry] : [this.header, entry]
    this.header = null
    this.known.push(...entries)
    if (this.path === null) return
    if (this.descriptor === null) this.descriptor = openForAppending(this.path, this.goodBytes)
    writeSync(this.descriptor, entries.map((each) => JSON.stringify(each) + "\n").join(""))
    if (sync) fsyncSync(this.descriptor)
  }
}

/** Opens the file behind its last complete line, and syncs its folder so that a new file survives a crash too. */
function openForAppending(path: string, goodBytes: number): number {
  const isNew = !existsSync(path)
  const descriptor = openSync(path, "a", 0o644)
  if (!isNew) ftruncateSync(descriptor, goodBytes)
  else {
    const folder = openSync(dirname(path), "r")
    try {
      fsyncSync(folder)
    } finally {
      closeSync(folder)
    }
  }
  return descriptor
}
