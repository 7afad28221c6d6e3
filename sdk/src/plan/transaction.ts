import {
  ComputeBudgetProgram,
  PublicKey,
  TransactionMessage,
  VersionedTransaction,
  type MessageHeader,
  type TransactionInstruction,
} from "@solana/web3.js"
import { MOST_COMPUTE_UNITS, TRANSACTION_BYTES } from "../constants.js"
import { PlanError } from "../errors/base.js"
import { SerializableMessageV1, TransactionV1 } from "./version_one.js"

/** Versions that can be planned: version 1 holds 4,096 bytes where the cluster takes it. */
export type PlannedVersion = "legacy" | 0 | 1

/** How transactions of a plan are made. */
export interface TransactionOptions {
  /** `"legacy"` by default. */
  version?: PlannedVersion | undefined
  /** Priority fee for each compute unit; none by default. It takes bytes from legacy and version-0 transactions. */
  microLamportsPerUnit?: bigint | undefined
  /** Bytes to leave free, for instructions that are put before the planned ones; none by default. */
  reservedBytes?: number | undefined
}

/** One transaction of a plan: everything but blockhash and signatures. */
export interface PlannedTransaction {
  /** What it does, for logs and progress. */
  readonly description: string
  readonly payer: PublicKey
  readonly instructions: readonly TransactionInstruction[]
  readonly version: PlannedVersion
  /** Compute units that it may use: an estimate from above until `withComputeUnits` puts in what was measured. */
  readonly computeUnitLimit: number
  readonly microLamportsPerUnit: bigint
  /** On the wire, signatures included. */
  readonly bytes: number
}

const SIGNATURE_BYTES = 64
const ADDRESS_BYTES = 32
const MESSAGE_HEADER_BYTES = 3
const MICRO = 1_000_000n
/** Bytes of the configuration of a version-1 message without a priority fee: two limits. */
const V1_LIMITS_BYTES = 8
const V1_PRIORITY_FEE_BYTES = 8
/** Prefix, mask, and the counts of instructions and addresses. */
const V1_FIXED_BYTES = 7
const V1_INSTRUCTION_HEADER_BYTES = 4
/** Account data that a version-1 transaction may load: pages, and a program many times the size of this one. */
const V1_LOADED_BYTES = 8 * 1024 * 1024
const ANY_BLOCKHASH = PublicKey.default.toBase58()

interface Key {
  pubkey: PublicKey
  isSigner: boolean
  isWritable: boolean
}

/** All addresses of a message in the order of the wire, the payer first. */
function keysOf(payer: PublicKey, instructions: readonly TransactionInstruction[]): Key[] {
  const keys = new Map<string, Key>([[payer.toBase58(), { pubkey: payer, isSigner: true, isWritable: true }]])
  const add = ({ pubkey, isSigner, isWritable }: Key): void => {
    const known = keys.get(pubkey.toBase58())
    if (!known) keys.set(pubkey.toBase58(), { pubkey, isSigner, isWritable })
    else {
      known.isSigner ||= isSigner
      known.isWritable ||= isWritable
    }
  }
  for (const { keys: accounts } of instructions) accounts.forEach(add)
  for (const { programId } of instructions) add({ pubkey: programId, isSigner: false, isWritable: false })
  const rank = (key: Key): number => (key.isSigner ? 0 : 2) + (key.isWritable ? 0 : 1)
  return [...keys.values()].sort((a, b) => rank(a) - rank(b))
}

function headerOf(keys: readonly Key[]): MessageHeader {
  const count = (matches: (key: Key) => boolean): number => keys.filter(matches).length
  return {
    numRequiredSignatures: count((key) => key.isSigner),
    numReadonlySignedAccounts: count((key) => key.isSigner && !key.isWritable),
    numReadonlyUnsignedAccounts: count((key) => !key.isSigner && !key.isWritable),
  }
}

/** Bytes of a length in the compact encoding of Solana. */
function lengthBytes(length: number): number {
  return length < 0x80 ? 1 : length < 0x4000 ? 2 : 3
}

function budgetInstructions(limit: number, microLamportsPerUnit: bigint): TransactionInstruction[] {
  const price = ComputeBudgetProgram.setComputeUnitPrice({ microLamports: microLamportsPerUnit })
  return [
    ComputeBudgetProgram.setComputeUnitLimit({ units: limit }),
    ...(microLamportsPerUnit > 0n ? [price] : []),
  ]
}

function withBudget(
  instructions: readonly TransactionInstruction[],
  version: PlannedVersion,
  limit: number,
  microLamportsPerUnit: bigint,
): readonly TransactionInstruction[] {
  return version === 1 ? instructions : [...budgetInstructions(limit, microLamportsPerUnit), ...instructions]
}

