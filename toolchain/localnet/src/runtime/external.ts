import { LocalnetError } from "../errors"
import { waitUntilReady } from "../rpc"
import type { Runtime } from "./runtime"

const PATIENCE_MS = 5_000

/** web3.js's rule, which other clients follow: the port above the RPC's, or none for a default port. */
function webSocketUrlOf(rpcUrl: URL): string {
  const url = new URL(rpcUrl)
  url.protocol = rpcUrl.protocol === "https:" ? "wss:" : "ws:"
  if (rpcUrl.port !== "") url.port = `${Number(rpcUrl.port) + 1}`
  return url.href.replace(/\/$/, "")
}

/**
 * A chain that somebody else started and will stop, named by `STK_RPC_URL` (and `STK_WS_URL`).
 *
 * @throws {LocalnetError} `InvalidOption` for a URL that is none, `RuntimeFailed` when nothing answers.
 */
export async function useExternal(rpcUrl: string, wsUrl: string | undefined): Promise<Runtime> {
  if (!URL.canParse(rpcUrl)) {
    throw new LocalnetError("InvalidOption", `STK_RPC_URL is not a URL: ${rpcUrl}`, { rpcUrl })
  }
  await waitUntilReady(rpcUrl, PATIENCE_MS)
  const urls = { rpcUrl, wsUrl: wsUrl ?? webSocketUrlOf(new URL(rpcUrl)) }
  return { name: `the chain at ${rpcUrl}`, ...urls, open: async () => urls, stop: async () => undefined }
}
