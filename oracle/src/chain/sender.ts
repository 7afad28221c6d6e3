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
import type { Connection, SignatureStatus, VersionedTransaction } from "@solana/web3.js"
import { encodeAddress } from "../base58"
import { itemAt } from "../item"
import type { Cluster, Testimony } from "./cluster"
import type { Endpoint } from "./endpoint"
import { Contradiction, Interrupted } from "./failures"
import { FeePolicy, type FeeParameters } from "./fees"
import type { Journal, SentEntry } from "./journal"
import { feeOf, type Lane, type Step } from "./steps"
import type { ChainReader } from "./state"
import { isPast, judge, type StatusTestimony } from "./verdict"

/** A program refused a step, before or after it was sent: the chain is not what the plan took it for. */
export class StepRefused extends Error {
  constructor(
    readonly step: Step,
    readonly refusal: StkSdkError,
  ) {
    super(`${step.planned.description}: ${refusal.name}: ${refusal.shortMessage}`, { cause: refusal })
  }
}

/** A transaction was not taken before its blockhash expired, or not even sent: it cannot land any more. */
export class StepExpired extends Error {
  constructor(
    readonly step: Step,
    why = "the cluster did not take it before its blockhash expired",
  ) {
    super(`${step.planned.description}: ${why}`)
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
  cluster: Cluster
  reader: ChainReader
  fees?: FeeParameters
  signers: readonly StkSigner[]
  journal: Journal
  /** Most transactions on their way at once. */
  concurrency: number
  onLanded: (landed: Landed) => void
  onNote?: (note: string) => void
}

/** A blockhash is good for about a minute on a cluster, and for seconds on a fast local chain. */
const BLOCKHASH_MS = 2_000
const FIRST_POLL_MS = 40
const SLOWEST_POLL_MS = 500
const RESEND_MS = 2_000
/** Below that age no blockhash expires, not even with slots of 50 ms. */
const SURELY_VALID_MS = 3_000
const STATUSES_OF_A_REQUEST = 256
/** Signing that takes longer is suspected to have outlived the blockhash. */
const SLOW_SIGNING_MS = 3_000
/** An endpoint whose blockhash expired is left alone so long where there are others. */
const EXPIRED_BLOCKHASH_REST_MS = 60_000

/** What is known of a transaction that may be on its way. */
type FlightEntry = Pick<SentEntry, "signature" | "blockhash" | "last_valid_block_height" | "transaction">

interface Flight {
  entry: FlightEntry
  sentAt: number
  resentAt: number
  /** Not of this process: the node's short memory of recent signatures may not reach so far back. */
  isOld: boolean
  /** Since when endpoints contradict each other about it, or one is behind. */
  unclearSince: number | null
  /** Since when it is past its horizon although not every endpoint has said so. */
  aloneSince: number | null
  resolve: (status: SignatureStatus | null) => void
  reject: (error: unknown) => void
}

/** What one endpoint says of several transactions. */
interface Report {
  statuses: readonly (SignatureStatus | null)[]
  slot: number
  finalizedHeight: number
}

/**
 * Sends transactions so that each has its effect once: written to the journal before it is sent, the same bytes sent to
 * every endpoint until it landed or can no longer land, and nothing new in its place before that is certain. Should all
 * of this fail, the program's own cursors refuse a second effect.
 */
export class Sender {
  readonly landed: Landed[] = []
  private readonly flights = new Map<string, Flight>()
  private polling = false
  private free: number
  private readonly waiting: (() => void)[] = []
  private blockhash: { blockhash: string; lastValidBlockHeight: number; at: number } | null = null
  private blockhashFrom: Endpoint | null = null
  private readonly fees: FeePolicy
  /** Everything that landed and is not known to be final, by signature. */
  private readonly unfinal = new Map<string, FlightEntry>()
  private readonly signed = new Set<string>()

  constructor(private readonly p: SenderOptions) {
    this.free = p.concurrency
    this.fees = new FeePolicy(p.fees ?? {}, p.cluster.connection, p.journal.spent())
  }

