import { createHmac, timingSafeEqual } from "node:crypto"
import { createServer, type IncomingMessage, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { text } from "node:stream/consumers"

/** What the platform and the oracle know, and nobody else. */
const SECRET = "a secret of the platform and the oracle"
/** The environment variable that names it. */
const SECRET_NAME = "STK_DEMO_WEBHOOK_SECRET"

/** The platform that tells its members what it is told: a webhook that believes only what is signed. */
export class Inbox {
  /** Ids of the notices that came. */
  readonly ids: string[] = []
  refused = 0

  private constructor(private readonly server: Server) {}

  static async open(): Promise<Inbox> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    const inbox = new Inbox(server)
    server.on("request", (request, response) => {
      void inbox.receive(request).then((isGenuine) => response.writeHead(isGenuine ? 204 : 401).end())
    })
    return inbox
  }

  /** The part of the configuration that names it. */
  get config(): object {
    const { port } = this.server.address() as AddressInfo
    return { url: `http://127.0.0.1:${port}/stk`, secret: { env: SECRET_NAME } }
  }

  get environment(): Record<string, string> {
    return { [SECRET_NAME]: SECRET }
  }

  close(): void {
    this.server.close()
    this.server.closeAllConnections()
  }

  private async receive(request: IncomingMessage): Promise<boolean> {
    const body = await text(request)
    const { "x-stk-timestamp": timestamp = "", "x-stk-signature": signature = "" } = request.headers
    const expected = createHmac("sha256", SECRET)
      .update(`${String(timestamp)}.${body}`)
      .digest("hex")
    const [given, wanted] = [Buffer.from(String(signature)), Buffer.from(`sha256=${expected}`)]
    const isGenuine = given.length === wanted.length && timingSafeEqual(given, wanted)
    if (isGenuine) this.ids.push(String(request.headers["idempotency-key"]))
    else this.refused++
    return isGenuine
  }
}
