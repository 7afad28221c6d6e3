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

export type ForwardWorkerMessage =
  | { readonly kind: "listening" }
  | { readonly kind: "failed"; readonly port: number; readonly code: string }

function join(client: Socket, host: string, port: number): void {
  const server = connect({ host, port, noDelay: true })
  client.setNoDelay(true)
  client.pipe(server)
  server.pipe(client)
  // Either side may vanish in the middle of a request; the other has to learn of it, and nobody else.
  client.on("error", () => server.destroy())
  server.on("error", () => client.destroy())
  client.on("close", () => server.destroy())
  server.on("close", () => client.destroy())
}

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
