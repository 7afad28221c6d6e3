import { STK_PROGRAM_ID, type StkSigner } from "@stk/sdk"
import { PublicKey, type Connection } from "@solana/web3.js"
import { DEFAULT_CONCURRENCY } from "../commands/chain_options"
import { UsageError } from "../failure"
import { ownVersion } from "../score/report"
import { Cluster, type Limits, missing } from "./cluster"
import { Interrupted, NotReady } from "./failures"
import { FeePolicy, type FeeParameters } from "./fees"
import type { Journal, RunEntry, SentEntry } from "./journal"
import { Sender, type Landed, type StepExpired, StepRefused } from "./sender"
import { ChainReader, type ChainState } from "./state"
import type { Lane, PlanContext, PlanEntry } from "./steps"

/** What every command that sends has in common. */

/** So often the chain is read and planned again although nothing has come further. */
const FRUITLESS_ROUNDS = 4

export interface ConnectionParameters extends FeeParameters, Limits {
  /** RPC endpoints, best first. */
  urls: readonly [string, ...string[]]
  economy: PublicKey
  /** Pays, and is the oracle where one is needed. */
  signer: StkSigner
  /** Registers members and sets levels; `signer` by default. */
  registrar?: StkSigner
  concurrency?: number
  /** Bytes to leave free in each transaction. */
  reservedBytes?: number
  /** Ends the run between two rounds. */
  signal?: AbortSignal
}

export interface RunEvents {
  /** A stage has begun, or has come further. */
  onProgress: (stage: string, done: number, total: number) => void
  onLanded: (landed: Landed) => void
  onNote: (note: string) => void
}

export const NO_EVENTS: RunEvents = {
  onProgress: () => undefined,
  onLanded: () => undefined,
  onNote: () => undefined,
}

/** What a run has sent and what that costs. Lamports and base units as decimal text. */
export interface Cost {
  transactions: number
  compute_units: number
  fee_lamports: string
  rent_lamports: string
}

/** A connection with everything that planning and sending need. */
export class ChainRun {
  readonly cluster: Cluster
  readonly connection: Connection
  readonly reader: ChainReader
  readonly context: PlanContext
  private sender: Sender | null = null

  constructor(
    readonly p: ConnectionParameters,
    readonly journal: Journal,
    readonly events: RunEvents,
  ) {
    const { patienceMs, behindMs, finalityMs, requestMs } = p
    const limits: Limits = { patienceMs, behindMs, finalityMs, requestMs }
    this.cluster = new Cluster(p.urls, { ...limits, onNote: events.onNote.bind(events) })
    this.connection = this.cluster.connection
    this.reader = new ChainReader(this.cluster)
    this.context = {
      economy: p.economy,
      payer: p.signer.publicKey,
      registrar: (p.registrar ?? p.signer).publicKey,
      microLamportsPerUnit: FeePolicy.reserved(p),
      ...(p.reservedBytes === undefined ? {} : { reservedBytes: p.reservedBytes }),
    }
  }

  /** What tells the cluster from others; null until the run has begun. */
  genesisHash: string | null = null

  /** Refuses a cluster without the program. @throws {OracleError} */
  async requireProgram(): Promise<void> {
    const account = await this.connection.getAccountInfo(STK_PROGRAM_ID)
    if (account?.executable !== true) throw missing("program", STK_PROGRAM_ID.toBase58(), this.cluster)
  }

  /** Says in the journal what this run is, and waits for what an earlier one left on its way. */
  async begin(header: Pick<RunEntry, "command" | "week" | "summary_sha256">): Promise<void> {
    const genesisHash = await this.cluster.identify()
    this.genesisHash = genesisHash
    const run: RunEntry = {
      type: "run",
      at: new Date().toISOString(),
      version: ownVersion(),
      pid: process.pid,
      economy: this.p.economy.toBase58(),
      genesis_hash: genesisHash,
      ...header,
    }
    await this.journal.begin(run)
    const unresolved = this.journal.unresolved()
    if (unresolved.length > 0) {
      this.events.onNote(
        `${unresolved.length} transactions of an earlier run are on their way: waiting for them`,
      )
      const landed = await this.resume(unresolved)
      this.events.onNote(`${landed} of ${unresolved.length} landed`)
    }
  }

