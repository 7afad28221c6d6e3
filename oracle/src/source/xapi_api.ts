import { createHash } from "node:crypto"
import { z } from "zod"
import type { XapiSourceConfig } from "../config/sources"
import { readSecret } from "../config/secret"
import { fetchPatiently, parseJson, Passing, SourceFailed } from "./http"
import type { Cursor, PullContext, PulledRecords, Source } from "./source"

/**
 * Statements of a learning record store (xAPI 1.0.3 and 2.0): `GET /statements?since=&ascending=true`, and from there
 * along `more`. A store may show what it stored a moment later and out of order, so an overlap is read again and what was
 * there before is known by its id.
 */

/** Lines of one step. */
const STEP = 2000

const cursorSchema = z.object({
  /** Unix milliseconds up to which everything stored has been read. */
  through: z.number().nullable(),
  /** Statements of the overlap, by id, with the moment they were stored. */
  recent: z.record(z.string(), z.number()),
})
type XapiCursor = z.infer<typeof cursorSchema>

const statementSchema = z.looseObject({
  id: z.string().min(1),
  stored: z.iso.datetime({ offset: true }),
  timestamp: z.iso.datetime({ offset: true }).nullish(),
})

interface Page {
  statements: unknown[]
  more: string
  /** Everything stored up to here is shown, where the store says so. */
  consistentThrough: number | null
}

export class XapiSource implements Source {
  readonly kind = "xapi"
  readonly name: string

  constructor(private readonly config: XapiSourceConfig) {
    this.name = config.name
  }

  async *pull(cursor: Cursor | null, context: PullContext): AsyncIterable<PulledRecords> {
    const state: XapiCursor = cursor === null ? { through: null, recent: {} } : cursorSchema.parse(cursor)
    const overlap = this.config.overlapSeconds * 1000
    const from =
      state.through === null
        ? this.config.since === undefined
          ? null
          : Date.parse(this.config.since)
        : state.through - overlap
    const until = context.until * 1000
    const recent = new Map(Object.entries(state.recent))
    let lines: string[] = []
    let moments: number[] = []
    let through = state.through
    let consistent = Math.min(Date.now(), until)
    let isInOrder = true

    const take = (isComplete: boolean): PulledRecords => {
      // What has been read of a store that ignores `ascending` says nothing about what is still to come; and a store whose
      // clock is ahead must not make this one jump over what comes in between.
      const reached = isComplete || isInOrder ? through : state.through
      const kept = reached === null ? null : Math.min(reached, consistent)
      for (const [id, stored] of recent) if (kept !== null && stored < kept - overlap) recent.delete(id)
      const records: PulledRecords = {
        lines,
        cursor: { through: kept, recent: Object.fromEntries(recent) } satisfies XapiCursor,
        firstAt: moments.length === 0 ? null : microseconds(moments.reduce((a, b) => Math.min(a, b))),
        lastAt: moments.length === 0 ? null : microseconds(moments.reduce((a, b) => Math.max(a, b))),
      }
      lines = []
      moments = []
      return records
    }

    const visited = new Set<string>()
    let url: URL | null = this.firstUrl(from)
    while (url !== null) {
      if (visited.has(url.href))
        throw new SourceFailed(
          this.name,
          "invalid",
          "/statements: more leads back to a page that was read before",
        )
      visited.add(url.href)
      const page = await this.page(url, context)
      if (page.consistentThrough !== null) consistent = Math.min(consistent, page.consistentThrough)
      let isOver = false
      for (const record of page.statements) {
        const statement = statementSchema.safeParse(record)
        const line = JSON.stringify(record)
        if (!statement.success) {
          const key = createHash("sha256").update(line).digest("hex")
          if (!recent.has(key)) lines.push(line)
          recent.set(key, through ?? Date.now())
          continue
        }
        const { id, stored, timestamp } = statement.data
        const storedAt = Date.parse(stored)
        if (storedAt >= until) {
          isOver = true
          continue
        }
        if (through !== null && storedAt < through - overlap) isInOrder = false
        through = Math.max(through ?? storedAt, storedAt)
        if (recent.has(id)) continue
        recent.set(id, storedAt)
        lines.push(line)
        moments.push(Date.parse(timestamp ?? stored))
      }
      if (lines.length >= STEP) yield take(false)
      url = page.more === "" || isOver ? null : this.moreUrl(page.more)
    }
    yield take(true)
  }

  private firstUrl(from: number | null): URL {
    const url = new URL(`${this.config.url.replace(/\/+$/, "")}/statements`)
    // Exclusive in the standard; the overlap makes that indifferent.
    if (from !== null) url.searchParams.set("since", new Date(from).toISOString())
    url.searchParams.set("ascending", "true")
    url.searchParams.set("limit", String(this.config.limit))
    return url
  }

  /** The standard makes `more` a path of the same host; the key must not go elsewhere. */
  private moreUrl(more: string): URL {
    const base = new URL(this.config.url)
    const url = URL.canParse(more, base.href) ? new URL(more, base) : null
    if (url === null || url.origin !== base.origin || url.username !== "" || url.password !== "")
      throw new SourceFailed(
        this.name,
        "redirected",
        `/statements: more leads to another place (${url?.origin ?? "unreadable"}) than ${base.origin}`,
      )
    return url
  }

  private async page(url: URL, context: PullContext): Promise<Page> {
    const { auth } = this.config
    const authorization =
      "token" in auth
        ? `Bearer ${readSecret(auth.token, `sources.${this.name}.auth.token`)}`
        : `Basic ${Buffer.from(
            `${auth.username}:${readSecret(auth.password, `sources.${this.name}.auth.password`)}`,
          ).toString("base64")}`
    const { body } = await fetchPatiently(
      {
        source: this.name,
        url,
        headers: {
          accept: "application/json",
          authorization,
          "X-Experience-API-Version": this.config.version,
        },
        hint: "the credentials need to read statements of all actors",
        patience: this.config.patienceSeconds * 1000,
        signal: context.signal,
        log: context.log,
      },
      (text, headers): Page => {
        const json = parseJson(text, headers) as Record<string, unknown> | null
        const statements = json?.statements
        const more = json?.more ?? ""
        if (!Array.isArray(statements) || typeof more !== "string")
          throw new Passing("invalid", "answered something else than statements and more")
        const through = Date.parse(headers.get("x-experience-api-consistent-through") ?? "")
        return { statements, more, consistentThrough: Number.isNaN(through) ? null : through }
      },
    )
    return body
  }
}

function microseconds(milliseconds: number): bigint {
  return BigInt(milliseconds) * 1000n
}
