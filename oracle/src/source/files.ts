import { createReadStream } from "node:fs"
import { mkdtemp, readdir, rm, stat } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { z } from "zod"
import type { FilesConfig } from "../config/sources"
import { OracleError } from "../failure"
import { fileHash } from "../score/hash"
import { SourceFailed } from "./http"
import { prepareEventFile } from "./intake"
import type { Cursor, PullContext, PulledRecords, Source } from "./source"

/** Lines and characters of one step: what is kept in memory and written in one transaction. */
const MOST_LINES = 50_000
const MOST_CHARACTERS = 32 * 1024 * 1024
/** Names that say that somebody is still writing, and the lists of files that PostHog writes beside an export. */
const UNFINISHED = /(^|\/)\.|\.(tmp|part|partial|crdownload)$|~$|_manifest\.json$/

const cursorSchema = z.object({
  /** Files that were there the last time. A file is known by its content, whatever its name. */
  files: z.record(
    z.string(),
    z.object({
      size: z.number(),
      modified: z.number(),
      sha256: z.string(),
      /** Lines that were taken; null when all were. */
      lines: z.number().nullable(),
    }),
  ),
})
type FilesCursor = z.infer<typeof cursorSchema>

/** A drop folder: every file in it and in its folders is taken once, in the order of names. */
export class FilesSource implements Source {
  readonly name: string
  readonly kind = "files"
  private readonly folder: string

  constructor(config: FilesConfig) {
    this.name = config.name
    this.folder = config.folder
  }

  async *pull(cursor: Cursor | null, context: PullContext): AsyncIterable<PulledRecords> {
    const before = cursor === null ? {} : cursorSchema.parse(cursor).files
    const names = await this.list()
    // Files that are gone leave the cursor; should one come back, its content is still known by the store.
    const files: FilesCursor["files"] = Object.fromEntries(
      Object.entries(before).filter(([name]) => names.includes(name)),
    )
    const problems: string[] = []
    for (const name of names) {
      if (context.signal.aborted) throw new SourceFailed(this.name, "aborted", "was stopped")
      try {
        yield* this.take(name, files)
      } catch (error) {
        // A broken file does not keep the others waiting.
        if (!(error instanceof OracleError)) throw error
        problems.push(...error.lines)
      }
    }
    if (problems.length > 0) throw new SourceFailed(this.name, "invalid", problems.join("; "))
  }

  private async *take(name: string, files: FilesCursor["files"]): AsyncIterable<PulledRecords> {
    const path = join(this.folder, name)
    const { size, mtimeMs: modified } = await stat(path)
    const known = files[name]
    const isSame = known !== undefined && known.size === size && known.modified === modified
    if (isSame && known.lines === null) return
    const sha256 = await fileHash(path)
    const twin = Object.values(files).find((file) => file.sha256 === sha256 && file.lines === null)
    const mark = (lines: number | null): FilesCursor => {
      files[name] = { size, modified, sha256, lines }
      return { files: { ...files } }
    }
    if (twin !== undefined) {
      yield { lines: [], cursor: mark(null), firstAt: null, lastAt: null }
      return
    }
    const taken = known?.sha256 === sha256 ? (known.lines ?? 0) : 0
    const scratch = await mkdtemp(join(tmpdir(), "stk-oracle-files-"))
    try {
      const prepared = await prepareEventFile(path, scratch, 0)
      if (prepared.sha256 !== sha256)
        throw new SourceFailed(this.name, "invalid", `${path} changed while it was read`)
      const unreadable = new Map(prepared.unreadable.map(({ line, rule }) => [line, rule]))
      let step: string[] = []
      let characters = 0
      let line = 0
      for await (const text of createInterface({ input: createReadStream(prepared.readable) })) {
        line++
        if (line <= taken) continue
        const rule = unreadable.get(line)
        // A text is no record: the line stays visible and malformed.
        const kept = rule === undefined ? text : JSON.stringify(`line ${line} of ${name} ${rule}`)
        step.push(kept)
        characters += kept.length
        if (step.length < MOST_LINES && characters < MOST_CHARACTERS) continue
        yield { lines: step, cursor: mark(line), firstAt: null, lastAt: null }
        step = []
        characters = 0
      }
      yield { lines: step, cursor: mark(null), firstAt: null, lastAt: null }
    } finally {
      await rm(scratch, { recursive: true, force: true })
    }
  }

  /** Names below the folder, in byte order. */
  private async list(): Promise<string[]> {
    const entries = await readdir(this.folder, { recursive: true, withFileTypes: true }).catch(
      (error: NodeJS.ErrnoException) => {
        throw new SourceFailed(
          this.name,
          "unavailable",
          `the folder ${this.folder} cannot be read (${error.code})`,
        )
      },
    )
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(this.folder.length + 1))
      .filter((name) => !UNFINISHED.test(name))
      .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  }
}
