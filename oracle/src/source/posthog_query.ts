import { setTimeout as wait } from "node:timers/promises"
import { z } from "zod"
import type { PosthogConfig } from "../config/sources"
import { readSecret } from "../config/secret"
import { fetchPatiently, parseJson, Passing, SourceFailed, type HttpRequest } from "./http"
import type { PullContext } from "./source"

/** Values of a query's placeholders: `{name}` in the text. */
export type QueryValues = Readonly<Record<string, string | number>>

export interface QueryRows {
  rows: unknown[][]
  /** PostHog says that there are more rows than the limit lets through. */
  hasMore: boolean
}

const rowsSchema = z.object({
  results: z.array(z.array(z.unknown())),
  hasMore: z.boolean().nullish(),
})
const statusSchema = z.object({
  query_status: z.object({
    id: z.string().min(1),
    complete: z.boolean().nullish(),
    error: z.boolean().nullish(),
    error_message: z.string().nullish(),
    results: z.unknown(),
  }),
})

const FIRST_POLL = 250
const MOST_POLL = 5_000

/** HogQL over PostHog's query endpoint: `POST /api/projects/{id}/query/` with a personal API key. */
export class PosthogProject {
  constructor(
    private readonly config: PosthogConfig,
    private readonly context: PullContext,
  ) {}

  /** Runs one query. @throws {SourceFailed} */
  async query(text: string, values: QueryValues): Promise<QueryRows> {
    const { body } = await this.ask({
      url: this.address("query/"),
      json: {
        query: { kind: "HogQLQuery", query: text, values },
        // Without it PostHog may answer what it answered some minutes ago.
        refresh: "force_blocking",
        name: "stk-oracle",
      },
    })
    const rows = rowsSchema.safeParse(body)
    if (rows.success) return { rows: rows.data.results, hasMore: rows.data.hasMore === true }
    return this.poll(statusSchema.parse(body).query_status)
  }

  /** A long query is answered with its status; the rows come where that says. */
  private async poll(first: z.infer<typeof statusSchema>["query_status"]): Promise<QueryRows> {
    const { name, patienceSeconds } = this.config
    const deadline = Date.now() + patienceSeconds * 1000
    let status = first
    for (let pause = FIRST_POLL; ; pause = Math.min(MOST_POLL, pause * 2)) {
      if (status.error === true)
        throw new SourceFailed(
          name,
          "rejected",
          `the query failed: ${status.error_message ?? "no reason given"}`,
        )
      if (status.complete === true) {
        const rows = rowsSchema.safeParse(status.results)
        if (!rows.success) throw new SourceFailed(name, "invalid", "a finished query has no rows")
        return { rows: rows.data.results, hasMore: rows.data.hasMore === true }
      }
      if (Date.now() + pause > deadline)
        throw new SourceFailed(name, "unavailable", `a query was not finished within ${patienceSeconds} s`)
      await wait(pause, undefined, { signal: this.context.signal }).catch(() => {
        throw new SourceFailed(name, "aborted", "was stopped")
      })
      const { body } = await this.ask({ url: this.address(`query/${encodeURIComponent(first.id)}/`) })
      status = statusSchema.parse(body).query_status
    }
  }

  private async ask(request: Pick<HttpRequest, "url" | "json">): Promise<{ body: unknown }> {
    const { name, project, patienceSeconds } = this.config
    const key = readSecret(this.config.apiKey, `sources.${name}.apiKey`)
    return fetchPatiently(
      {
        ...request,
        source: name,
        headers: { accept: "application/json", authorization: `Bearer ${key}` },
        hint: `the key that apiKey names needs the scope query:read in project ${project}`,
        patience: patienceSeconds * 1000,
        signal: this.context.signal,
        log: this.context.log,
      },
      (text, headers) => {
        const body = parseJson(text, headers)
        if (rowsSchema.safeParse(body).success || statusSchema.safeParse(body).success) return body
        throw new Passing("invalid", "answered JSON that is no result of a query")
      },
    )
  }

  private address(path: string): URL {
    return new URL(`/api/projects/${this.config.project}/${path}`, this.config.host)
  }
}
