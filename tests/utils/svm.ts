import { createPrivateKey, type KeyObject, sign as signBytes } from "node:crypto"
import { existsSync, readFileSync } from "node:fs"
import type { Provider } from "@coral-xyz/anchor"
import { address as kitAddress, getTransactionDecoder, lamports as kitLamports } from "@solana/kit"
import {
  type AccountInfo,
  ComputeBudgetProgram,
  type Connection,
  Keypair,
  PublicKey,
  type Signer,
  Transaction,
  TransactionInstruction,
  VersionedTransaction,
} from "@solana/web3.js"
import bs58 from "bs58"
import { Clock, FailedTransactionMetadata, LiteSVM, Rent, type TransactionMetadata } from "litesvm"
import { findWorkspace, type LocalProgram, readWorkspacePrograms, RENT_LAMPORTS_PER_BYTE } from "stk-localnet"
import { SvmConnection } from "./svm_connection"
import { TransactionFailed } from "./transaction_failed"

export { TransactionFailed } from "./transaction_failed"

/** Monday 2025-12-15, 00:00:00 UTC: the first second of a week. */
export const START_UNIX_TIME = 1_765_756_800
/** Ten thousand SOL. */
export const DEFAULT_AIRDROP_LAMPORTS = 10_000_000_000_000n

const RENT_EXEMPTION_THRESHOLD = 1
const RENT_BURN_PERCENT = 50
const SLOT_SECONDS = 0.4
const EVENT_LOG = "Program data: "

export interface ChainOptions {
  /** What is loaded; by default every program of `Anchor.toml` from `target/deploy`. */
  readonly programs?: readonly LocalProgram[]
  /** Where the clock starts, in unix seconds; `START_UNIX_TIME` by default. */
  readonly unixTime?: number
}

export interface SendOptions {
  /** Puts an instruction with this limit in front. */
  readonly computeUnits?: number
  /** Pays the fee; the chain's own payer by default. */
  readonly payer?: Signer
}

export interface Sent {
  /** Base58. */
  readonly signature: string
  readonly computeUnits: number
  readonly logs: readonly string[]
  /** The bytes of each event in the order of the logs, discriminator first. */
  readonly events: readonly Buffer[]
  /** The serialized transaction, in bytes. */
  readonly size: number
}

/** An account's whole content, in a form that `deep.equal` compares. */
export interface AccountSnapshot {
  readonly lamports: number
  readonly owner: string
  readonly data: string
}

const programBytes = new Map<string, Uint8Array>()

function readProgramOnce(program: LocalProgram): Uint8Array {
  const known = programBytes.get(program.path)
  if (known !== undefined) return known
  if (!existsSync(program.path))
    throw new Error(`${program.path} does not exist: npm run build:program makes it`)
  const bytes = readFileSync(program.path)
  programBytes.set(program.path, bytes)
  return bytes
}

function workspacePrograms(): LocalProgram[] {
  const workspace = findWorkspace(__dirname)
  if (workspace === null) throw new Error(`no Anchor.toml above ${__dirname}`)
  return readWorkspacePrograms(workspace)
}

/** What stands before the 32 bytes of an Ed25519 key in PKCS #8 (RFC 8410). */
const PKCS8_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex")
const privateKeys = new WeakMap<Signer, KeyObject>()

function privateKeyOf(signer: Signer): KeyObject {
  const known = privateKeys.get(signer)
  if (known !== undefined) return known
  const key = Buffer.concat([PKCS8_PREFIX, signer.secretKey.subarray(0, 32)])
  const created = createPrivateKey({ key, format: "der", type: "pkcs8" })
  privateKeys.set(signer, created)
  return created
}

