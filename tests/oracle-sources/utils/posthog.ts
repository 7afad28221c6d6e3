import type { IncomingMessage, Server, ServerResponse } from "node:http"
import { type ClickHouse, sqlText } from "./clickhouse"
import { FakeServer, sendJson, type Misbehaviour } from "./misbehaving_server"

export const KEY = "phx_this-is-the-personal-api-key"
export const PROJECT = 4711

/** What PostHog does to a query without LIMIT, and the most that it lets through. */
const DEFAULT_ROWS = 100
const MOST_ROWS = 50_000

interface QueryBody {
  query?: { kind?: string; query?: string; values?: Record<string, string | number> }
  refresh?: string
}

/**
 * Plays PostHog's query endpoint as its documentation and source describe it: the key in `Authorization`, HogQL that
 * PostHog's own parser accepts, placeholders, LIMIT rules, `hasMore`; the query itself runs on a real ClickHouse.
 */
export class FakePosthog extends FakeServer {
  /** Queries that are answered with a status first, to be asked for again. */
  slow = 0
  private readonly running = new Map<string, { body: QueryBody; polls: number }>()
  private readonly clickhouse: ClickHouse

  private constructor(server: Server, clickhouse: ClickHouse) {
    super(server)
    this.clickhouse = clickhouse
  }

  static async open(clickhouse: ClickHouse): Promise<FakePosthog> {
    let fake: FakePosthog | undefined
    return FakeServer.start(
      (server) => (fake = new FakePosthog(server, clickhouse)),
      (response, request, body) => fake?.answer(response, request, body),
    )
  }

  /** For a plan of misbehaviours: this one is answered as it should be. */
  readonly answerNow: Misbehaviour = (response, request) =>
    this.answer(response, request, this.requests[this.requests.length - 1]?.body ?? "")

  private async answer(response: ServerResponse, request: IncomingMessage, text: string): Promise<void> {
    const error = (status: number, type: string, code: string, detail: string): void =>
      sendJson(response, { type, code, detail, attr: null }, status)
    if (request.headers.authorization === undefined)
      return error(
        401,
        "authentication_error",
        "not_authenticated",
        "Authentication credentials were not provided.",
      )
    if (request.headers.authorization !== `Bearer ${KEY}`)
      return error(
        401,
        "authentication_error",
        "authentication_failed",
        "Personal API key found in request Authorization header is invalid.",
      )
    const base = `/api/projects/${PROJECT}/query/`
    const url = request.url ?? ""
    if (!url.startsWith(base)) return error(404, "invalid_request", "not_found", "Project not found.")
    const id = url.slice(base.length).replace("/", "")
    if (request.method === "GET") {
      const query = this.running.get(id)
      if (query === undefined) return error(404, "invalid_request", "not_found", "Query not found.")
      if (query.polls-- > 0)
        return sendJson(response, { query_status: { id, complete: false, error: false, results: null } }, 202)
      const results = await this.run(query.body)
      return sendJson(response, { query_status: { id, complete: true, error: false, results } })
    }
    const body = JSON.parse(text) as QueryBody
    if (body.query?.kind !== "HogQLQuery" || body.query.query === undefined)
      return error(400, "validation_error", "invalid_input", "Query kind is not supported.")
    const parsed = await this.clickhouse.parse(body.query.query)
    if (parsed.error === true)
      return error(400, "validation_error", "syntax_error", parsed.message ?? "Syntax error")
    if (this.slow > 0) {
      this.slow--
      const queryId = `query-${this.running.size}`
      this.running.set(queryId, { body, polls: 2 })
      return sendJson(
        response,
        { query_status: { id: queryId, complete: false, error: false, results: null } },
        202,
      )
    }
    sendJson(response, await this.run(body))
  }

  private async run(body: QueryBody): Promise<Record<string, unknown>> {
    const hogql = body.query?.query ?? ""
    const values = body.query?.values ?? {}
    const filled = hogql.replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = values[name]
      if (value === undefined) throw new Error(`Placeholder {${name}} is not available in this context.`)
      return typeof value === "number" ? String(value) : sqlText(value)
    })
    const asked = /\bLIMIT (\d+)\s*$/.exec(filled)
    const limit = asked === null ? DEFAULT_ROWS : Math.min(Number(asked[1]), MOST_ROWS)
    const { data, meta } = await this.clickhouse.sql(
      `${asked === null ? filled : filled.slice(0, asked.index)} LIMIT ${limit + 1}`,
    )
    return {
      cache_key: "cache_0123",
      clickhouse: filled,
      columns: meta.map(({ name }) => name),
      types: meta.map(({ name, type }) => [name, type]),
      error: null,
      hasMore: data.length > limit,
      hogql,
      is_cached: false,
      limit,
      offset: 0,
      query: hogql,
      query_status: null,
      results: data.slice(0, limit),
      timings: [],
    }
  }
}
