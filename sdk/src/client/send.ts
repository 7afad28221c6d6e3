import type { Commitment, Connection, PublicKey, SignatureStatus } from "@solana/web3.js"
import { MOST_COMPUTE_UNITS } from "../constants.js"
import { InvalidArgumentError, TransactionExpiredError } from "../errors/base.js"
import { decodeError, decodeTransactionError } from "../errors/decode.js"
import { TransactionFailedError } from "../errors/program.js"
import {
  compileTransaction,
  signersOf,
  withComputeUnits,
  type PlannedTransaction,
} from "../plan/transaction.js"
import type { StkSigner } from "./signer.js"

/** What sending needs of a `Connection`. */
export type SendingConnection = Pick<
  Connection,
  | "getBlockHeight"
  | "getLatestBlockhash"
  | "getSignatureStatuses"
  | "sendRawTransaction"
  | "simulateTransaction"
>

export interface SendOptions {
  /** `confirmed` by default. */
  commitment?: "processed" | "confirmed" | "finalized" | undefined
  /** How often a transaction whose blockhash expired unseen is signed again; 3 by default. */
  attempts?: number | undefined
  /** How often the chain is asked, and the transaction sent again, in milliseconds; 1,000 by default. */
  pollMilliseconds?: number | undefined
  /** Whether the limit of compute units is measured by a simulation first; true by default. */
  measure?: boolean | undefined
}

/** A transaction that the chain has confirmed. */
export interface SentTransaction {
  /** Base58. */
  readonly signature: string
  readonly description: string
  /** The limit that it asked for. */
  readonly computeUnitLimit: number
  readonly slot: number
}

const RANKS = { processed: 0, confirmed: 1, finalized: 2 } as const
const ATTEMPTS = 3
const POLL_MILLISECONDS = 1_000
/** What the instruction that sets a price uses, which the simulation leaves out. */
const COMPUTE_BUDGET_UNITS = 150

function failed(error: unknown): Error {
  return decodeError(error) ?? (error instanceof Error ? error : new TransactionFailedError(String(error)))
}

/** The transaction with the limit of compute units that a simulation shows it needs. @throws {ProgramError} */
export async function measureTransaction(
  connection: Pick<SendingConnection, "simulateTransaction">,
  planned: PlannedTransaction,
  commitment: Commitment = "confirmed",
): Promise<PlannedTransaction> {
  const generous = { ...planned, computeUnitLimit: MOST_COMPUTE_UNITS, microLamportsPerUnit: 0n }
  const options = { replaceRecentBlockhash: true, sigVerify: false, commitment }
  const { value } = await connection.simulateTransaction(compileTransaction(generous), options)
  const logs = value.logs ?? []
  if (value.err !== null) {
    throw decodeTransactionError(value.err, logs) ?? new TransactionFailedError(JSON.stringify(value.err))
  }
  if (value.unitsConsumed === undefined) return planned
  const price = planned.microLamportsPerUnit > 0n && planned.version !== 1 ? COMPUTE_BUDGET_UNITS : 0
  return withComputeUnits(planned, value.unitsConsumed + price)
}

function sortSigners(planned: PlannedTransaction, signers: readonly StkSigner[]): StkSigner[] {
  return signersOf(planned).map((address: PublicKey) => {
    const signer = signers.find(({ publicKey }) => publicKey.equals(address))
    if (signer) return signer
    throw new InvalidArgumentError("signers", "everybody who must sign", {
      details: [`missing: ${address.toBase58()}`, `for: ${planned.description}`],
    })
  })
}

/**
 * Signs, sends and confirms. Sends again while the blockhash is good; once it has expired without a trace the transaction
 * cannot land any more and is signed with a new one.
 * @throws {ProgramError} @throws {TransactionExpiredError} @throws {TransactionFailedError}
 */
export async function sendPlanned(
  connection: SendingConnection,
  planned: PlannedTransaction,
  signers: readonly StkSigner[],
  options: SendOptions = {},
): Promise<SentTransaction> {
  const commitment = options.commitment ?? "confirmed"
  const attempts = options.attempts ?? ATTEMPTS
  const ordered = sortSigners(planned, signers)
  const measured = options.measure === false ? planned : await measure(connection, planned, commitment)

  for (let attempt = 0; attempt < attempts; attempt++) {
    const { blockhash, lastValidBlockHeight } = await connection.getLatestBlockhash(commitment)
    let transaction = compileTransaction(measured, blockhash)
    for (const signer of ordered) transaction = await signer.signTransaction(transaction)
    const status = await sendUntil(connection, transaction.serialize(), lastValidBlockHeight, options)
    if (!status) continue
    if (status.err !== null) {
      throw decodeTransactionError(status.err) ?? new TransactionFailedError(JSON.stringify(status.err))
    }
    const { description, computeUnitLimit } = measured
    return { signature: status.signature, description, computeUnitLimit, slot: status.slot }
  }
  throw new TransactionExpiredError(attempts, { details: [planned.description] })
}

async function measure(connection: SendingConnection, planned: PlannedTransaction, commitment: Commitment) {
  try {
    return await measureTransaction(connection, planned, commitment)
  } catch (error) {
    throw failed(error)
  }
}

/** The status of the transaction at the commitment; null when its blockhash has expired and nothing was seen of it. */
async function sendUntil(
  connection: SendingConnection,
  bytes: Uint8Array,
  lastValidBlockHeight: number,
  options: SendOptions,
): Promise<(SignatureStatus & { signature: string }) | null> {
  const commitment = options.commitment ?? "confirmed"
  let signature: string | null = null
  for (;;) {
    try {
      // Only the first sending is simulated: later ones would be refused as processed already.
      const skipPreflight = signature !== null
      const sent = await connection.sendRawTransaction(bytes, {
        skipPreflight,
        preflightCommitment: commitment,
        maxRetries: 0,
      })
      signature ??= sent
    } catch (error) {
      const decoded = failed(error)
      const isExpired = decoded instanceof TransactionFailedError && decoded.reason === "BlockhashNotFound"
      if (signature === null && isExpired) return null
      if (signature === null) throw decoded
    }
    if (signature !== null) {
      // The height is read first: a transaction that is unseen after it was passed can never be seen.
      const height = await connection.getBlockHeight(commitment)
      const { value } = await connection.getSignatureStatuses([signature])
      const status = value[0]
      const rank = status?.confirmationStatus ? RANKS[status.confirmationStatus] : -1
      if (status && (status.err !== null || rank >= RANKS[commitment])) return { ...status, signature }
      if (!status && height > lastValidBlockHeight) return null
    }
    await new Promise((resolve) => setTimeout(resolve, options.pollMilliseconds ?? POLL_MILLISECONDS))
  }
}
