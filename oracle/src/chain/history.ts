import { decodeEvents, STK_PROGRAM_ID, type StkEvent } from "@stk/sdk"
import type { Connection } from "@solana/web3.js"

/** Signatures of one request, and transactions asked for at once. */
const MOST_SIGNATURES = 1_000
const SIDE_BY_SIDE = 16

/** An event with the transaction that it is of. */
export interface PastEvent {
  signature: string
  event: StkEvent
}

/**
 * All events of the program at `finalized`, oldest first, as an indexer reads them. A vote does not name the economy, so it
 * is the program's transactions that are read; the cluster must still have them all.
 */
export async function* history(
  connection: Connection,
  onProgress: (done: number, total: number) => void = () => undefined,
): AsyncGenerator<PastEvent> {
  const signatures: string[] = []
  for (let before: string | undefined; ; ) {
    const options = { limit: MOST_SIGNATURES, ...(before === undefined ? {} : { before }) }
    const found = await connection.getSignaturesForAddress(STK_PROGRAM_ID, options, "finalized")
    signatures.push(...found.filter(({ err }) => err === null).map(({ signature }) => signature))
    if (found.length < MOST_SIGNATURES) break
    before = found.at(-1)?.signature
  }
  signatures.reverse()
  for (let start = 0; start < signatures.length; start += SIDE_BY_SIDE) {
    const part = signatures.slice(start, start + SIDE_BY_SIDE)
    onProgress(start, signatures.length)
    const found = await Promise.all(
      part.map((signature) =>
        connection.getTransaction(signature, { commitment: "finalized", maxSupportedTransactionVersion: 1 }),
      ),
    )
    for (const [index, transaction] of found.entries())
      for (const event of decodeEvents(transaction?.meta?.logMessages ?? []))
        yield { signature: part[index] ?? "", event }
  }
  onProgress(signatures.length, signatures.length)
}
