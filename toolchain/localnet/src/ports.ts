import { createServer } from "node:net"
import { LocalnetError } from "./errors"

const HIGHEST_PORT = 65_535

/** The error of a port that somebody else listens on. */
export function portTaken(host: string, port: number): LocalnetError {
  const message =
    `port ${port} on ${host} is taken: another local chain or program listens there; ` +
    "stop it, or choose another port with --port and --ws-port"
  return new LocalnetError("PortTaken", message, { host, port })
}

async function listenOnce(host: string, port: number): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE" || error.code === "EACCES") resolve(null)
      else reject(error)
    })
    server.listen({ host, port, exclusive: true }, () => {
      const address = server.address()
      const bound = typeof address === "object" && address !== null ? address.port : port
      server.close(() => resolve(bound))
    })
  })
}

/**
 * Refuses a port that is in use.
 *
 * @throws {LocalnetError} `PortTaken`.
 */
export async function requireFreePort(host: string, port: number): Promise<void> {
  if ((await listenOnce(host, port)) === null) throw portTaken(host, port)
}

/** Two free ports in a row: clients that are told only the RPC port look for the WebSocket one above it. */
export async function findFreePortPair(host: string): Promise<readonly [number, number]> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const port = await listenOnce(host, 0)
    if (port === null || port >= HIGHEST_PORT) continue
    if ((await listenOnce(host, port + 1)) !== null) return [port, port + 1]
  }
  throw new LocalnetError("PortTaken", `no two free ports in a row on ${host}`, { host })
}