  /**
   * Waits for what an earlier run had on its way when it ended, sending its bytes again until they land or expire.
   * Returns how many landed.
   */
  async resume(entries: readonly SentEntry[]): Promise<number> {
    const outcomes = await Promise.all(
      entries.map(async (entry) => {
        this.signed.add(entry.signature)
        return this.record(entry, await this.follow(entry, true))
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

  /**
   * Waits until everything that landed is final, on every endpoint that can know; says whether all of it is still there.
   * What a fork took back is sent again as it was: only when it has expired may something be signed in its place.
   */
  async finalize(): Promise<boolean> {
    const { behindMs, finalityMs } = this.p.cluster
    const started = Date.now()
    let areAllThere = true
    for (let pause = FIRST_POLL_MS; this.unfinal.size > 0; pause = Math.min(2 * pause, SLOWEST_POLL_MS)) {
      const isLate = Date.now() - started > behindMs
      const entries = [...this.unfinal.values()]
      const reports = await this.reports(entries, true)
      for (const [index, entry] of entries.entries()) {
        const said = testimoniesOf(reports, index)
        if (said.every(({ status }) => status === null)) {
          this.note(`a fork has taken ${entry.signature} back: sending it again`)
          this.unfinal.delete(entry.signature)
          if ((await this.record(entry, await this.follow(entry, true))) !== "confirmed") areAllThere = false
        } else if (isFinal(said, isLate)) {
          this.unfinal.delete(entry.signature)
          const slot = said.find(({ status }) => status !== null)?.status?.slot ?? null
          this.p.reader.minFinalSlot = Math.max(this.p.reader.minFinalSlot, slot ?? 0)
          await this.p.journal.outcome({ signature: entry.signature, status: "finalized", slot, error: null })
        }
      }
      if (this.unfinal.size === 0) break
      if (Date.now() - started > finalityMs)
        throw new Interrupted(
          `${this.unfinal.size} transactions are confirmed but not final after ${finalityMs / 1000} s`,
        )
      await new Promise((resolve) => setTimeout(resolve, pause))
    }
    return areAllThere
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
    const name = `${step.kind}: ${step.planned.description}`
    const microLamportsPerUnit = await this.fees.priceOf(name, step.planned)
    const planned = await this.measure({ ...step, planned: { ...step.planned, microLamportsPerUnit } })
    const { transaction, signature, blockhash, lastValidBlockHeight } = await this.sign(step, planned)
    const bytes = Buffer.from(transaction.serialize()).toString("base64")
    const fee = feeOf(planned)
    this.fees.spend(planned)
    const entry = {
      kind: step.kind,
      what: planned.description,
      signature,
      blockhash,
      last_valid_block_height: lastValidBlockHeight,
      fee: Number(fee),
      compute_units: planned.computeUnitLimit,
      ...(step.evidence === undefined ? {} : { evidence: step.evidence }),
      ...(step.members === undefined ? {} : { members: step.members }),
      transaction: bytes,
    }
    await this.p.journal.sent(entry)
    await this.broadcast(bytes)
    const status = await this.follow(entry, false)
    const outcome = await this.record(entry, status)
    if (outcome === "expired" || status === null) {
      this.expired(name, planned)
      throw new StepExpired(step)
    }
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
      const logs = await this.logsOf(signature)
      throw new StepRefused(step, refusalOf(status.err, logs))
    }
    this.landed.push(landed)
    this.p.onLanded(landed)
  }

  /** The next one pays more, and takes its blockhash from somebody else where there is one. */
  private expired(name: string, planned: PlannedTransaction): void {
    this.fees.expired(name)
    this.fees.refund(planned)
    this.blockhash = null
    if (this.p.cluster.size > 1) this.blockhashFrom?.avoid(EXPIRED_BLOCKHASH_REST_MS)
  }

  /** Simulates: sets the limit of compute units, and finds refusals before they cost a fee. @throws {StepRefused} */
  private async measure(step: Step): Promise<PlannedTransaction> {
    try {
      return await measureTransaction(this.p.cluster.connection, step.planned, "confirmed")
    } catch (error) {
      const refusal = error instanceof StkSdkError ? error : decodeError(error)
      if (refusal === null) throw error
      throw new StepRefused(step, refusal)
    }
  }

  /**
   * Signs with a blockhash that is good still when the signing is done, and so that the signature is new: the same bytes
   * would be the same transaction, which has ended. @throws {StepExpired}
   */
  private async sign(step: Step, planned: PlannedTransaction) {
    for (const deadline = Date.now() + this.p.cluster.patienceMs; ; ) {
      const { blockhash, lastValidBlockHeight } = await this.recentBlockhash()
      const transaction = compileTransaction(planned, blockhash)
      const started = Date.now()
      await this.signWithAll(transaction, planned)
      const took = Date.now() - started
      const signature = encodeAddress(itemAt(transaction.signatures, 0))
      if (took > SLOW_SIGNING_MS) {
        const height = await this.p.cluster.connection.getBlockHeight("confirmed")
        if (height > lastValidBlockHeight)
          throw new StepExpired(
            step,
            `signing took ${Math.round(took / 1000)} s, longer than its blockhash lived; it was not sent`,
          )
      }
      if (!this.signed.has(signature)) {
        this.signed.add(signature)
        return { transaction, signature, blockhash, lastValidBlockHeight }
      }
      this.blockhash = null
      if (Date.now() > deadline) throw new StepExpired(step, "the cluster gives no newer blockhash")
      await new Promise((resolve) => setTimeout(resolve, SLOWEST_POLL_MS))
    }
  }

  private async signWithAll(transaction: VersionedTransaction, planned: PlannedTransaction): Promise<void> {
    for (const address of signersOf(planned)) {
      const signer = this.p.signers.find((each) => each.publicKey.equals(address))
      if (signer === undefined)
        throw new Error(`${planned.description}: nobody signs for ${address.toBase58()}`)
      await signer.signTransaction(transaction)
    }
  }

  private async recentBlockhash(): Promise<{ blockhash: string; lastValidBlockHeight: number }> {
    if (this.blockhash === null || Date.now() - this.blockhash.at > BLOCKHASH_MS) {
      const { cluster, reader } = this.p
      const least = reader.minContextSlot > 0 ? { minContextSlot: reader.minContextSlot } : {}
      const recent = await cluster.connection.getLatestBlockhash({ commitment: "confirmed", ...least })
      this.blockhashFrom = cluster.answeredBy("getLatestBlockhash")
      this.blockhash = { ...recent, at: Date.now() }
    }
    return this.blockhash
  }

  /** Sends bytes; what comes of it is seen in the status alone, and whether anybody answers there too. */
  private async broadcast(transaction: string): Promise<void> {
    try {
      await this.p.cluster.connection.sendRawTransaction(Buffer.from(transaction, "base64"), {
        skipPreflight: true,
        maxRetries: 0,
      })
    } catch {
      // It is sent again until it is seen or has expired.
    }
  }

  private follow(entry: FlightEntry, isOld: boolean): Promise<SignatureStatus | null> {
    return new Promise((resolve, reject) => {
      const now = Date.now()
      // What an earlier run left may never have been sent at all: the journal comes first.
      const resentAt = isOld ? 0 : now
      const unclear = { unclearSince: null, aloneSince: null }
      this.flights.set(entry.signature, { entry, sentAt: now, resentAt, isOld, ...unclear, resolve, reject })
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

  /** Asks everyone once; says whether anything has ended. */
  private async pollOnce(): Promise<boolean> {
    const flights = [...this.flights.values()]
    const now = Date.now()
    const areOld = flights.some((flight) => flight.isOld || now - flight.sentAt > SURELY_VALID_MS)
    const reports = await this.reports(
      flights.map(({ entry }) => entry),
      areOld,
    )
    const unsent: string[] = []
    let hasEnded = false
    const end = (flight: Flight, status: SignatureStatus | null): void => {
      this.flights.delete(flight.entry.signature)
      hasEnded = true
      flight.resolve(status)
    }
    for (const [index, flight] of flights.entries()) {
      const said = testimoniesOf(reports, index)
      const isUnclearForLong =
        flight.unclearSince !== null && now - flight.unclearSince > this.p.cluster.behindMs
      const verdict = judge(said, isUnclearForLong)
      if (verdict.kind === "landed") {
        end(flight, verdict.status)
        continue
      }
      if (verdict.kind === "unseen") flight.unclearSince = null
      else if (said.length > 1) flight.unclearSince ??= now
      if (verdict.kind === "contradiction") this.refuseContradiction(flight, reports, said, now)
      if (verdict.kind === "unseen" && areOld && (await this.hasExpired(flight, reports, now))) {
        end(flight, null)
        continue
      }
      if (verdict.kind !== "pending" && now - flight.resentAt > RESEND_MS) {
        flight.resentAt = now
        unsent.push(flight.entry.transaction)
      }
    }
    await Promise.all(unsent.map((transaction) => this.broadcast(transaction)))
    return hasEnded
  }

  /** Whether nothing can become of it any more, after nobody has seen it. */
  private async hasExpired(
    flight: Flight,
    reports: readonly Testimony<Report>[],
    now: number,
  ): Promise<boolean> {
    const { entry } = flight
    const horizons = reports.map(({ value }) => value)
    if (!isPast(entry.last_valid_block_height, horizons)) return false
    // Where there are two endpoints, two must say so, unless the other one is gone for good.
    if (reports.length < Math.min(2, this.p.cluster.size)) {
      flight.aloneSince ??= now
      if (now - flight.aloneSince < this.p.cluster.patienceMs) return false
      this.note(`only ${reports[0]?.endpoint.name ?? "nobody"} says that ${entry.signature} has expired`)
    }
    // A horizon that was a lie, or another blockhash's.
    const answers = await this.p.cluster.fromEach(async (connection) => {
      const { value } = await connection.isBlockhashValid(entry.blockhash, { commitment: "confirmed" })
      // The last look, after the horizon: it may have landed in its last block.
      return { isValid: value, ...(await statusesOf(connection, [entry], true)) }
    })
    return answers.every(({ value }) => !value.isValid && value.statuses.every((status) => status === null))
  }

  private refuseContradiction(
    flight: Flight,
    reports: readonly Testimony<Report>[],
    said: readonly StatusTestimony[],
    now: number,
  ): void {
    if (flight.unclearSince === now)
      this.note(`endpoints contradict each other about ${flight.entry.signature}`)
    if (flight.unclearSince === null || now - flight.unclearSince < this.p.cluster.patienceMs) return
    this.flights.delete(flight.entry.signature)
    const lines = reports.map(({ endpoint }, index) => {
      const status = said[index]?.status ?? null
      const end = status === null ? "has not seen it" : `says ${status.confirmationStatus ?? "seen"}`
      const error = status === null || status.err === null ? "" : ` with ${JSON.stringify(status.err)}`
      return `${endpoint.name}: ${end}${error}, at slot ${said[index]?.slot ?? 0}`
    })
    flight.reject(
      new Contradiction([
        `transaction ${flight.entry.signature}: endpoints contradict each other, and nothing is signed anew`,
        ...lines,
        "leave out the one that is wrong, and run the same command again",
      ]),
    )
  }

  /** What every endpoint says of transactions; with the history, how far the chain is final comes first. */
  private async reports(
    entries: readonly Pick<FlightEntry, "signature">[],
    searchHistory: boolean,
  ): Promise<Testimony<Report>[]> {
    const reports = await this.p.cluster.fromEach(async (connection) => {
      const finalizedHeight = searchHistory ? await connection.getBlockHeight("finalized") : 0
      return { finalizedHeight, ...(await statusesOf(connection, entries, searchHistory)) }
    })
    const newest = Math.max(...reports.map(({ value }) => value.slot))
    for (const { endpoint, value } of reports) endpoint.lag = newest - value.slot
    return reports
  }

  private async record(
    entry: FlightEntry,
    status: SignatureStatus | null,
  ): Promise<"confirmed" | "failed" | "expired"> {
    const outcome = status === null ? "expired" : status.err === null ? "confirmed" : "failed"
    const { reader, journal } = this.p
    if (status !== null) reader.minContextSlot = Math.max(reader.minContextSlot, status.slot)
    if (outcome === "confirmed") this.unfinal.set(entry.signature, entry)
    const error = status === null || status.err === null ? null : refusalOf(status.err, []).name
    await journal.outcome({ signature: entry.signature, status: outcome, slot: status?.slot ?? null, error })
    return outcome
  }

  private async logsOf(signature: string): Promise<readonly string[]> {
    const found = await this.p.cluster.connection.getTransaction(signature, {
      commitment: "confirmed",
      maxSupportedTransactionVersion: 1,
    })
    return found?.meta?.logMessages ?? []
  }

  private note(text: string): void {
    this.p.onNote?.(text)
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

async function statusesOf(
  connection: Connection,
  entries: readonly Pick<FlightEntry, "signature">[],
  searchTransactionHistory: boolean,
): Promise<{ statuses: (SignatureStatus | null)[]; slot: number }> {
  const statuses: (SignatureStatus | null)[] = []
  let slot = Infinity
  for (let first = 0; first < entries.length; first += STATUSES_OF_A_REQUEST) {
    const part = entries.slice(first, first + STATUSES_OF_A_REQUEST).map(({ signature }) => signature)
    const { context, value } = await connection.getSignatureStatuses(part, { searchTransactionHistory })
    statuses.push(...value)
    slot = Math.min(slot, context.slot)
  }
  return { statuses, slot }
}

function testimoniesOf(reports: readonly Testimony<Report>[], index: number): StatusTestimony[] {
  return reports.map(({ value }) => ({ status: value.statuses[index] ?? null, slot: value.slot }))
}

/** Final on every endpoint, those left out that have not even reached its slot when it is late. */
function isFinal(said: readonly StatusTestimony[], isLate: boolean): boolean {
  const slot = Math.max(...said.map(({ status }) => status?.slot ?? 0))
  const heard = said.filter((each) => !(isLate && each.status === null && each.slot < slot))
  return heard.every(({ status }) => status?.confirmationStatus === "finalized")
}

function refusalOf(error: unknown, logs: readonly string[]): StkSdkError {
  return decodeTransactionError(error, logs) ?? new TransactionFailedError(JSON.stringify(error))
}
