import { join } from "node:path"
import { Worker } from "node:worker_threads"
import type { ForwardedPort, ForwardWorkerMessage, ForwardWorkerRequest } from "./forward_worker"
import { LocalnetError } from "./errors"
import { portTaken } from "./ports"

/** Listening ports that lead to another port; `stop` frees them. */
export interface Forwarding {
  stop(): Promise<void>
}

/**
 * Forwards TCP connections from fixed ports to the ports that the embedded chain picked. It runs in a thread
 * of its own: the chain still answers while a test waits synchronously for a child process that talks to it.
 *
 * @throws {LocalnetError} `PortTaken`.
 */
export async function forwardPorts(host: string, ports: readonly ForwardedPort[]): Promise<Forwarding> {
  const worker = new Worker(join(__dirname, "forward_worker.js"), { workerData: { host, ports } })
  const message = await new Promise<ForwardWorkerMessage>((resolve, reject) => {
    worker.once("message", resolve)
    worker.once("error", reject)
  })
  if (message.kind === "failed") {
    await worker.terminate()
    if (message.code === "EADDRINUSE") throw portTaken(host, message.port)
    throw new LocalnetError("RuntimeFailed", `cannot listen on ${host}:${message.port}: ${message.code}`, {
      host,
      port: message.port,
    })
  }
  // A caller that forgets to stop the chain must not hang on its exit.
  worker.unref()
  return {
    async stop() {
      worker.ref()
      const ended = new Promise<void>((resolve) => worker.once("exit", () => resolve()))
      const request: ForwardWorkerRequest = "stop"
      worker.postMessage(request)
      await ended
    },
  }
}
