import { once } from "node:events"
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"

/** What a server may do to a request instead of answering it. */
export type Misbehaviour = (response: ServerResponse, request: IncomingMessage) => void | Promise<void>

/** An HTTP server that misbehaves as told, once for each thing told, and answers otherwise. */
export class FakeServer {
  readonly requests: { method: string; url: string; authorization: string | undefined; body: string }[] = []
  private readonly planned: Misbehaviour[] = []

  protected constructor(private readonly server: Server) {}

  static async listen(answer: Misbehaviour): Promise<FakeServer> {
    return FakeServer.start((server) => new FakeServer(server), answer)
  }

  protected static async start<T extends FakeServer>(
    create: (server: Server) => T,
    answer: (response: ServerResponse, request: IncomingMessage, body: string) => void | Promise<void>,
  ): Promise<T> {
    const server = createServer()
    const fake = create(server)
    server.on("request", (request: IncomingMessage, response: ServerResponse) => {
      void (async () => {
        const chunks: Buffer[] = []
        for await (const chunk of request) chunks.push(chunk as Buffer)
        const body = Buffer.concat(chunks).toString()
        fake.requests.push({
          method: request.method ?? "",
          url: request.url ?? "",
          authorization: request.headers.authorization,
          body,
        })
        const misbehave = fake.planned.shift()
        if (misbehave === undefined) await answer(response, request, body)
        else await misbehave(response, request)
      })().catch((error: unknown) => {
        response.statusCode = 599
        response.end(String(error))
      })
    })
    server.listen(0, "127.0.0.1")
    await once(server, "listening")
    return fake
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  /** The next requests are treated so, one each. */
  next(...misbehaviours: Misbehaviour[]): void {
    this.planned.push(...misbehaviours)
  }

  get unusedMisbehaviours(): number {
    return this.planned.length
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections()
    this.server.close()
    await once(this.server, "close")
  }
}

export function sendJson(
  response: ServerResponse,
  value: unknown,
  status = 200,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers })
  response.end(JSON.stringify(value))
}

/** What goes wrong on the way, each as a real server or network shows it. */
export const misbehave = {
  status:
    (status: number, body: unknown = {}, headers: Record<string, string> = {}): Misbehaviour =>
    (response) =>
      sendJson(response, body, status, headers),
  /** A page for people where JSON was asked for, as proxies show it, even with status 200. */
  html:
    (status = 200): Misbehaviour =>
    (response) => {
      response.writeHead(status, { "content-type": "text/html" })
      response.end("<!DOCTYPE html><html><body>We'll be back soon</body></html>")
    },
  /** JSON that ends in the middle, with a length that says so was meant. */
  truncated:
    (text = '{"results": [["a", '): Misbehaviour =>
    (response) => {
      response.writeHead(200, { "content-type": "application/json" })
      response.end(text)
    },
  /** The connection breaks before anything was said. */
  reset: (): Misbehaviour => (response) => {
    response.socket?.resetAndDestroy()
  },
  /** The connection breaks in the middle of the body. */
  cut: (): Misbehaviour => (response) => {
    response.writeHead(200, { "content-type": "application/json", "content-length": "1000" })
    response.write('{"results": [', () => response.socket?.destroy())
  },
  /** One byte now and then, for ever. */
  drip: (): Misbehaviour => (response) => {
    response.writeHead(200, { "content-type": "application/json" })
    const timer = setInterval(() => response.write(" "), 20)
    response.on("close", () => clearInterval(timer))
  },
  /** Nothing at all. */
  silence: (): Misbehaviour => () => undefined,
  /** More than anybody asked for. */
  flood:
    (bytes: number): Misbehaviour =>
    (response) => {
      response.writeHead(200, { "content-type": "application/json" })
      response.on("error", () => undefined)
      const chunk = Buffer.alloc(1 << 16, " ")
      let sent = 0
      const write = (): void => {
        while (sent < bytes && !response.destroyed) {
          sent += chunk.length
          if (!response.write(chunk)) return void response.once("drain", write)
        }
        response.end()
      }
      write()
    },
  redirect:
    (location: string, status = 302): Misbehaviour =>
    (response) => {
      response.writeHead(status, { location })
      response.end()
    },
}
