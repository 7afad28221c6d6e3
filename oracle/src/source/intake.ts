import { isUtf8 } from "node:buffer"
import { createHash } from "node:crypto"
import { createReadStream, createWriteStream, type Stats, type WriteStream } from "node:fs"
import { open, readFile, rm, stat, writeFile } from "node:fs/promises"
import { once } from "node:events"
import { join } from "node:path"
import { pipeline } from "node:stream/promises"
import { createBrotliDecompress, createGunzip, type BrotliDecompress, type Gunzip } from "node:zlib"
import { InputRefused } from "../failure"
import { splitDocument } from "./document"
import { fileHash } from "../score/hash"
import { kindOf, type RecordKind } from "./kind"
import { rewriteTable, tableFormat, type TableFormat } from "./posthog_export"

/**
 * Prepares an events file for DuckDB: hashes it, finds out what it is, and makes sure that one line is one record.
 * A file that is clean is read where it lies; anything else (gzip, CRLF, a JSON document over many lines,
 * bytes that are no UTF-8, a table) is rewritten line by line into the scratch directory, so that no line is lost or shifted.
 */

export type EventFileKind = RecordKind | "empty"

export interface PreparedFile {
  path: string
  kind: EventFileKind
  /** What DuckDB reads: the file itself or its rewritten form. */
  readable: string
  sha256: string
  bytes: number
  /** Lines of `readable`: as many rows DuckDB must find. */
  lines: number
  /** Lines that could not be kept; the rewritten file has an empty line in their place. */
  unreadable: { line: number; rule: string }[]
  /** Line of each record in the original, when the file was one JSON document. */
  lineNumbers: Uint32Array | null
}

/** Byte that never occurs in JSON; DuckDB takes it for the column separator, so it sees one column. */
export const SEPARATOR = "\u0001"
/** Longer lines are refused: nothing that these sources export comes near. */
export const MAX_LINE_BYTES = 8 * 1024 * 1024
const MAX_DOCUMENT_BYTES = 256 * 1024 * 1024
const HEAD_BYTES = 256 * 1024
const HEAD_LINES = 1000
/** Enough for the header of a table. */
const TABLE_HEAD_BYTES = 64 * 1024
const GZIP_MAGIC = Buffer.from([0x1f, 0x8b])
const CHUNK = 4 * 1024 * 1024
const NEWLINE = 10
const CARRIAGE_RETURN = 13
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf])

/**
 * @param unzips whether the engine reads clean gzip files as they are
 * @throws {InputRefused} when the file is not one of the kinds above
 */
export async function prepareEventFile(
  path: string,
  scratch: string,
  index: number,
  unzips = false,
): Promise<PreparedFile> {
  const before = await stat(path).catch(() => null)
  if (before === null || !before.isFile())
    throw new InputRefused([{ file: path, field: "file", rule: "cannot be read" }])
  const packing = (await startsWith(path, GZIP_MAGIC)) ? "gzip" : path.endsWith(".br") ? "brotli" : null
  const rewritten = join(scratch, `events-${index}.jsonl`)

  const format = tableFormat(await unpackedHead(path, packing))
  if (format !== null) return prepareTable(path, format, packing, rewritten)
  const first = await scan(path, packing, packing === null ? null : rewritten)
  const readsZipped = packing === "gzip" && unzips && first.clean && path.endsWith(".gz")
  const prepared: PreparedFile = {
    path,
    kind: "empty",
    readable: path,
    sha256: first.sha256,
    bytes: first.bytes,
    lines: first.lines,
    unreadable: first.unreadable,
    lineNumbers: null,
  }
  if (packing !== null) prepared.readable = rewritten
  else if (!first.clean) {
    const { lines, unreadable } = await scan(path, null, rewritten)
    prepared.lines = lines
    prepared.unreadable = unreadable
    prepared.readable = rewritten
  }

  const kind = await detectKind(prepared.readable)
  if (kind === "document") {
    const size = (await stat(prepared.readable)).size
    const split = size <= MAX_DOCUMENT_BYTES ? splitDocument(await readFile(prepared.readable, "utf8")) : null
    if (split === null) {
      throw new InputRefused([
        {
          file: path,
          field: "file",
          rule: "is neither PostHog events as JSON lines, nor Discourse posts or user actions, nor xAPI statements",
        },
      ])
    }
    await writeFile(rewritten, split.records.length === 0 ? "" : split.records.join("\n") + "\n")
    prepared.kind = split.kind
    prepared.readable = rewritten
    prepared.lineNumbers = split.lines
    prepared.lines = split.records.length
    prepared.unreadable = []
  } else {
    prepared.kind = kind
  }
  if (readsZipped && prepared.lineNumbers === null) {
    await rm(rewritten)
    prepared.readable = path
  }
  await refuseChanged(path, before)
  return prepared
}