/** Signs with Node's Ed25519: web3.js's, written in JavaScript, would take most of the time of the tests. */
function signTransaction(transaction: Transaction, signers: readonly Signer[]): void {
  const message = transaction.compileMessage()
  const bytes = message.serialize()
  const required = message.accountKeys.slice(0, message.header.numRequiredSignatures)
  for (const { publicKey } of signers) {
    if (!required.some((key) => key.equals(publicKey)))
      throw new Error(`${publicKey.toBase58()} signs, but no instruction asks for it`)
  }
  transaction.signatures = required.map((publicKey) => {
    const signer = signers.find((candidate) => candidate.publicKey.equals(publicKey))
    if (signer === undefined) throw new Error(`the signature of ${publicKey.toBase58()} is missing`)
    return { publicKey, signature: signBytes(null, bytes, privateKeyOf(signer)) }
  })
}

function toKit(address: PublicKey) {
  return kitAddress(address.toBase58())
}

/**
 * A chain in this process: LiteSVM with mainnet's features and rent, and the compiled programs at their
 * addresses. Make a fresh one for each test.
 *
 * @example
 * const chain = new Chain()
 * const alice = chain.newSigner()
 * const { computeUnits, events } = chain.send([instruction], [alice])
 */
export class Chain {
  readonly svm: LiteSVM
  /** Pays fees where a test is not about who pays. */
  readonly payer: Keypair
  /** Reads and sends like web3.js's connection to a node. */
  readonly connection: Connection
  /** The logs of every transaction that worked, oldest first. */
  readonly history: (readonly string[])[] = []
  /** Whether a test has written an account past every program, so that the history does not tell all. */
  isForged = false

  constructor(options: ChainOptions = {}) {
    this.svm = new LiteSVM()
    this.svm.setRent(new Rent(RENT_LAMPORTS_PER_BYTE, RENT_EXEMPTION_THRESHOLD, RENT_BURN_PERCENT))
    // Wrapped SOL.
    this.svm.withNativeMints()
    for (const program of options.programs ?? workspacePrograms()) {
      this.svm.addProgram(toKit(program.address), readProgramOnce(program))
    }
    this.unixTime = options.unixTime ?? START_UNIX_TIME
    this.payer = this.newSigner()
    this.connection = new SvmConnection(this)
  }

  /** A new key with lamports. */
  newSigner(lamports: bigint = DEFAULT_AIRDROP_LAMPORTS): Keypair {
    const signer = Keypair.generate()
    this.airdrop(signer.publicKey, lamports)
    return signer
  }

  airdrop(address: PublicKey, lamports: bigint = DEFAULT_AIRDROP_LAMPORTS): void {
    const result = this.svm.airdrop(toKit(address), kitLamports(lamports))
    if (result instanceof FailedTransactionMetadata) throw new TransactionFailed(result)
  }

  /** What programs read from the Clock sysvar, in unix seconds. */
  get unixTime(): number {
    return Number(this.svm.getClock().unixTimestamp)
  }

  /** Moves the clock, also back; slots only ever go forward, at least by one. */
  set unixTime(unixSeconds: number) {
    const clock = this.svm.getClock()
    const elapsed = Math.max(0, unixSeconds - Number(clock.unixTimestamp))
    const slots = clock.unixTimestamp === 0n ? 1 : Math.max(1, Math.floor(elapsed / SLOT_SECONDS))
    const { epochStartTimestamp, epoch, leaderScheduleEpoch } = clock
    const slot = clock.slot + BigInt(slots)
    this.svm.setClock(new Clock(slot, epochStartTimestamp, epoch, leaderScheduleEpoch, BigInt(unixSeconds)))
  }

  get slot(): number {
    return Number(this.svm.getClock().slot)
  }

  /** Lamports that keep an account of `dataBytes` alive. */
  rentFor(dataBytes: number): number {
    return Number(this.svm.minimumBalanceForRentExemption(BigInt(dataBytes)))
  }

  /** The account as web3.js gives it; null where there is none. */
  getAccount(address: PublicKey): AccountInfo<Buffer> | null {
    const account = this.svm.getAccount(toKit(address))
    if (!account.exists) return null
    return {
      data: Buffer.from(account.data),
      executable: account.executable,
      lamports: Number(account.lamports),
      owner: new PublicKey(account.programAddress),
    }
  }

