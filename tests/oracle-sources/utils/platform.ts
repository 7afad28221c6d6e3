import type { Answer, Asked } from "./server"

/** A learning platform that answers as `oracle/openapi/lms.yaml` documents. */

export const PLATFORM_TOKEN = "token-of-the-platform-0123456789"

export interface PlatformMember {
  id: string
  updated_at: string
  [field: string]: unknown
}

export class Platform {
  members: PlatformMember[] = []
  mostPerPage = 1000
  /** The platform's clock. */
  now = "2025-12-22T00:00:00Z"
  /** Called before a request is answered: members change while they are listed. */
  beforeAnswer: (asked: Asked) => void = () => undefined

  readonly answer = (asked: Asked): Answer => {
    if (asked.headers.authorization !== `Bearer ${PLATFORM_TOKEN}`)
      return problem(401, "The token is not valid")
    if (asked.path !== "/api/v1/members") return problem(404, "There is nothing here")
    this.beforeAnswer(asked)
    const limit = Math.min(this.mostPerPage, Number(asked.query.get("limit") ?? "100"))
    const since = asked.query.get("updated_since")
    const after = asked.query.get("cursor")?.split(" ") ?? null
    const rest = this.members
      .filter((member) => since === null || Date.parse(member.updated_at) >= Date.parse(since))
      .sort((a, b) => compare(keyOf(a), keyOf(b)))
      .filter((member) => after === null || compare(keyOf(member), after) > 0)
    const page = rest.slice(0, limit)
    const last = page[page.length - 1]
    return {
      body: {
        members: page,
        next: rest.length > limit && last !== undefined ? keyOf(last).join(" ") : null,
        as_of: this.now,
      },
    }
  }
}

function keyOf(member: PlatformMember): string[] {
  return [member.updated_at, member.id]
}

function compare(a: readonly string[], b: readonly string[]): number {
  const [x, y] = [a.join(" "), b.join(" ")]
  return x < y ? -1 : x > y ? 1 : 0
}

export function problem(status: number, title: string, headers: Record<string, string> = {}): Answer {
  return {
    status,
    headers: { "content-type": "application/problem+json", ...headers },
    body: { type: "about:blank", title, status, detail: title },
  }
}