async function refuseChanged(path: string, before: Stats): Promise<void> {
  const after = await stat(path)
  if (after.size !== before.size || after.mtimeMs !== before.mtimeMs)
    throw new InputRefused([{ file: path, field: "file", rule: "changed while it was read" }])
}

/** An export of PostHog that is a table: rewritten as JSON lines, each with its place in the file. */
async function prepareTable(
  path: string,
  format: TableFormat,
  packing: Packing,
  rewritten: string,
): Promise<PreparedFile> {
  const before = await stat(path)
  const unpacked = `${rewritten}.table`
  try {
    if (packing !== null)
      await pipeline(createReadStream(path), unpacker(packing), createWriteStream(unpacked)).catch(
        (error: unknown) => {
          throw unreadable(path, error)
        },
      )
    const lines = await rewriteTable(packing === null ? path : unpacked, format, rewritten, path)
    const prepared: PreparedFile = {
      path,
      kind: lines.length === 0 ? "empty" : "posthog",
      readable: rewritten,
      sha256: await fileHash(path),
      bytes: before.size,
      lines: lines.length,
      unreadable: [],
      lineNumbers: lines,
    }
    await refuseChanged(path, before)
    return prepared
  } finally {
    await rm(unpacked, { force: true })
  }
}

/** How a whole file is packed; Parquet packs its columns itself. */
type Packing = "gzip" | "brotli" | null

function unpacker(packing: Exclude<Packing, null>): Gunzip | BrotliDecompress {
  return packing === "gzip" ? createGunzip() : createBrotliDecompress()
}

/** The first bytes of what a file holds; empty when it cannot be unpacked, which is told later. */
async function unpackedHead(path: string, packing: Packing): Promise<Buffer> {
  if (packing === null) return head(path, TABLE_HEAD_BYTES)
  const raw = createReadStream(path)
  const unpacked = unpacker(packing)
  raw.on("error", (error) => unpacked.destroy(error))
  try {
    for await (const chunk of raw.pipe(unpacked)) return (chunk as Buffer).subarray(0, TABLE_HEAD_BYTES)
  } catch {
    return Buffer.alloc(0)
  } finally {
    raw.destroy()
  }
  return Buffer.alloc(0)
}

function unreadable(path: string, error: unknown): InputRefused {
  return new InputRefused([
    { file: path, field: "file", rule: `cannot be read (${(error as Error).message})` },
  ])
}

async function startsWith(path: string, magic: Buffer): Promise<boolean> {
  return (await head(path, magic.length)).equals(magic)
}