/** Bytes on the wire of a signed transaction, compute budget included, without making it. */
export function transactionBytes(
  payer: PublicKey,
  instructions: readonly TransactionInstruction[],
  { version = "legacy", microLamportsPerUnit = 0n }: TransactionOptions = {},
): number {
  const all = withBudget(instructions, version, MOST_COMPUTE_UNITS, microLamportsPerUnit)
  const keys = keysOf(payer, all)
  const signatures = SIGNATURE_BYTES * headerOf(keys).numRequiredSignatures
  const addresses = ADDRESS_BYTES * (keys.length + 1)
  if (version === 1) {
    const config = V1_LIMITS_BYTES + (microLamportsPerUnit > 0n ? V1_PRIORITY_FEE_BYTES : 0)
    const payload = all.reduce((sum, { keys: accounts, data }) => sum + accounts.length + data.length, 0)
    const headers = V1_INSTRUCTION_HEADER_BYTES * all.length
    return signatures + addresses + MESSAGE_HEADER_BYTES + V1_FIXED_BYTES + config + headers + payload
  }
  const body = all.reduce((sum, { keys: accounts, data }) => {
    return sum + 1 + lengthBytes(accounts.length) + accounts.length + lengthBytes(data.length) + data.length
  }, lengthBytes(all.length))
  // Version 0 has a prefix and the length of its lookups, which are none here.
  const versioned = version === 0 ? 2 : 0
  const lengths = lengthBytes(headerOf(keys).numRequiredSignatures) + lengthBytes(keys.length)
  return signatures + addresses + MESSAGE_HEADER_BYTES + lengths + body + versioned
}

/** Bytes that a transaction of this version may have. */
export function mostBytes(options: TransactionOptions): number {
  return TRANSACTION_BYTES[options.version ?? "legacy"] - (options.reservedBytes ?? 0)
}

/** Plans one transaction. @throws {PlanError} when it is too large or may use too many compute units */
export function planTransaction(
  description: string,
  payer: PublicKey,
  instructions: readonly TransactionInstruction[],
  computeUnitLimit: number,
  options: TransactionOptions = {},
): PlannedTransaction {
  const bytes = transactionBytes(payer, instructions, options)
  const most = mostBytes(options)
  if (bytes > most) {
    const details = [`${description}: ${bytes} bytes, at most ${most}`]
    throw new PlanError("The transaction is too large", { details })
  }
  return {
    description,
    payer,
    instructions,
    version: options.version ?? "legacy",
    computeUnitLimit: Math.min(Math.ceil(computeUnitLimit), MOST_COMPUTE_UNITS),
    microLamportsPerUnit: options.microLamportsPerUnit ?? 0n,
    bytes,
  }
}

/** Above what a simulation used: it may differ by the few units of a bump that another slot hashes otherwise. */
const MEASURED_MARGIN_PERCENT = 1

/** The same transaction with the limit that follows from what a simulation of it used: one percent more. */
export function withComputeUnits(planned: PlannedTransaction, used: number): PlannedTransaction {
  const limit = Math.ceil((used * (100 + MEASURED_MARGIN_PERCENT)) / 100)
  return { ...planned, computeUnitLimit: Math.min(limit, MOST_COMPUTE_UNITS) }
}

/** Addresses that must sign, the payer first. */
export function signersOf(planned: PlannedTransaction): PublicKey[] {
  return keysOf(planned.payer, planned.instructions)
    .filter((key) => key.isSigner)
    .map((key) => key.pubkey)
}

/** The transaction, unsigned. Without a blockhash it can only be simulated. */
export function compileTransaction(
  planned: PlannedTransaction,
  blockhash: string = ANY_BLOCKHASH,
): VersionedTransaction {
  const { payer, version, computeUnitLimit, microLamportsPerUnit } = planned
  const instructions = withBudget(planned.instructions, version, computeUnitLimit, microLamportsPerUnit)
  if (version === 1) return compileV1(planned, instructions, blockhash)
  const message = new TransactionMessage({
    payerKey: payer,
    recentBlockhash: blockhash,
    instructions: [...instructions],
  })
  return new VersionedTransaction(
    version === 0 ? message.compileToV0Message() : message.compileToLegacyMessage(),
  )
}

function compileV1(
  planned: PlannedTransaction,
  instructions: readonly TransactionInstruction[],
  blockhash: string,
): TransactionV1 {
  const keys = keysOf(planned.payer, instructions)
  const places = new Map(keys.map((key, index) => [key.pubkey.toBase58(), index]))
  const placeOf = (pubkey: PublicKey): number => places.get(pubkey.toBase58()) ?? -1
  const fee = (planned.microLamportsPerUnit * BigInt(planned.computeUnitLimit) + MICRO - 1n) / MICRO
  const message = new SerializableMessageV1({
    header: headerOf(keys),
    staticAccountKeys: keys.map((key) => key.pubkey),
    recentBlockhash: blockhash,
    compiledInstructions: instructions.map(({ programId, keys: accounts, data }) => ({
      programIdIndex: placeOf(programId),
      accountKeyIndexes: accounts.map((account) => placeOf(account.pubkey)),
      data,
    })),
    transactionConfig: {
      computeUnitLimit: planned.computeUnitLimit,
      loadedAccountsDataSizeLimit: V1_LOADED_BYTES,
      heapSize: null,
      priorityFee: planned.microLamportsPerUnit > 0n ? Number(fee) : null,
    },
  })
  return new TransactionV1(message)
}
