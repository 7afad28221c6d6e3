import {
  compileTransaction,
  decodeError,
  decodeTransactionError,
  measureTransaction,
  signersOf,
  StkSdkError,
  type StkSigner,
  TransactionFailedError,
  type PlannedTransaction,
} from "@stk/sdk"
import { type VersionedTransaction, type Connection, type SignatureStatus } from "@solana/web3.js"
import { encodeAddress } from "../base58"
import { itemAt } from "../item"
import { Interrupted } from "./failures"
import type { Journal, SentEntry } from "./journal"
import { feeOf, type Lane, type Step } from "./steps"
import type { ChainReader } from "./state"

/** A program refused a step, before or after it was sent: the chain is not what the plan took it for. */
export class StepRefused extends Error {
  constructor(
    readonly step: Step,
    readonly refusal: StkSdkError,
  ) {
    super(`${step.planned.description}: ${refusal.name}: ${refusal.shortMessage}`, { cause: refusal })
  }
}

/** A transaction was not taken before its blockhash expired: it cannot land any more. */
export class StepExpired extends Error {
  constructor(readonly step: Step) {
    super(`${step.planned.description}: the cluster did not take it before its blockhash expired`)
  }
}

/** A transaction of this run that the chain has. */
export interface Landed {
  signature: string
  kind: string
  what: string
  slot: number
  /** Limit of compute units: what the simulation used and one percent. */
  computeUnits: number
  /** Lamports. */
  fee: bigint
  rentBytes: number
}

export interface SenderOptions {
  connection: Connection
  reader: ChainReader
  signers: readonly StkSigner[]
  journal: Journal
  /** Most transactions on their way at once. */
  concurrency: number
  onLanded: (landed: Landed) => void
}

/** A blockhash is good for about a minute on a cluster, and for seconds on a fast local chain. */
const BLOCKHASH_MS = 2_000
const FIRST_POLL_MS = 40
const SLOWEST_POLL_MS = 500
const RESEND_MS = 2_000
/** Below that age no blockhash expires, not even with slots of 50 ms. */
const SURELY_VALID_MS = 3_000
const STATUSES_OF_A_REQUEST = 256

interface Flight {
  entry: Pick<SentEntry, "signature" | "last_valid_block_height" | "transaction">
  sentAt: number
  resentAt: number
  /** Not of this process: the node's short memory of recent signatures may not reach so far back. */
  isOld: boolean
  resolve: (status: SignatureStatus | null) => void
  reject: (error: unknown) => void
}

/**
 * Sends transactions so that each has its effect once: written to the journal before it is sent, the same bytes sent
 * until it landed or its blockhash expired, and nothing new in its place before that is certain.
 */
export class Sender {
  readonly landed: Landed[] = []
  private readonly flights = new Map<string, Flight>()
  private polling = false
  private free: number
  private readonly waiting: (() => void)[] = []
  private blockhash: { blockhash: string; lastValidBlockHeight: number; at: number } | null = null

  constructor(private readonly p: SenderOptions) {
    this.free = p.concurrency
  }

  /**
   * Waits for what an earlier run had on its way when it ended, sending its bytes again until they land or expire.
   * Returns how many landed.
   */
  async resume(entries: readonly SentEntry[]): Promise<number> {
    const outcomes = await Promise.all(
      entries.map(async (entry) => {
        // It may never have been sent at all: the journal comes first.
        await this.broadcast(entry.transaction)
        return this.record(entry.signature, await this.follow(entry, true))
      }),
    )
    return outcomes.filter((outcome) => outcome === "confirmed").length
  }

  /**
   * Runs lanes side by side. A lane ends with its first step that was refused or expired; the others go on, and then
   * the failures are returned.
   */
  async run(lanes: readonly Lane[]): Promise<(StepRefused | StepExpired)[]> {
    const failures: (StepRefused | StepExpired)[] = []
    const runGroup = async (group: readonly Step[]): Promise<boolean> => {
      const results = await Promise.allSettled(group.map((step) => this.send(step)))
      let isComplete = true
      for (const result of results) {
        if (result.status === "fulfilled") continue
        isComplete = false
        const reason: unknown = result.reason
        if (reason instanceof StepRefused || reason instanceof StepExpired) failures.push(reason)
        else throw reason
      }
      return isComplete
    }
    const runLane = async (lane: Lane): Promise<void> => {
      for (const group of lane) if (!(await runGroup(group))) return
    }
    const ended = await Promise.allSettled(lanes.map(runLane))
    for (const each of ended) if (each.status === "rejected") throw each.reason
    return failures
  }

