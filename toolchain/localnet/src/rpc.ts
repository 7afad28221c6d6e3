import { LocalnetError } from "./errors"

interface RpcResponse {
  readonly result?: unknown
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown }
}

/** JSON-RPC's code for a method that the server does not have. */
const METHOD_NOT_FOUND = -32601

/**
 * Calls one JSON-RPC method and returns its result: for the methods that `Connection` does not know.
 *
 * @throws {LocalnetError} `RpcFailed` when nothing answers, or the answer is an error.
 */
export async function callRpc(
  rpcUrl: string,
  method: string,
  params: readonly unknown[] = [],
): Promise<unknown> {
  let response: RpcResponse
  try {
    const answer = await fetch(rpcUrl, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
    })
    response = (await answer.json()) as RpcResponse
  } catch (cause) {
    throw new LocalnetError("RpcFailed", `${rpcUrl} did not answer ${method}`, { rpcUrl, method }, { cause })
  }
  if (response.error !== undefined) {
    const { code, message, data } = response.error
    const reason = typeof data === "string" ? `${message}: ${data}` : message
    throw new LocalnetError("RpcFailed", `${method} failed: ${reason}`, { rpcUrl, method, code })
  }
  return response.result
}

/** True where the chain has Surfpool's `surfnet_*` methods, which write accounts and move time. */
export async function hasCheatcodes(rpcUrl: string): Promise<boolean> {
  try {
    await callRpc(rpcUrl, "surfnet_getSurfnetInfo")
    return true
  } catch (error) {
    if (error instanceof LocalnetError && error.details["code"] === METHOD_NOT_FOUND) return false
    throw error
  }
}

/**
 * Waits until the chain hands out blockhashes.
 *
 * @param stopped says why waiting is pointless (the process died), or null while there is hope.
 * @throws {LocalnetError} `RuntimeFailed` when the chain died or did not answer in time.
 */
export async function waitUntilReady(
  rpcUrl: string,
  timeoutMs: number,
  stopped: () => string | null = () => null,
): Promise<void> {
  const deadline = Date.now() + timeoutMs
  for (;;) {
    const reason = stopped()
    if (reason !== null) throw new LocalnetError("RuntimeFailed", reason, { rpcUrl })
    try {
      await callRpc(rpcUrl, "getLatestBlockhash")
      return
    } catch (cause) {
      if (Date.now() > deadline) {
        const message = `${rpcUrl} gave no blockhash within ${timeoutMs / 1000} s`
        throw new LocalnetError("RuntimeFailed", message, { rpcUrl, timeoutMs }, { cause })
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
