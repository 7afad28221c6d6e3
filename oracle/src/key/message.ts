import { decodeInstruction, STK_PROGRAM_ID, type DecodedInstruction } from "@stk/sdk"
import {
  ComputeBudgetInstruction,
  ComputeBudgetProgram,
  SystemInstruction,
  SystemProgram,
  TransactionMessage,
  VersionedMessage,
  type Message,
  type MessageV0,
  type PublicKey,
  type TransactionInstruction,
} from "@solana/web3.js"
import { LAMPORTS_PER_SIGNATURE } from "../chain/steps"

/** What the bytes of a message say: whoever signs decides by this, and never by what somebody says about them. */

/** Bytes do not say what they do, or do what nobody here signs. */
export class UnreadableMessage extends Error {}

/** One instruction, as far as anybody here may sign it. */
export type Action =
  | { program: "stk"; instruction: DecodedInstruction }
  | { program: "system"; from: PublicKey; to: PublicKey; lamports: bigint }

export interface ReadMessage {
  bytes: Uint8Array
  payer: PublicKey
  /** All that must sign, the payer first. */
  signers: readonly PublicKey[]
  /** A recent blockhash, or the value of the nonce. */
  blockhash: string
  /** The durable nonce that the message uses up; null for a recent blockhash. */
  nonce: { account: PublicKey; authority: PublicKey } | null
  computeUnitLimit: number
  microLamportsPerUnit: bigint
  /** Lamports that the payer pays at most, rent apart. */
  fee: bigint
  actions: readonly Action[]
  /** Without compute budget and nonce: what is done. */
  instructions: readonly TransactionInstruction[]
}

const MOST_COMPUTE_UNITS = 1_400_000
const MICRO = 1_000_000n
const LIMIT_BYTES = 5
const PRICE_BYTES = 9
const TRANSFER_BYTES = 12
const ADVANCE_BYTES = 4

/** @throws {UnreadableMessage} when anything in it is not understood completely */
export function readMessage(bytes: Uint8Array): ReadMessage {
  const message = parse(bytes)
  const { instructions } = decompile(message)
  const signers = message.staticAccountKeys.slice(0, message.header.numRequiredSignatures)
  const [payer] = signers
  if (payer === undefined) throw new UnreadableMessage("nobody pays for it")
  let nonce: ReadMessage["nonce"] = null
  let limit: number | null = null
  let price: bigint | null = null
  const actions: Action[] = []
  const rest: TransactionInstruction[] = []
  for (const [index, instruction] of instructions.entries()) {
    const { programId } = instruction
    if (programId.equals(ComputeBudgetProgram.programId)) {
      const budget = readBudget(instruction)
      if ("units" in budget ? limit !== null : price !== null)
        throw new UnreadableMessage("sets its compute budget twice")
      if ("units" in budget) limit = budget.units
      else price = budget.microLamports
      continue
    }
    if (programId.equals(SystemProgram.programId)) {
      const read = readSystem(instruction)
      if ("account" in read) {
        if (index > 0) throw new UnreadableMessage("advances a nonce behind another instruction")
        nonce = read
        continue
      }
      actions.push(read)
    } else if (programId.equals(STK_PROGRAM_ID)) {
      const decoded = decodeInstruction(instruction)
      if (decoded === null) throw new UnreadableMessage("calls the stk program in a way that nobody knows")
      actions.push({ program: "stk", instruction: decoded })
    } else throw new UnreadableMessage(`calls the program ${programId.toBase58()}`)
    rest.push(instruction)
  }
  if (actions.length === 0) throw new UnreadableMessage("does nothing")
  const computeUnitLimit = limit ?? MOST_COMPUTE_UNITS
  const microLamportsPerUnit = price ?? 0n
  return {
    bytes,
    payer,
    signers,
    blockhash: message.recentBlockhash,
    nonce,
    computeUnitLimit,
    microLamportsPerUnit,
    fee:
      LAMPORTS_PER_SIGNATURE * BigInt(signers.length) +
      (microLamportsPerUnit * BigInt(computeUnitLimit) + MICRO - 1n) / MICRO,
    actions,
    instructions: rest,
  }
}

function parse(bytes: Uint8Array): Message | MessageV0 {
  let message: VersionedMessage
  try {
    message = VersionedMessage.deserialize(bytes)
  } catch {
    throw new UnreadableMessage("is not a message")
  }
  if (message.version === 1) throw new UnreadableMessage("is a message of version 1")
  // What a table hides can be changed after the signature.
  if (message.addressTableLookups.length > 0) throw new UnreadableMessage("hides accounts in a lookup table")
  const keys = message.staticAccountKeys.map((key) => key.toBase58())
  if (new Set(keys).size !== keys.length) throw new UnreadableMessage("names an account twice")
  let again: Uint8Array
  try {
    again = message.serialize()
  } catch {
    throw new UnreadableMessage("is not a message")
  }
  // Other bytes with the same meaning to us may have another one to a validator.
  if (!Buffer.from(again).equals(bytes)) throw new UnreadableMessage("is not written in the usual way")
  return message
}

function decompile(message: Message | MessageV0): TransactionMessage {
  try {
    return TransactionMessage.decompile(message)
  } catch {
    throw new UnreadableMessage("names accounts that it does not have")
  }
}

function readBudget(instruction: TransactionInstruction): { units: number } | { microLamports: bigint } {
  const { data, keys } = instruction
  if (keys.length === 0 && data.length === LIMIT_BYTES && data[0] === 2)
    return { units: ComputeBudgetInstruction.decodeSetComputeUnitLimit(instruction).units }
  if (keys.length === 0 && data.length === PRICE_BYTES && data[0] === 3) {
    const { microLamports } = ComputeBudgetInstruction.decodeSetComputeUnitPrice(instruction)
    return { microLamports: BigInt(microLamports) }
  }
  throw new UnreadableMessage("asks for a compute budget other than limit and price")
}

function readSystem(
  instruction: TransactionInstruction,
): { account: PublicKey; authority: PublicKey } | (Action & { program: "system" }) {
  const { data } = instruction
  const kind = data.length >= ADVANCE_BYTES ? data.readUInt32LE(0) : -1
  try {
    if (kind === 4 && data.length === ADVANCE_BYTES) {
      const { noncePubkey, authorizedPubkey } = SystemInstruction.decodeNonceAdvance(instruction)
      return { account: noncePubkey, authority: authorizedPubkey }
    }
    if (kind === 2 && data.length === TRANSFER_BYTES) {
      const { fromPubkey, toPubkey, lamports } = SystemInstruction.decodeTransfer(instruction)
      return { program: "system", from: fromPubkey, to: toPubkey, lamports }
    }
  } catch {
    // Falls through: too few accounts.
  }
  throw new UnreadableMessage("calls the system program for something else than a transfer or a nonce")
}
