import type { PublicKey, TransactionInstruction } from "@solana/web3.js"
import { STK_PROGRAM_ID } from "../constants.js"
import { InvalidAccountError, InvalidArgumentError } from "../errors/base.js"
import { Reader, startsWith, type IdlField } from "../idl/codec.js"
import { STK_IDL } from "../idl/constant.js"
import { decodeScoreBatch } from "../math/batch.js"
import type { InstructionName } from "./encode.js"

/** What an instruction of the program says, in the names of the IDL. */
export interface DecodedInstruction {
  name: InstructionName
  /** Addresses by the names of the accounts. */
  accounts: Readonly<Record<string, PublicKey>>
  /** Addresses behind those with a name. */
  remaining: readonly PublicKey[]
  /** Arguments by their names. */
  args: Readonly<Record<string, unknown>>
}

/** Bitmap and counts follow the header without lengths: what the IDL cannot say. */
function readBatch(bytes: Uint8Array): Record<string, unknown> | null {
  try {
    const batch = decodeScoreBatch(bytes)
    const members = batch.bitmap.reduce((sum, octet) => sum + bitsOf(octet), 0)
    return batch.counts.length === members * batch.bytesPerMember ? { batch } : null
  } catch (error) {
    if (error instanceof InvalidArgumentError) return null
    throw error
  }
}

const bitsOf = (octet: number): number => (octet === 0 ? 0 : (octet & 1) + bitsOf(octet >>> 1))

function readArguments(fields: readonly IdlField[], bytes: Uint8Array): Record<string, unknown> | null {
  const reader = new Reader(bytes, "Instruction")
  try {
    const args = reader.struct(fields)
    return reader.rest === 0 ? args : null
  } catch (error) {
    if (error instanceof InvalidAccountError) return null
    throw error
  }
}

/** Reads an instruction; null when it is another program's, or has other bytes than the program's own have. */
export function decodeInstruction(
  instruction: TransactionInstruction,
  programId: PublicKey = STK_PROGRAM_ID,
): DecodedInstruction | null {
  const { keys, data } = instruction
  const definition = STK_IDL.instructions.find((each) => startsWith(data, each.discriminator))
  if (!definition || !instruction.programId.equals(programId)) return null
  const named = definition.accounts.map((account) => account.name)
  const bytes = data.subarray(definition.discriminator.length)
  const args = definition.name === "submitScores" ? readBatch(bytes) : readArguments(definition.args, bytes)
  if (!args || keys.length < named.length) return null
  const addresses = keys.map((key) => key.pubkey)
  const accounts = Object.fromEntries(
    named.flatMap((name, index): [string, PublicKey][] => {
      const address = addresses[index]
      return address ? [[name, address]] : []
    }),
  )
  return { name: definition.name, accounts, remaining: addresses.slice(named.length), args }
}
