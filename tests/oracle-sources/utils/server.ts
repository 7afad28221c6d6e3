import { once } from "node:events"
import { createServer, type IncomingMessage, type Server } from "node:http"
import type { AddressInfo } from "node:net"

/** What an application answers with. */
export interface Answer {
  status?: number
  headers?: Record<string, string>
  /** A text goes out as it is, anything else as JSON. */
  body?: unknown
  /** Ends the connection after so many bytes of the body. */
  cutAfter?: number
}

export interface Asked {
  method: string
  url: URL
  path: string
  query: URLSearchParams
  headers: IncomingMessage["headers"]
}

/** A real HTTP server that plays somebody's documented protocol, and has faults when it is told to. */
export class TestServer {
  /** Every request, in order. */
  readonly asked: Asked[] = []
  private faults: { when: (asked: Asked) => boolean; answer: Answer | ((asked: Asked) => Answer) }[] = []

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(application: (asked: Asked) => Answer): Promise<TestServer> {
    const server = createServer((request, response) => {
      const url = new URL(request.url ?? "/", `http://${request.headers.host}`)
      const asked: Asked = {
        method: request.method ?? "GET",
        url,
        path: url.pathname,
        query: url.searchParams,
        headers: request.headers,
      }
      test.asked.push(asked)
      const index = test.faults.findIndex(({ when }) => when(asked))
      const [fault] = index === -1 ? [] : test.faults.splice(index, 1)
      const chosen = fault?.answer ?? application
      const answer = typeof chosen === "function" ? chosen(asked) : chosen
      const isText = typeof answer.body === "string"
      const body = Buffer.from(isText ? (answer.body as string) : JSON.stringify(answer.body ?? null))
      response.writeHead(answer.status ?? 200, {
        "content-type": isText ? "text/html" : "application/json; charset=utf-8",
        "content-length": body.length,
        ...answer.headers,
      })
      if (answer.cutAfter === undefined) response.end(body)
      else response.write(body.subarray(0, answer.cutAfter), () => response.destroy())
    })
    server.listen(0, "127.0.0.1")
    await once(server, "listening")
    const test = new TestServer(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    return test
  }

  /** The next request that fits is answered like this, once. */
  failOnce(when: (asked: Asked) => boolean, answer: Answer | ((asked: Asked) => Answer)): void {
    this.faults.push({ when, answer })
  }

  /** Faults that no request has met. */
  get pendingFaults(): number {
    return this.faults.length
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections()
    this.server.close()
    await once(this.server, "close")
  }
}

/** What passes by itself: each is answered with something better the next time. */
export const PASSING_FAULTS: Record<string, Answer> = {
  "too many requests": {
    status: 429,
    headers: { "retry-after": "0" },
    body: { errors: ["Slow down"], error_type: "rate_limit", extras: { wait_seconds: 0 } },
  },
  "a bad gateway": { status: 502, body: "<html><h1>502 Bad Gateway</h1></html>" },
  "a page for people": { body: "<!DOCTYPE html><title>Maintenance</title>" },
  "half an answer": { body: { half: "of an answer that is longer than this" }, cutAfter: 12 },
  "JSON of another kind": { body: ["unexpected"] },
}
