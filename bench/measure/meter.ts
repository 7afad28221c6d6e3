import {
  AccountRole,
  address as kitAddress,
  appendTransactionMessageInstructions,
  compileTransaction,
  createKeyPairFromBytes,
  createTransactionMessage,
  getTransactionEncoder,
  pipe,
  setTransactionMessageComputeUnitLimit,
  setTransactionMessageFeePayer,
  setTransactionMessageLifetimeUsingBlockhash,
  setTransactionMessageLoadedAccountsDataSizeLimit,
  signTransaction,
  type Blockhash,
} from "@solana/kit"
import { ComputeBudgetProgram, PublicKey, TransactionInstruction, type Keypair } from "@solana/web3.js"
import { MOST_COMPUTE_UNITS, TRANSACTION_BYTES } from "@stk/sdk"
import type { Chain, Sent } from "../../tests/utils/svm"

/** Lamports of a signature. */
export const LAMPORTS_PER_SIGNATURE = 5_000
/** What the instruction that sets the limit uses itself. */
const LIMIT_INSTRUCTION_UNITS = 150

/** Versions of transactions: 1,232 bytes with the limit as an instruction, or 4,096 with it in the head. */
export type Version = "legacy" | 1

/** One transaction as it was measured. */
export interface Measured {
  /** Compute units of the instructions, without those of setting the limit. */
  readonly computeUnits: number
  /** The serialized transaction. */
  readonly bytes: number
  readonly signatures: number
  /** Lamports of fees by today's rule. */
  readonly fee: number
  /** Lamports that the signers paid beside the fee. */
  readonly rent: number
  /** Lamports of fees under SIMD-0553, of which the base part is burnt for what was requested. */
  readonly feeOfRequested: number
  readonly logs: readonly string[]
}

/** Of SIMD-0553 and the cost model: notes stand in the report. */
const SIMD_0553 = {
  lamportsPerSignature: 2_500,
  unitsPerSignature: 720,
  unitsPerWriteLock: 300,
  bytesPerUnit: 4,
  loadedStepBytes: 32 * 1024,
  unitsPerLoadedStep: 8,
  unitsPerLamport: 2,
  bytesPerLoadedAccount: 64,
}
const UPGRADEABLE_LOADER = new PublicKey("BPFLoaderUpgradeab1e11111111111111111111111")
/** What a transaction that declares nothing may load, and is charged for. */
const MOST_LOADED_BYTES = 64 * 1024 * 1024
/** Tag of the compute budget's instruction that declares it. */
const SET_LOADED_BYTES = 4
/** Above what is used, that much is requested: the middle of the 2% that the SDK may. */
const REQUESTED_OF_USED = 1.01

function accountsOf(instructions: readonly TransactionInstruction[], payer: PublicKey) {
  const accounts = new Map([[payer.toBase58(), { key: payer, isWritable: true }]])
  const note = (key: PublicKey, isWritable: boolean): void => {
    const known = accounts.get(key.toBase58())
    accounts.set(key.toBase58(), { key, isWritable: isWritable || known?.isWritable === true })
  }
  for (const { keys, programId } of instructions) {
    note(programId, false)
    keys.forEach(({ pubkey, isWritable }) => note(pubkey, isWritable))
  }
  return [...accounts.values()]
}

/** Bytes that count as loaded for an account: its own, and for a program those of its code. */
function loadedBytes(chain: Chain, key: PublicKey): number {
  const account = chain.getAccount(key)
  const own = SIMD_0553.bytesPerLoadedAccount + (account?.data.length ?? 0)
  if (account?.executable !== true || !account.owner.equals(UPGRADEABLE_LOADER)) return own
  const code = chain.getAccount(new PublicKey(account.data.subarray(4, 36)))
  return own + SIMD_0553.bytesPerLoadedAccount + (code?.data.length ?? 0)
}

function declaresLoadedBytes({ programId, data }: TransactionInstruction): boolean {
  return programId.equals(ComputeBudgetProgram.programId) && data[0] === SET_LOADED_BYTES
}

/**
 * Lamports that a transaction would cost under SIMD-0553. What it loads is declared exactly in version 1, whose head has
 * room for it, and in legacy transactions by an instruction; without one they are charged for 64 MiB.
 */
function feeOfRequested(
  chain: Chain,
  instructions: readonly TransactionInstruction[],
  payer: PublicKey,
  signatures: number,
  computeUnits: number,
  version: Version,
): number {
  const accounts = accountsOf(instructions, payer)
  const loaded =
    version === 1 || instructions.some(declaresLoadedBytes)
      ? accounts.reduce((sum, { key }) => sum + loadedBytes(chain, key), 0)
      : MOST_LOADED_BYTES
  const units =
    Math.ceil(computeUnits * REQUESTED_OF_USED) +
    signatures * SIMD_0553.unitsPerSignature +
    accounts.filter(({ isWritable }) => isWritable).length * SIMD_0553.unitsPerWriteLock +
    Math.floor(instructions.reduce((sum, { data }) => sum + data.length, 0) / SIMD_0553.bytesPerUnit) +
    Math.ceil(loaded / SIMD_0553.loadedStepBytes) * SIMD_0553.unitsPerLoadedStep
  return signatures * SIMD_0553.lamportsPerSignature + Math.ceil(units / SIMD_0553.unitsPerLamport)
}

function roleOf({ isSigner, isWritable }: { isSigner: boolean; isWritable: boolean }): AccountRole {
  if (isSigner) return isWritable ? AccountRole.WRITABLE_SIGNER : AccountRole.READONLY_SIGNER
  return isWritable ? AccountRole.WRITABLE : AccountRole.READONLY
}

