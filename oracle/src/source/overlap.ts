import { createHash } from "node:crypto"

const HASH_BYTES = 12

/** Content of a record, short enough to be kept for a whole overlap window. */
export function contentHash(line: string): string {
  return createHash("sha256").update(line).digest().subarray(0, HASH_BYTES).toString("base64url")
}

/** The records of the last pulls, by content: what an overlap reads again is recognised by it. */
export class RecentRecords {
  /** Content hash → second at which the record arrived. */
  private readonly seen: Map<string, number>

  constructor(recent: Readonly<Record<string, number>>) {
    this.seen = new Map(Object.entries(recent))
  }

  /** Notes a record. @returns whether it was not there before */
  take(line: string, second: number): boolean {
    const hash = contentHash(line)
    if (this.seen.has(hash)) return false
    this.seen.set(hash, second)
    return true
  }

  /** What is still needed when nothing before `second` is read again. */
  since(second: number): Record<string, number> {
    return Object.fromEntries([...this.seen].filter(([, at]) => at >= second))
  }
}
