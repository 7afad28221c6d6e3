import { itemAt } from "../item"
import { createWriteStream, type WriteStream } from "node:fs"
import { once } from "node:events"

const BATCH = 1 << 18

/** Text that goes to a file in large pieces; `flush` where memory shall be given back. */
export class TextFile {
  private readonly stream: WriteStream
  private parts: string[] = []
  private pending = 0
  bytes = 0

  constructor(path: string) {
    this.stream = createWriteStream(path, { highWaterMark: 4 * BATCH })
  }

  write(text: string): void {
    this.parts.push(text)
    this.pending += text.length
  }

  get isFull(): boolean {
    return this.pending > BATCH
  }

  async flush(): Promise<void> {
    if (this.parts.length === 0) return
    const block = Buffer.from(this.parts.join(""))
    this.parts = []
    this.pending = 0
    this.bytes += block.length
    if (!this.stream.write(block)) await once(this.stream, "drain")
  }

  async close(): Promise<void> {
    await this.flush()
    this.stream.end()
    await once(this.stream, "close")
  }
}

/** A paged API answer a line, as an export of page after page gives it: `{"<key>":[…]}`. */
export class PagedFile {
  private items: string[] = []
  readonly file: TextFile

  constructor(
    path: string,
    private readonly key: string,
    private readonly pageSize: number,
  ) {
    this.file = new TextFile(path)
  }

  add(item: string): void {
    this.items.push(item)
    if (this.items.length === this.pageSize) this.endPage()
  }

  private endPage(): void {
    if (this.items.length > 0) this.file.write(`{"${this.key}":[${this.items.join(",")}]}\n`)
    this.items = []
  }

  async close(): Promise<void> {
    this.endPage()
    await this.file.close()
  }
}

const HEX = Array.from({ length: 65_536 }, (_, i) => i.toString(16).padStart(4, "0"))

/** Four random words as a version 4 UUID. */
export function uuidOf(a: number, b: number, c: number, d: number): string {
  return (
    `${itemAt(HEX, a >>> 16)}${itemAt(HEX, a & 0xffff)}-${itemAt(HEX, b >>> 16)}-4${itemAt(HEX, b & 0xffff).slice(1)}-` +
    `${itemAt(HEX, 0x8000 | ((c >>> 16) & 0x3fff))}-${itemAt(HEX, c & 0xffff)}${itemAt(HEX, d >>> 16)}${itemAt(HEX, d & 0xffff)}`
  )
}

const TWO = Array.from({ length: 100 }, (_, i) => String(i).padStart(2, "0"))
const MILLISECONDS_PER_DAY = 86_400_000
const dates = new Map<number, string>()

/** ISO 8601 with milliseconds at an offset in minutes; `Z` for null. */
export function isoTime(milliseconds: number, offset: number | null): string {
  const local = milliseconds + (offset ?? 0) * 60_000
  const day = Math.floor(local / MILLISECONDS_PER_DAY)
  let date = dates.get(day)
  if (date === undefined) {
    date = new Date(day * MILLISECONDS_PER_DAY).toISOString().slice(0, 10)
    dates.set(day, date)
  }
  const rest = local - day * MILLISECONDS_PER_DAY
  const seconds = Math.floor(rest / 1000)
  const time = `${itemAt(TWO, Math.floor(seconds / 3600))}:${itemAt(TWO, Math.floor(seconds / 60) % 60)}:${itemAt(TWO, seconds % 60)}`
  const fraction = String(rest % 1000).padStart(3, "0")
  return `${date}T${time}.${fraction}${offset === null ? "Z" : offsetText(offset)}`
}

function offsetText(offset: number): string {
  const minutes = Math.abs(offset)
  return `${offset < 0 ? "-" : "+"}${itemAt(TWO, Math.floor(minutes / 60))}:${itemAt(TWO, minutes % 60)}`
}
