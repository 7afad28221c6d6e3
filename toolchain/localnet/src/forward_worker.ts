import { connect, createServer, type Socket } from "node:net"
import { parentPort, workerData } from "node:worker_threads"

/** Connections to `from` are handed on to `to`, both on the same host. */
export interface ForwardedPort {
  readonly from: number
  readonly to: number
}

export interface ForwardWorkerData {
  readonly host: string
  readonly ports: readonly ForwardedPort[]
}

/** What the worker is told: end, once the clients have their answers. */
export type ForwardWorkerRequest = "stop"

export type ForwardWorkerMessage =
  | { readonly kind: "listening" }
  | { readonly kind: "failed"; readonly port: number; readonly code: string }

/** web3.js asks for a signature's status once more after the WebSocket has told it; an answer cut off crashes it. */
const QUIET_MS = 50
/** Subscriptions never fall silent, so waiting has an end. */
const PATIENCE_MS = 500

let lastTraffic = 0

function join(client: Socket, host: string, port: number): void {
  const server = connect({ host, port, noDelay: true })
  client.setNoDelay(true)
  const noteTraffic = () => (lastTraffic = Date.now())
  client.on("data", noteTraffic)
  server.on("data", noteTraffic)
  client.pipe(server)
  server.pipe(client)
  // Either side may vanish in the middle of a request; the other has to learn of it, and nobody else.
  client.on("error", () => server.destroy())
  server.on("error", () => client.destroy())
  client.on("close", () => server.destroy())
  server.on("close", () => client.destroy())
}

function stopWhenQuiet(deadline: number): void {
  const now = Date.now()
  if (now - lastTraffic >= QUIET_MS || now >= deadline) process.exit(0)
  setTimeout(() => stopWhenQuiet(deadline), 10)
}

parentPort?.on("message", (request: ForwardWorkerRequest) => {
  if (request === "stop") stopWhenQuiet(Date.now() + PATIENCE_MS)
})

const { host, ports } = workerData as ForwardWorkerData
let listening = 0
for (const { from, to } of ports) {
  const server = createServer((client) => join(client, host, to))
  server.on("error", (error: NodeJS.ErrnoException) => {
    const message: ForwardWorkerMessage = { kind: "failed", port: from, code: error.code ?? error.message }
    parentPort?.postMessage(message)
  })
  server.listen({ host, port: from }, () => {
    listening += 1
    const message: ForwardWorkerMessage = { kind: "listening" }
    if (listening === ports.length) parentPort?.postMessage(message)
  })
}
