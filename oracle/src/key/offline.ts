import { join } from "node:path"
import { compileTransaction, isoWeek, type PlannedTransaction, type StkSigner } from "@stk/sdk"
import { PublicKey, TransactionMessage, type TransactionInstruction } from "@solana/web3.js"
import { encodeAddress } from "../base58"
import { detailRoot, phaseOf, walletsOf } from "../chain/agreement"
import { Cluster } from "../chain/cluster"
import { Interrupted, NotReady } from "../chain/failures"
import { FileJournal, JOURNAL_FILE, type SentEntry } from "../chain/journal"
import { DirectoryLock } from "../chain/lock"
import { nextStage, preflight, verify, type Stage } from "../chain/post"
import { ChainRun, type RunEvents } from "../chain/run"
import { readScoredWeek, type ScoredWeek } from "../chain/scored_week"
import { ChainReader, type ChainState } from "../chain/state"
import { feeOf, type Step } from "../chain/steps"
import { itemAt } from "../item"
import type { EconomyRules } from "../score/rules"
import { BUNDLE_FORMAT, type Bundle, type BundledTransaction } from "./bundle"
import { describeActions } from "./describe"
import { isSignedBy } from "./ed25519"
import { readMessage, UnreadableMessage, type ReadMessage } from "./message"
import { advanceInstruction, NONCE_BYTES, readNonces, type Nonce } from "./nonce"

/**
 * Posting with a key that is on another machine: the transactions of the next stage go out as a file, come back signed,
 * and are sent only if they are what would be planned at that moment. The chain's cursors keep each effect single, as
 * they do for every other way of sending.
 */

export interface OfflineParameters {
  directory: string
  rules: EconomyRules
  urls: readonly [string, ...string[]]
  economy: PublicKey
  priorityFee: bigint
  /** Where the next stage's transactions take their validity from; null for a blockhash. */
  nonces: readonly PublicKey[] | null
}

/** Without nonces all of a lane must land within the blockhash's minute, one after the other. */
const MOST_OF_A_BLOCKHASH = 30
/** Blocks in which a blockhash is valid; a node that calls it valid says no more. */
const BLOCKHASH_BLOCKS = 150

export interface NextStage {
  /** Null when the chain has everything of the week but its settlement. */
  stage: string | null
  bundle: Bundle | null
}

/** The next stage's transactions, unsigned; nothing is sent, apart from what an earlier run has left on its way. */
export async function prepareStage(p: OfflineParameters, events: RunEvents): Promise<NextStage> {
  const work = await Offline.open(p, events)
  try {
    const { chain, stage } = await work.look()
    if (stage === null) return { stage: null, bundle: null }
    const { run, scored } = work
    const nonces = p.nonces === null ? null : await readNonces(run.connection, p.nonces, run.context.payer)
    const steps = stage.lanes.flatMap((lane, index) =>
      [...lane].flat().map((step) => ({ lane: index, step })),
    )
    const count = Math.min(steps.length, nonces?.length ?? MOST_OF_A_BLOCKHASH)
    const { blockhash } = await run.connection.getLatestBlockhash("finalized")
    const transactions = steps.slice(0, count).map(({ lane, step }, index): BundledTransaction => {
      const nonce = nonces?.[index]
      const bytes = compile(step.planned, nonce ?? blockhash)
      const read = readMessage(bytes)
      return {
        lane,
        kind: step.kind,
        what: step.planned.description,
        fee: feeOf(step.planned).toString(),
        signers: read.signers.map((signer) => signer.toBase58()),
        actions: describeActions(read),
        ...(step.evidence === undefined ? {} : { evidence: step.evidence }),
        message: Buffer.from(bytes).toString("base64"),
        signatures: {},
      }
    })
    const members = phaseOf(chain, scored.week) === "open" ? chain.economy.weekMembers : chain.economy.members
    const bundle: Bundle = {
      format: BUNDLE_FORMAT,
      made_at: new Date().toISOString(),
      economy: p.economy.toBase58(),
      genesis_hash: run.genesisHash ?? "",
      week: scored.week,
      week_name: isoWeek(scored.week),
      stage: stage.name,
      summary_sha256: scored.summarySha256,
      detail_root: detailRoot(scored, walletsOf(chain, members)).root.toString("hex"),
      members: scored.members.length,
      active: scored.summary.members.active,
      points: scored.summary.totals.points,
      durable: nonces !== null,
      more: steps.length - count,
      transactions,
    }
    return { stage: stage.name, bundle }
  } finally {
    await work.close()
  }
}

export interface SubmitReport {
  economy: string
  week: string
  /** What was sent. */
  stage: string
  /** Transactions that landed now, and those that had before. */
  landed: number
  earlier: number
  signatures: { kind: string; what: string; signature: string }[]
  /** What is next; null when everything of the week is posted, final and compared. */
  next: string | null
}

/**
 * Sends what came back signed.
 * @throws {NotReady} it is not what would be planned now, not signed, or no longer valid; nothing more is sent
 */