  /** Waits until everything that landed is final, and says whether all of it is still there. */
  async finalize(patienceMs: number): Promise<boolean> {
    let open = this.landed.map((landed) => landed.signature)
    const deadline = Date.now() + patienceMs
    for (let pause = FIRST_POLL_MS; open.length > 0; pause = Math.min(2 * pause, SLOWEST_POLL_MS)) {
      const statuses = await this.statuses(open, true)
      if (statuses.some((status) => status === null)) return false
      open = open.filter((_, index) => statuses[index]?.confirmationStatus !== "finalized")
      if (open.length === 0) break
      if (Date.now() > deadline)
        throw new Interrupted(
          `${open.length} transactions are confirmed but not final after ${patienceMs / 1000} s`,
        )
      await new Promise((resolve) => setTimeout(resolve, pause))
    }
    return true
  }

  private async send(step: Step): Promise<void> {
    await this.acquire()
    try {
      await this.sendOne(step)
    } finally {
      this.release()
    }
  }

  private async sendOne(step: Step): Promise<void> {
    const { connection, journal } = this.p
    const planned = await this.measure(step)
    const { blockhash, lastValidBlockHeight } = await this.recentBlockhash()
    const transaction = compileTransaction(planned, blockhash)
    await this.sign(transaction, planned)
    const signature = encodeAddress(itemAt(transaction.signatures, 0))
    const bytes = Buffer.from(transaction.serialize()).toString("base64")
    const fee = feeOf(planned)
    const entry = {
      kind: step.kind,
      what: planned.description,
      signature,
      blockhash,
      last_valid_block_height: lastValidBlockHeight,
      fee: Number(fee),
      compute_units: planned.computeUnitLimit,
      ...(step.evidence === undefined ? {} : { evidence: step.evidence }),
      transaction: bytes,
    }
    await journal.sent(entry)
    await this.broadcast(bytes)
    const status = await this.follow(entry, false)
    const outcome = await this.record(signature, status)
    if (outcome === "expired" || status === null) throw new StepExpired(step)
    this.p.reader.minContextSlot = Math.max(this.p.reader.minContextSlot, status.slot)
    const landed = {
      signature,
      kind: step.kind,
      what: planned.description,
      slot: status.slot,
      computeUnits: planned.computeUnitLimit,
      fee,
      rentBytes: outcome === "confirmed" ? step.rentBytes : 0,
    }
    if (status.err !== null) {
      this.blockhash = null
      const logs = await this.logsOf(connection, signature)
      throw new StepRefused(step, refusalOf(status.err, logs))
    }
    this.landed.push(landed)
    this.p.onLanded(landed)
  }

  /** Simulates: sets the limit of compute units, and finds refusals before they cost a fee. @throws {StepRefused} */
  private async measure(step: Step): Promise<PlannedTransaction> {
    try {
      return await measureTransaction(this.p.connection, step.planned, "confirmed")
    } catch (error) {
      const refusal = error instanceof StkSdkError ? error : decodeError(error)
      if (refusal === null) throw error
      throw new StepRefused(step, refusal)
    }
  }

  private async sign(transaction: VersionedTransaction, planned: PlannedTransaction): Promise<void> {
    for (const address of signersOf(planned)) {
      const signer = this.p.signers.find((each) => each.publicKey.equals(address))
      if (signer === undefined)
        throw new Error(`${planned.description}: nobody signs for ${address.toBase58()}`)
      await signer.signTransaction(transaction)
    }
  }

  private async recentBlockhash(): Promise<{ blockhash: string; lastValidBlockHeight: number }> {
    if (this.blockhash === null || Date.now() - this.blockhash.at > BLOCKHASH_MS)
      this.blockhash = { ...(await this.p.connection.getLatestBlockhash("confirmed")), at: Date.now() }
    return this.blockhash
  }

