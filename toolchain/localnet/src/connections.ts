import type { Connection } from "@solana/web3.js"

/** The part of web3.js's WebSocket client that ends it; `Connection` has no method for that. */
interface ClosableSocket {
  setAutoReconnect(reconnect: boolean): void
  close(): void
}

/**
 * Ends a connection's WebSocket for good. Without this, web3.js tries for ever to reach a chain that was stopped,
 * prints an error at each try and keeps the process alive.
 */
export function closeConnection(connection: Connection): void {
  const socket = (connection as unknown as { readonly _rpcWebSocket?: ClosableSocket })._rpcWebSocket
  socket?.setAutoReconnect(false)
  socket?.close()
}