export async function submitStage(
  p: OfflineParameters,
  bundle: Bundle,
  events: RunEvents,
): Promise<SubmitReport> {
  const work = await Offline.open(p, events)
  try {
    const { run, scored } = work
    await work.requireSame(bundle)
    const signed = bundle.transactions.map((each, index) => readSigned(each, index))
    const { value: statuses } = await run.connection.getSignatureStatuses(
      signed.map((each) => each.signature),
      { searchTransactionHistory: true },
    )
    const open = signed.filter((_, index) => statuses[index] === null)
    const landed: Signed[] = []
    if (open.length > 0) {
      const { stage } = await work.look()
      requirePlanned(open, stage)
      await work.requireValid(open)
      const lanes = [...new Set(open.map((each) => each.lane))]
      events.onProgress(bundle.stage, 0, open.length)
      await Promise.all(
        lanes.map(async (lane) => {
          for (const each of open.filter((other) => other.lane === lane)) {
            await work.send(each)
            landed.push(each)
            events.onProgress(bundle.stage, landed.length, open.length)
          }
        }),
      )
    }
    // What is confirmed only would be looked for again by the next run, and could be taken back.
    if (!(await run.finalize()))
      throw new Interrupted("a fork has taken transactions back: make the file again with --unsigned")
    const next = (await work.look()).stage
    if (next === null) await verify(scored, run)
    return {
      economy: p.economy.toBase58(),
      week: isoWeek(scored.week),
      stage: bundle.stage,
      landed: landed.length,
      earlier: signed.length - open.length,
      signatures: landed.map(({ kind, what, signature }) => ({ kind, what, signature })),
      next: next?.name ?? null,
    }
  } finally {
    await work.close()
  }
}

/** A transaction that came back. */
interface Signed {
  index: number
  lane: number
  kind: string
  what: string
  evidence: string | undefined
  read: ReadMessage
  /** Base58, the payer's. */
  signature: string
  /** Of all signers, in their order. */
  signatures: Uint8Array[]
}

const refuse = (index: number, rule: string): NotReady =>
  new NotReady([`transaction ${index + 1}: ${rule}; nothing of it was sent`])

/** @throws {NotReady} when a signature is missing or is another message's */
function readSigned(each: BundledTransaction, index: number): Signed {
  const { lane, kind, what, evidence } = each
  let read: ReadMessage
  try {
    read = readMessage(Buffer.from(each.message, "base64"))
  } catch (error) {
    if (error instanceof UnreadableMessage) throw refuse(index, error.message)
    throw error
  }
  const signatures = read.signers.map((signer) => {
    const text = each.signatures[signer.toBase58()]
    if (text === undefined) throw refuse(index, `${signer.toBase58()} has not signed it`)
    const signature = Buffer.from(text, "base64")
    if (!isSignedBy(signer, read.bytes, signature))
      throw refuse(index, `the signature of ${signer.toBase58()} is not over these bytes`)
    return signature
  })
  const signature = encodeAddress(itemAt(signatures, 0))
  return { index, lane, kind, what, evidence, read, signature, signatures }
}

/** What a transaction does, apart from what it pays and how long it is valid. */
function essence(payer: PublicKey, instructions: readonly TransactionInstruction[]): string {
  const recentBlockhash = PublicKey.default.toBase58()
  const message = new TransactionMessage({
    payerKey: payer,
    recentBlockhash,
    instructions: [...instructions],
  })
  return Buffer.from(message.compileToLegacyMessage().serialize()).toString("base64")
}

/** @throws {NotReady} unless each is one of the transactions that would be planned now, and their order is the plan's */
function requirePlanned(open: readonly Signed[], stage: Stage | null): void {
  const planned = new Map<string, { step: Step; lane: number; place: number }>()
  stage?.lanes.forEach((lane, index) =>
    [...lane].flat().forEach((step, place) => {
      planned.set(essence(step.planned.payer, step.planned.instructions), { step, lane: index, place })
    }),
  )
  const last = new Map<number, { lane: number; place: number }>()
  for (const each of open) {
    const match = planned.get(essence(each.read.payer, each.read.instructions))
    const now = stage === null ? "the chain has everything" : `next is ${stage.name}`
    if (match === undefined)
      throw refuse(
        each.index,
        `is not what the chain needs for this week (${now}): make the file again with --unsigned`,
      )
    const before = last.get(each.lane)
    if (before !== undefined && (before.lane !== match.lane || before.place >= match.place))
      throw refuse(each.index, "stands in another order than it was planned in")
    last.set(each.lane, match)
  }
}

/** The bytes to sign: with a blockhash, or behind the instruction that uses up a nonce. */
function compile(planned: PlannedTransaction, validity: Nonce | string): Uint8Array {
  if (typeof validity === "string") return compileTransaction(planned, validity).message.serialize()
  // The budget that the SDK puts before the planned instructions must stand behind the nonce.
  const { instructions } = TransactionMessage.decompile(compileTransaction(planned).message)
  return new TransactionMessage({
    payerKey: planned.payer,
    recentBlockhash: validity.value,
    instructions: [advanceInstruction(validity), ...instructions],
  })
    .compileToLegacyMessage()
    .serialize()
}