  /** Sends bytes; what comes of it is seen in the status alone. */
  private async broadcast(transaction: string): Promise<void> {
    try {
      await this.p.connection.sendRawTransaction(Buffer.from(transaction, "base64"), {
        skipPreflight: true,
        maxRetries: 0,
      })
    } catch (error) {
      if (error instanceof Interrupted) throw error
    }
  }

  private follow(entry: Flight["entry"], isOld: boolean): Promise<SignatureStatus | null> {
    return new Promise((resolve, reject) => {
      const now = Date.now()
      this.flights.set(entry.signature, { entry, sentAt: now, resentAt: now, isOld, resolve, reject })
      void this.poll()
    })
  }

  /** One loop for everything on its way. */
  private async poll(): Promise<void> {
    if (this.polling) return
    this.polling = true
    let pause = FIRST_POLL_MS
    try {
      while (this.flights.size > 0) {
        await new Promise((resolve) => setTimeout(resolve, pause))
        pause = (await this.pollOnce()) ? FIRST_POLL_MS : Math.min(pause * 1.5, SLOWEST_POLL_MS)
      }
    } catch (error) {
      for (const flight of this.flights.values()) flight.reject(error)
      this.flights.clear()
    } finally {
      this.polling = false
    }
  }

  private async pollOnce(): Promise<boolean> {
    const flights = [...this.flights.values()]
    const now = Date.now()
    const old = flights.filter((flight) => flight.isOld || now - flight.sentAt > SURELY_VALID_MS)
    // The height is read before the statuses: a transaction that is unseen after it was passed can never be seen.
    const height = old.length > 0 ? await this.p.connection.getBlockHeight("confirmed") : 0
    const statuses = await this.statuses(
      flights.map((flight) => flight.entry.signature),
      old.length > 0,
    )
    let hasEnded = false
    for (const [index, flight] of flights.entries()) {
      const status = statuses[index] ?? null
      const isFirm = status?.confirmationStatus === "confirmed" || status?.confirmationStatus === "finalized"
      if (isFirm || (status === null && height > flight.entry.last_valid_block_height)) {
        this.flights.delete(flight.entry.signature)
        hasEnded = true
        flight.resolve(status)
      } else if (status === null && now - flight.resentAt > RESEND_MS) {
        flight.resentAt = now
        await this.broadcast(flight.entry.transaction)
      }
    }
    return hasEnded
  }

  private async statuses(
    signatures: readonly string[],
    searchHistory: boolean,
  ): Promise<(SignatureStatus | null)[]> {
    const statuses: (SignatureStatus | null)[] = []
    for (let first = 0; first < signatures.length; first += STATUSES_OF_A_REQUEST) {
      const part = signatures.slice(first, first + STATUSES_OF_A_REQUEST)
      const { value } = await this.p.connection.getSignatureStatuses(part, {
        searchTransactionHistory: searchHistory,
      })
      statuses.push(...value)
    }
    return statuses
  }

  private async record(
    signature: string,
    status: SignatureStatus | null,
  ): Promise<"confirmed" | "failed" | "expired"> {
    const outcome = status === null ? "expired" : status.err === null ? "confirmed" : "failed"
    if (status !== null) this.p.reader.minContextSlot = Math.max(this.p.reader.minContextSlot, status.slot)
    const error = status === null || status.err === null ? null : refusalOf(status.err, []).name
    await this.p.journal.outcome({ signature, status: outcome, slot: status?.slot ?? null, error })
    return outcome
  }

  private async logsOf(connection: Connection, signature: string): Promise<readonly string[]> {
    const found = await connection.getTransaction(signature, {
      commitment: "confirmed",
      maxSupportedTransactionVersion: 1,
    })
    return found?.meta?.logMessages ?? []
  }

  private async acquire(): Promise<void> {
    if (this.free > 0) {
      this.free--
      return
    }
    await new Promise<void>((resolve) => this.waiting.push(resolve))
  }

  private release(): void {
    const next = this.waiting.shift()
    if (next === undefined) this.free++
    else next()
  }
}

function refusalOf(error: unknown, logs: readonly string[]): StkSdkError {
  return decodeTransactionError(error, logs) ?? new TransactionFailedError(JSON.stringify(error))
}
