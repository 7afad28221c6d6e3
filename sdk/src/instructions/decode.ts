import type { PublicKey, TransactionInstruction } from "@solana/web3.js"
import { STK_PROGRAM_ID } from "../constants.js"
import { InvalidAccountError } from "../errors/base.js"
import { Reader, startsWith, type IdlField } from "../idl/codec.js"
import { STK_IDL } from "../idl/constant.js"
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

/** Reads an instruction; null when it is another program's, or none that the IDL describes completely. */
export function decodeInstruction(
  instruction: TransactionInstruction,
  programId: PublicKey = STK_PROGRAM_ID,
): DecodedInstruction | null {
  const { keys, data } = instruction
  const definition = STK_IDL.instructions.find((each) => startsWith(data, each.discriminator))
  if (!definition || !instruction.programId.equals(programId)) return null
  const named = definition.accounts.map((account) => account.name)
  const args = readArguments(definition.args, data.subarray(definition.discriminator.length))
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