  /** What this run has sent. */
  get landed(): readonly Landed[] {
    return this.sender?.landed ?? []
  }

  /**
   * Reads the chain, plans what is next, sends it, and again, until there is nothing left. Whatever else changes the
   * chain meanwhile, a second oracle for one, changes the plan only.
   *
   * @throws {NotReady} what the program refuses again and again
   */
  async work(next: (chain: ChainState) => Promise<readonly Lane[]> | readonly Lane[]): Promise<ChainState> {
    let fruitless = 0
    for (;;) {
      if (this.p.signal?.aborted === true) throw new Interrupted("stopped; the same command resumes")
      const chain = await this.reader.read(this.p.economy)
      const lanes = await next(chain)
      if (lanes.length === 0) return chain
      const before = this.landed.length
      const failures = await this.transactions().run(lanes)
      fruitless = this.landed.length > before || failures.length === 0 ? 0 : fruitless + 1
      const first = failures[0]
      if (first !== undefined && fruitless >= FRUITLESS_ROUNDS) throw refused(first)
      for (const failure of failures) this.events.onNote(`${failure.message}; reading the chain again`)
    }
  }

  /** Sends transactions that are signed and in the journal, until they land or no longer can; gives how many did. */
  async resume(entries: readonly SentEntry[]): Promise<number> {
    return this.transactions().resume(entries)
  }

  /** Waits until everything is final; false when a fork has taken something back. */
  async finalize(): Promise<boolean> {
    return this.transactions().finalize()
  }

  async cost(): Promise<Cost> {
    const rent = this.landed.length > 0 ? await this.reader.rentPerByte() : 0
    const sum = (pick: (landed: Landed) => number): number =>
      this.landed.reduce((total, each) => total + pick(each), 0)
    return {
      transactions: this.landed.length,
      compute_units: sum((each) => each.computeUnits),
      fee_lamports: this.landed.reduce((total, each) => total + each.fee, 0n).toString(),
      rent_lamports: String(Math.trunc(sum((each) => each.rentBytes) * rent)),
    }
  }

  private transactions(): Sender {
    const { p, cluster, reader, journal } = this
    this.sender ??= new Sender({
      cluster,
      reader,
      journal,
      fees: p,
      signers: [p.signer, ...(p.registrar === undefined ? [] : [p.registrar])],
      concurrency: p.concurrency ?? DEFAULT_CONCURRENCY,
      onLanded: (landed) => this.events.onLanded(landed),
      onNote: (note) => this.events.onNote(note),
    })
    return this.sender
  }
}

function refused(failure: StepRefused | StepExpired): NotReady {
  return new NotReady(
    failure instanceof StepRefused
      ? [`${failure.step.kind}: ${failure.refusal.name}: ${failure.message}`]
      : [
          `${failure.step.kind}: ${failure.message}, several times: is the cluster overloaded? try --priority-fee`,
        ],
    { cause: failure },
  )
}

/** What steps will cost at most: estimates are from above. */
export interface Estimate {
  kind: string
  transactions: number
  bytes: number
  /** Lamports, without rent. */
  fees: bigint
  /** Bytes of new accounts, their overhead included. */
  rentBytes: number
}

/** Totals by kind, in the order of their first appearance. */
export function estimateOf(entries: readonly PlanEntry[]): Estimate[] {
  const totals = new Map<string, Estimate>()
  for (const { kind, bytes, fee, rentBytes } of entries) {
    const total = totals.get(kind) ?? { kind, transactions: 0, bytes: 0, fees: 0n, rentBytes: 0 }
    total.transactions++
    total.bytes += bytes
    total.fees += fee
    total.rentBytes += rentBytes
    totals.set(kind, total)
  }
  return [...totals.values()]
}

const MOST_ADDRESS = 44

/** An address of the command line. @throws {UsageError} */
export function parseAddress(text: string, field: string): PublicKey {
  try {
    return new PublicKey(text)
  } catch {
    // Longer than an address: it may be a key that was put into the wrong place.
    throw new UsageError(field, `${text.length <= MOST_ADDRESS ? `${text} ` : ""}is not a base58 address`)
  }
}
