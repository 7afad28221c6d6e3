import { getTransactionDecoder } from "@solana/kit"
import { keypairSigner, StkClient, type StkClientOptions, type StkConnection } from "@stk/sdk"
import type { Keypair, VersionedTransaction } from "@solana/web3.js"
import bs58 from "bs58"
import { FailedTransactionMetadata } from "litesvm"
import type { TestEconomy } from "../utils/economy"
import type { Chain, Sent } from "../utils/svm"
import { transactionErrorOf } from "../utils/transaction_failed"

const SIGNATURE_BYTES = 64
const VERSION_1_PREFIX = 0x81

/** Signature that names a transaction on the wire, of any version. */
function signatureOf(raw: Uint8Array): string {
  const signers = raw[1] ?? 0
  const start = raw[0] === VERSION_1_PREFIX ? raw.length - SIGNATURE_BYTES * signers : 1
  return bs58.encode(raw.subarray(start, start + SIGNATURE_BYTES))
}

/** The chain's connection with simulation, transactions of version 1, and a record of all that was sent. */
export function recordingConnection(chain: Chain): StkConnection & { readonly sent: Map<string, Sent> } {
  const sent = new Map<string, Sent>()
  const { connection } = chain
  return {
    sent,
    getAccountInfo: connection.getAccountInfo.bind(connection),
    getMultipleAccountsInfo: connection.getMultipleAccountsInfo.bind(connection),
    getProgramAccounts: connection.getProgramAccounts.bind(connection),
    getBlockHeight: connection.getBlockHeight,
    getLatestBlockhash: connection.getLatestBlockhash.bind(connection),
    getSignatureStatuses: async (signatures) => ({
      context: { slot: chain.slot },
      value: signatures.map((signature) =>
        sent.has(signature)
          ? { slot: chain.slot, confirmations: null, err: null, confirmationStatus: "confirmed" as const }
          : null,
      ),
    }),
    sendRawTransaction: async (bytes) => {
      const raw = Uint8Array.from(bytes)
      const signature = signatureOf(raw)
      sent.set(signature, chain.sendBytes(raw))
      return signature
    },
    simulateTransaction: async (what) => {
      const transaction = what as VersionedTransaction
      transaction.message.recentBlockhash = chain.svm.latestBlockhash()
      const decoded = getTransactionDecoder().decode(transaction.serialize())
      chain.svm.withSigverify(false)
      const result = chain.svm.simulateTransaction(decoded)
      chain.svm.withSigverify(true)
      const meta = result.meta()
      const value = {
        err: result instanceof FailedTransactionMetadata ? transactionErrorOf(result) : null,
        logs: meta.logs(),
        unitsConsumed: Number(meta.computeUnitsConsumed()),
      }
      return { context: { slot: chain.slot }, value }
    },
    getTransaction: (async (signature: string) => {
      const found = sent.get(signature)
      return found === undefined ? null : { meta: { err: null, logMessages: [...found.logs] } }
    }) as unknown as StkConnection["getTransaction"],
  }
}

/** A client of a test's economy for one of its keys. */
export function clientOf(
  chain: Chain,
  economy: TestEconomy,
  key: Keypair,
  options: Partial<StkClientOptions> = {},
): { client: StkClient; connection: ReturnType<typeof recordingConnection> } {
  const connection = recordingConnection(chain)
  const signer = keypairSigner(key)
  return {
    client: new StkClient({ connection, economy: economy.address, signer, pollMilliseconds: 1, ...options }),
    connection,
  }
}