/** Who only has an address: the key is elsewhere. */
function absent(publicKey: PublicKey): StkSigner {
  return {
    publicKey,
    signTransaction: () => Promise.reject(new Error(`${publicKey.toBase58()} signs elsewhere`)),
  }
}

/** A scored week and its chain, without keys. */
class Offline {
  private constructor(
    readonly run: ChainRun,
    readonly scored: ScoredWeek,
    private readonly journal: FileJournal,
    private readonly lock: DirectoryLock,
  ) {}

  static async open(p: OfflineParameters, events: RunEvents): Promise<Offline> {
    const scored = await readScoredWeek(p.directory, p.rules)
    const { roles } = await new ChainReader(new Cluster(p.urls)).economy(p.economy)
    const lock = DirectoryLock.take(p.directory)
    let journal: FileJournal | null = null
    try {
      journal = FileJournal.open(join(p.directory, JOURNAL_FILE))
      const run = new ChainRun(
        {
          urls: p.urls,
          economy: p.economy,
          signer: absent(roles.oracle),
          registrar: absent(roles.registrar),
          priorityFee: p.priorityFee,
          // With and without nonces the plans have the same bounds, so that signed ones are recognised.
          reservedBytes: NONCE_BYTES,
        },
        journal,
        events,
      )
      await run.begin({ command: "post", week: scored.week, summary_sha256: scored.summarySha256 })
      return new Offline(run, scored, journal, lock)
    } catch (error) {
      await journal?.close()
      lock.release()
      throw error
    }
  }

  async close(): Promise<void> {
    await this.journal.close()
    this.lock.release()
  }

  /** The chain, checked, and what it needs next. */
  async look(): Promise<{ chain: ChainState; stage: Stage | null }> {
    const { run, scored } = this
    const chain = await run.reader.read(run.p.economy)
    preflight(scored, chain, run.context)
    return { chain, stage: nextStage(scored, chain, run.context, false) }
  }

  /** @throws {NotReady} a file of another week, economy or cluster */
  async requireSame(bundle: Bundle): Promise<void> {
    const { run, scored } = this
    const expected: Record<string, unknown> = {
      economy: run.p.economy.toBase58(),
      genesis_hash: run.genesisHash,
      week: scored.week,
      summary_sha256: scored.summarySha256,
    }
    const problems = Object.entries(expected).flatMap(([field, value]) => {
      const found = bundle[field as keyof Bundle]
      return found === value ? [] : [`${field}: the file is for ${String(found)}, not for ${String(value)}`]
    })
    if (problems.length > 0) throw new NotReady(problems)
  }

  /** @throws {NotReady} what a validator would not take any more */
  async requireValid(open: readonly Signed[]): Promise<void> {
    const { connection } = this.run
    for (const each of open) {
      const { blockhash, nonce } = each.read
      if (nonce === null) {
        const { value } = await connection.isBlockhashValid(blockhash, { commitment: "processed" })
        if (!value)
          throw refuse(
            each.index,
            "its blockhash has expired: make the file again with --unsigned, and sign it within a minute or use --nonces",
          )
        continue
      }
      const [{ value }] = (await readNonces(connection, [nonce.account], nonce.authority)) as [Nonce]
      if (value !== blockhash)
        throw refuse(each.index, `its nonce ${nonce.account.toBase58()} has been used: make the file again`)
    }
  }

  /** Written down, sent, and followed until it landed or can land no more. */
  async send(each: Signed): Promise<void> {
    const { run, journal } = this
    const { read, signature } = each
    const transaction = Buffer.concat([
      Buffer.from([each.signatures.length]),
      ...each.signatures,
      read.bytes,
    ]).toString("base64")
    const entry: Omit<SentEntry, "type" | "at"> = {
      kind: each.kind,
      what: each.what,
      signature,
      blockhash: read.blockhash,
      // Counted from now: the file may say anything.
      last_valid_block_height: (await run.connection.getBlockHeight("confirmed")) + BLOCKHASH_BLOCKS,
      fee: Number(read.fee),
      compute_units: read.computeUnitLimit,
      ...(each.evidence === undefined ? {} : { evidence: each.evidence }),
      transaction,
    }
    await journal.sent(entry)
    const count = await run.resume([{ type: "sent", at: new Date().toISOString(), ...entry }])
    if (count === 1) return
    const outcome = journal.entries.find((one) => one.type === "outcome" && one.signature === signature)
    if (outcome?.type === "outcome" && outcome.status === "failed")
      throw new NotReady([
        `transaction ${each.index + 1}: ${each.what}: the program refused it (${String(outcome.error)})`,
      ])
    throw new Interrupted(
      `transaction ${each.index + 1}: ${each.what}: the cluster did not take it in time; ` +
        (read.nonce === null
          ? "make the file again with --unsigned"
          : "it stays valid until its nonce is used: run the same command again"),
    )
  }
}