  /** Writes an account as it stands, past every program: for accounts that no transaction could make. */
  setAccount(address: PublicKey, account: AccountInfo<Uint8Array>): void {
    this.isForged = true
    this.svm.setAccount({
      address: toKit(address),
      data: new Uint8Array(account.data),
      executable: account.executable,
      lamports: kitLamports(BigInt(account.lamports)),
      programAddress: toKit(account.owner),
      space: BigInt(account.data.length),
    })
  }

  /** All bytes of accounts, to compare before and after: what a refused instruction must not have touched. */
  snapshot(addresses: readonly PublicKey[]): Record<string, AccountSnapshot | null> {
    const entries = addresses.map((address): [string, AccountSnapshot | null] => {
      const account = this.getAccount(address)
      if (account === null) return [address.toBase58(), null]
      const { lamports, owner, data } = account
      return [address.toBase58(), { lamports, owner: owner.toBase58(), data: data.toString("hex") }]
    })
    return Object.fromEntries(entries)
  }

  /**
   * Signs and runs a transaction. Each gets a blockhash of its own, so the same one twice is two transactions.
   *
   * @throws {TransactionFailed}
   */
  send(
    what: Transaction | TransactionInstruction | readonly TransactionInstruction[],
    signers: readonly Signer[] = [],
    options: SendOptions = {},
  ): Sent {
    // The chain verifies the signatures; doing it here too would take ten times as long.
    return this.sendBytes(this.sign(what, signers, options).serialize({ verifySignatures: false }))
  }

  /** A signed transaction, ready to be measured or sent. */
  sign(
    what: Transaction | TransactionInstruction | readonly TransactionInstruction[],
    signers: readonly Signer[] = [],
    options: SendOptions = {},
  ): Transaction {
    const payer = options.payer ?? this.payer
    const transaction = new Transaction()
    if (options.computeUnits !== undefined) {
      transaction.add(ComputeBudgetProgram.setComputeUnitLimit({ units: options.computeUnits }))
    }
    if (what instanceof Transaction) transaction.add(...what.instructions)
    else if (what instanceof TransactionInstruction) transaction.add(what)
    else transaction.add(...what)
    this.svm.expireBlockhash()
    transaction.recentBlockhash = this.svm.latestBlockhash()
    transaction.feePayer = payer.publicKey
    signTransaction(transaction, [payer, ...signers])
    return transaction
  }

  /**
   * Runs a transaction that is signed and serialized already, of any version.
   *
   * @throws {TransactionFailed}
   */
  sendBytes(bytes: Uint8Array): Sent {
    const transaction = getTransactionDecoder().decode(bytes)
    const result = this.svm.sendTransaction(transaction)
    if (result instanceof FailedTransactionMetadata) throw new TransactionFailed(result)
    const sent = sentOf(result, bytes)
    this.history.push(sent.logs)
    return sent
  }

  /**
   * Runs a transaction without keeping what it changes.
   *
   * @throws {TransactionFailed}
   */
  simulateBytes(bytes: Uint8Array): Sent {
    const result = this.svm.simulateTransaction(getTransactionDecoder().decode(bytes))
    if (result instanceof FailedTransactionMetadata) throw new TransactionFailed(result)
    return sentOf(result.meta(), bytes)
  }

  /** What `new Program(idl, chain.provider())` needs, signing with the chain's payer. */
  provider(): Provider {
    return {
      connection: this.connection,
      publicKey: this.payer.publicKey,
      sendAndConfirm: async (transaction, signers = []) => {
        if (!(transaction instanceof VersionedTransaction)) return this.send(transaction, signers).signature
        transaction.sign([this.payer, ...signers])
        return this.sendBytes(transaction.serialize()).signature
      },
    }
  }
}

function sentOf(meta: TransactionMetadata, bytes: Uint8Array): Sent {
  const logs = meta.logs()
  const events = logs.filter((line) => line.startsWith(EVENT_LOG))
  return {
    signature: bs58.encode(meta.signature()),
    computeUnits: Number(meta.computeUnitsConsumed()),
    logs,
    events: events.map((line) => Buffer.from(line.slice(EVENT_LOG.length), "base64")),
    size: bytes.length,
  }
}