async function head(path: string, bytes: number): Promise<Buffer> {
  const file = await open(path)
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(bytes), 0, bytes, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

interface Scan {
  sha256: string
  bytes: number
  clean: boolean
  lines: number
  unreadable: { line: number; rule: string }[]
}

/** One pass over the file: its hash, whether DuckDB can read it as it is, and its rewritten form when asked for. */
async function scan(path: string, packing: Packing, rewriteTo: string | null): Promise<Scan> {
  const hash = createHash("sha256")
  const result: Scan = { sha256: "", bytes: 0, clean: true, lines: 0, unreadable: [] }
  const raw = createReadStream(path, { highWaterMark: CHUNK })
  raw.on("data", (chunk) => {
    hash.update(chunk)
    result.bytes += chunk.length
  })
  const output = rewriteTo === null ? null : createWriteStream(rewriteTo)
  let content: AsyncIterable<Buffer> = raw
  if (packing !== null) {
    const unzipped = unpacker(packing)
    raw.on("error", (error) => unzipped.destroy(error))
    content = raw.pipe(unzipped)
  }

  const lines = new LineCleaner(result)
  try {
    let rest: Buffer = Buffer.alloc(0)
    let isFirst = true
    for await (const chunk of content) {
      let block = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
      if (isFirst) {
        isFirst = false
        if (block.subarray(0, 3).equals(BYTE_ORDER_MARK)) {
          result.clean = false
          block = block.subarray(3)
        }
      }
      const end = block.lastIndexOf(NEWLINE) + 1
      if (block.length - end > MAX_LINE_BYTES) result.clean = false
      if (end > 0) await write(output, lines.take(block.subarray(0, end), output !== null))
      rest = block.subarray(end)
      if (!result.clean && output === null && hash !== null) {
        // Only the hash is still needed from this pass.
        rest = Buffer.alloc(0)
      } else if (rest.length > MAX_LINE_BYTES * 4) {
        throw new InputRefused([
          { file: path, field: "line", rule: `is longer than ${MAX_LINE_BYTES} bytes` },
        ])
      }
    }
    if (rest.length > 0) await write(output, lines.take(rest, output !== null))
  } catch (error) {
    if (error instanceof InputRefused) throw error
    throw unreadable(path, error)
  } finally {
    raw.destroy()
    if (output !== null) {
      output.end()
      await once(output, "close")
    }
  }
  result.sha256 = hash.digest("hex")
  return result
}

async function write(output: WriteStream | null, bytes: Buffer): Promise<void> {
  if (output !== null && bytes.length > 0 && !output.write(bytes)) await once(output, "drain")
}

/** Looks at whole lines; replaces the ones that DuckDB could not read by empty lines. */
class LineCleaner {
  constructor(private readonly result: Scan) {}

  take(block: Buffer, rewrite: boolean): Buffer {
    const clean =
      isUtf8(block) &&
      !block.includes(0) &&
      !block.includes(1) &&
      !block.includes(CARRIAGE_RETURN) &&
      !hasLongLine(block)
    if (!clean) this.result.clean = false
    if (clean || !rewrite) {
      for (let at = block.indexOf(NEWLINE); at !== -1; at = block.indexOf(NEWLINE, at + 1))
        this.result.lines++
      if (block[block.length - 1] !== NEWLINE) this.result.lines++
      return block
    }
    const kept: Buffer[] = []
    let start = 0
    while (start < block.length) {
      const newline = block.indexOf(NEWLINE, start)
      const end = newline === -1 ? block.length : newline
      kept.push(this.cleanLine(block.subarray(start, end)), Buffer.from("\n"))
      start = end + 1
    }
    return Buffer.concat(kept)
  }

  private cleanLine(line: Buffer): Buffer {
    this.result.lines++
    const text = line[line.length - 1] === CARRIAGE_RETURN ? line.subarray(0, -1) : line
    const rule = !isUtf8(text)
      ? "is not valid UTF-8"
      : text.includes(0) || text.includes(1)
        ? "is not valid JSON"
        : text.length > MAX_LINE_BYTES
          ? `is longer than ${MAX_LINE_BYTES} bytes`
          : null
    if (rule !== null) {
      this.result.unreadable.push({ line: this.result.lines, rule })
      return Buffer.alloc(0)
    }
    // A carriage return elsewhere is white space between JSON tokens, but a line break for DuckDB.
    return text.includes(CARRIAGE_RETURN) ? Buffer.from(text.toString().replaceAll("\r", " ")) : text
  }
}

function hasLongLine(block: Buffer): boolean {
  let start = 0
  while (block.length - start > MAX_LINE_BYTES) {
    const newline = block.lastIndexOf(NEWLINE, start + MAX_LINE_BYTES)
    if (newline < start) return true
    start = newline + 1
  }
  return false
}

/** What the first lines look like; `document` when they are no JSON lines of a known kind. */
async function detectKind(path: string): Promise<EventFileKind | "document"> {
  const text = (await head(path, HEAD_BYTES)).toString("utf8")
  const lines = text.split("\n", HEAD_LINES).filter((line) => line.trim() !== "")
  const firstLine = lines[0]
  if (firstLine === undefined) {
    const { size } = await stat(path)
    return size <= HEAD_BYTES ? "empty" : "document"
  }
  const first = parse(firstLine)
  if (first === undefined && /^\s*[[{]/.test(firstLine)) {
    // Either a document over many lines or JSON lines whose first one is broken.
    const { size } = await stat(path)
    if (size <= MAX_DOCUMENT_BYTES && parse(await readFile(path, "utf8")) !== undefined) return "document"
  }
  // Events or statements in an array on one line are no JSON lines yet; Discourse's pages may stand in an array.
  const kindOfFirst = kindOf(first)
  if (Array.isArray(first) && kindOfFirst !== "discourse" && kindOfFirst !== null) return "document"
  if (kindOfFirst === "xapi" && isStatementResult(first)) return "document"
  for (const line of lines) {
    const kind = kindOf(parse(line))
    if (kind !== null) return kind
  }
  // A first line that is larger than the head: a page of a forum with long posts.
  if (lines.length === 1) {
    if (/"(latest_posts|user_actions|post_stream)"\s*:/.test(firstLine)) return "discourse"
    if (/^\s*(\[|\{\s*"statements")/.test(firstLine)) return "document"
    if (/"distinct_id"\s*:/.test(firstLine) && /"event"\s*:/.test(firstLine)) return "posthog"
    if (/"actor"\s*:/.test(firstLine) && /"verb"\s*:/.test(firstLine)) return "xapi"
  }
  return "document"
}

/** A page of a learning record store's answer, not a statement. */
function isStatementResult(value: unknown): boolean {
  return typeof value === "object" && value !== null && "statements" in value
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
