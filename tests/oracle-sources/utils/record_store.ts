import type { Answer, Asked } from "./server"

/** A learning record store that answers as xAPI 1.0.3 says in part three, 2.1.3 and 2.5. */

export const STORE_PASSWORD = "s3cret-of-the-store"
const AUTHORIZATION = `Basic ${Buffer.from(`oracle:${STORE_PASSWORD}`).toString("base64")}`

export interface Statement {
  id: string
  stored: string
  [field: string]: unknown
}

export class RecordStore {
  statements: Statement[] = []
  /** Most statements of an answer, whatever is asked for. */
  mostPerPage = 100
  consistentThrough: string | null = null
  /** Replaces the next `more`. */
  moreOnce: string | null = null
  private readonly pages = new Map<string, Statement[]>()

  constructor(readonly path = "/xapi") {}

  readonly answer = (asked: Asked): Answer => {
    if (asked.headers.authorization !== AUTHORIZATION) return { status: 401, body: { error: "unauthorized" } }
    const version = asked.headers["x-experience-api-version"]
    if (version !== "1.0.3" && version !== "2.0.0")
      return { status: 400, body: { error: "X-Experience-API-Version header missing" } }
    const more = asked.path.startsWith(`${this.path}/more/`)
    if (!more && asked.path !== `${this.path}/statements`)
      return { status: 404, body: { error: "not found" } }
    const rest = more ? this.pages.get(asked.path) : this.select(asked.query)
    if (rest === undefined) return { status: 404, body: { error: "no such container" } }
    const limit = Math.min(this.mostPerPage, Number(asked.query.get("limit") ?? "0") || this.mostPerPage)
    const remaining = rest.slice(limit)
    let link = ""
    if (remaining.length > 0) {
      link = `${this.path}/more/${this.pages.size + 1}`
      this.pages.set(link, remaining)
    }
    if (this.moreOnce !== null) {
      link = this.moreOnce
      this.moreOnce = null
    }
    return {
      headers: {
        "x-experience-api-version": "1.0.3",
        ...(this.consistentThrough === null
          ? {}
          : { "x-experience-api-consistent-through": this.consistentThrough }),
      },
      body: { statements: rest.slice(0, limit), more: link },
    }
  }

  /** Voided statements are not shown; `since` is exclusive. */
  private select(query: URLSearchParams): Statement[] {
    const since = query.get("since")
    const shown = this.statements.filter(
      ({ stored }) => since === null || Date.parse(stored) > Date.parse(since),
    )
    return shown.sort((a, b) => {
      const order = Date.parse(a.stored) - Date.parse(b.stored)
      return query.get("ascending") === "true" ? order : -order
    })
  }
}