/** A signed transaction of version 1, whose head sets the limits of compute units and of loaded bytes. */
async function signVersion1(
  chain: Chain,
  instructions: readonly TransactionInstruction[],
  signers: readonly [Keypair, ...Keypair[]],
): Promise<Uint8Array> {
  chain.svm.expireBlockhash()
  const lifetime = {
    blockhash: chain.svm.latestBlockhash() as Blockhash,
    lastValidBlockHeight: 2n ** 64n - 1n,
  }
  const message = pipe(
    createTransactionMessage({ version: 1 }),
    (built) => setTransactionMessageFeePayer(kitAddress(signers[0].publicKey.toBase58()), built),
    (built) => setTransactionMessageLifetimeUsingBlockhash(lifetime, built),
    (built) => setTransactionMessageComputeUnitLimit(MOST_COMPUTE_UNITS, built),
    (built) => setTransactionMessageLoadedAccountsDataSizeLimit(MOST_LOADED_BYTES, built),
    (built) =>
      appendTransactionMessageInstructions(
        instructions.map(({ programId, keys, data }) => ({
          programAddress: kitAddress(programId.toBase58()),
          accounts: keys.map((key) => ({ address: kitAddress(key.pubkey.toBase58()), role: roleOf(key) })),
          data: new Uint8Array(data),
        })),
        built,
      ),
  )
  const keys = await Promise.all(signers.map((signer) => createKeyPairFromBytes(signer.secretKey)))
  const signed = await signTransaction(keys, compileTransaction(message))
  return Uint8Array.from(getTransactionEncoder().encode(signed))
}

async function sign(
  chain: Chain,
  instructions: readonly TransactionInstruction[],
  signers: readonly [Keypair, ...Keypair[]],
  version: Version,
): Promise<Uint8Array> {
  if (version === 1) return signVersion1(chain, instructions, signers)
  const [payer] = signers
  return chain.sign(instructions, signers, { payer, computeUnits: MOST_COMPUTE_UNITS }).serialize()
}

/** How many bytes a transaction with the limit of compute units has; null when it is longer than it may be. */
export async function sizeOf(
  chain: Chain,
  instructions: readonly TransactionInstruction[],
  signers: readonly [Keypair, ...Keypair[]],
  version: Version = "legacy",
): Promise<number | null> {
  try {
    const { length } = await sign(chain, instructions, signers, version)
    return length <= TRANSACTION_BYTES[version] ? length : null
  } catch (error) {
    // Both libraries refuse to serialize what is too long, or names too many accounts.
    if (error instanceof RangeError || /too large|overruns|exceeds|TOO_MANY/i.test(String(error))) return null
    throw error
  }
}

/** The largest `count` up to `most` of which `instructions(count)` fits a transaction. */
export async function mostThatFit(
  chain: Chain,
  most: number,
  instructions: (count: number) => readonly TransactionInstruction[],
  signers: readonly [Keypair, ...Keypair[]],
  version: Version = "legacy",
): Promise<number> {
  let [fits, doesNot] = [0, most + 1]
  while (doesNot - fits > 1) {
    const middle = Math.floor((fits + doesNot) / 2)
    if ((await sizeOf(chain, instructions(middle), signers, version)) === null) doesNot = middle
    else fits = middle
  }
  return fits
}

/** Runs one transaction, whose fee the first signer pays, and measures it. */
export async function measure(
  chain: Chain,
  instructions: TransactionInstruction | readonly TransactionInstruction[],
  signers: readonly [Keypair, ...Keypair[]],
  version: Version = "legacy",
): Promise<Measured> {
  const all = instructions instanceof TransactionInstruction ? [instructions] : instructions
  const held = (): number =>
    signers.reduce((sum, { publicKey }) => sum + (chain.getAccount(publicKey)?.lamports ?? 0), 0)
  const bytes = await sign(chain, all, signers, version)
  if (bytes.length > TRANSACTION_BYTES[version]) throw new Error(`a transaction of ${bytes.length} bytes`)

  const before = held()
  const sent: Sent = chain.sendBytes(bytes)
  const fee = signers.length * LAMPORTS_PER_SIGNATURE
  const budgetInstructions = all.filter(({ programId }) =>
    programId.equals(ComputeBudgetProgram.programId),
  ).length
  const limits = (version === "legacy" ? 1 : 0) + budgetInstructions
  const computeUnits = sent.computeUnits - limits * LIMIT_INSTRUCTION_UNITS
  const [payer] = signers
  return {
    computeUnits,
    bytes: bytes.length,
    signatures: signers.length,
    fee,
    rent: before - held() - fee,
    feeOfRequested: feeOfRequested(chain, all, payer.publicKey, signers.length, sent.computeUnits, version),
    logs: sent.logs,
  }
}

/** Compute units that `program` used inside others, as the logs say. */
export function unitsOfInner(measured: Measured, program: PublicKey): number {
  const line = new RegExp(`^Program ${program.toBase58()} consumed (\\d+) of`)
  return measured.logs.reduce((sum, log) => sum + Number(line.exec(log)?.[1] ?? 0), 0)
}

/** Declares what is loaded: 8 bytes of a legacy transaction that sets the limit of compute units anyway. */
export function loadedBytesInstruction(bytes: number): TransactionInstruction {
  const data = Buffer.alloc(5)
  data.writeUInt8(SET_LOADED_BYTES, 0)
  data.writeUInt32LE(bytes, 1)
  return new TransactionInstruction({ programId: ComputeBudgetProgram.programId, keys: [], data })
}
