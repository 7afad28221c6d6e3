import { STK_IDL } from "@stk/sdk"
import { TransactionInstruction, type AccountMeta, type PublicKey } from "@solana/web3.js"

interface IdlAccount {
  readonly name: string
  readonly writable?: boolean
  readonly signer?: boolean
  readonly address?: string
}

/** The accounts that an instruction takes, in the order of the IDL. */
export function accountsOf(instruction: string): readonly IdlAccount[] {
  const definition = STK_IDL.instructions.find(({ name }) => name === instruction)
  if (definition === undefined) throw new Error(`the IDL has no instruction ${instruction}`)
  return definition.accounts
}

/** Name of the instruction that data begins with. */
function nameOf(data: Buffer): string {
  const found = STK_IDL.instructions.find(({ discriminator }) =>
    data.subarray(0, discriminator.length).equals(Buffer.from(discriminator)),
  )
  if (found === undefined) throw new Error("the IDL has no such instruction")
  return found.name
}

/** The same instruction with something else about one of its accounts. */
export function withMeta(
  instruction: TransactionInstruction,
  index: number,
  change: Partial<AccountMeta>,
): TransactionInstruction {
  const keys = instruction.keys.map((key, place) => (place === index ? { ...key, ...change } : key))
  return new TransactionInstruction({ programId: instruction.programId, keys, data: instruction.data })
}

/** The same instruction with another address for the account of this name. */
export function withAccount(
  instruction: TransactionInstruction,
  name: string,
  pubkey: PublicKey,
): TransactionInstruction {
  const index = accountsOf(nameOf(instruction.data)).findIndex((account) => account.name === name)
  if (index < 0) throw new Error(`${nameOf(instruction.data)} takes no account ${name}`)
  return withMeta(instruction, index, { pubkey })
}

/** The same instruction with other data behind its discriminator. */
export function withData(instruction: TransactionInstruction, data: Uint8Array): TransactionInstruction {
  const { programId, keys } = instruction
  return new TransactionInstruction({
    programId,
    keys,
    data: Buffer.concat([instruction.data.subarray(0, 8), data]),
  })
}
