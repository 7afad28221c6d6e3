import { Buffer } from "buffer"
import { TransactionInstruction, type AccountMeta, type PublicKey } from "@solana/web3.js"
import { InvalidArgumentError } from "../errors/base.js"
import { Writer, type IdlField, type StructOf } from "../idl/codec.js"
import { STK_IDL } from "../idl/constant.js"

type InstructionDefinition = (typeof STK_IDL)["instructions"][number]
/** Names of the instructions, in camelCase. */
export type InstructionName = InstructionDefinition["name"]
type DefinitionOf<Name extends InstructionName> = Extract<InstructionDefinition, { name: Name }>
/** The addresses that an instruction takes; null for an optional account that is left out. */
export type AccountsOf<Name extends InstructionName> = {
  [Account in DefinitionOf<Name>["accounts"][number] as Account["name"]]: Account extends { optional: true }
    ? PublicKey | null
    : PublicKey
}
/** The arguments that an instruction takes. */
export type ArgumentsOf<Name extends InstructionName> = StructOf<DefinitionOf<Name>["args"]>

/** What every builder accepts besides its own parameters. */
export interface ProgramParameters {
  /** Where the program is deployed, if not at its own address. */
  programId?: PublicKey | undefined
}

interface AccountDefinition {
  name: string
  writable?: boolean
  signer?: boolean
  optional?: boolean
}

function definitionOf(name: InstructionName) {
  const definition = STK_IDL.instructions.find((each) => each.name === name)
  if (!definition) throw new InvalidArgumentError("name", "an instruction of the IDL", { details: [name] })
  return definition
}

function build(
  name: InstructionName,
  accounts: Readonly<Record<string, PublicKey | null>>,
  data: readonly Uint8Array[],
  programId: PublicKey,
  remaining: readonly AccountMeta[],
): TransactionInstruction {
  const { accounts: definitions, discriminator } = definitionOf(name)
  const keys = definitions.map((definition: AccountDefinition): AccountMeta => {
    const pubkey = accounts[definition.name]
    // The program's own address stands for an account that is left out.
    if (pubkey === null && definition.optional === true) {
      return { pubkey: programId, isSigner: false, isWritable: false }
    }
    if (!pubkey) throw new InvalidArgumentError(definition.name, "an address")
    return { pubkey, isSigner: definition.signer === true, isWritable: definition.writable === true }
  })
  return new TransactionInstruction({
    programId,
    keys: [...keys, ...remaining],
    data: Buffer.concat([Uint8Array.from(discriminator), ...data]),
  })
}

/** Builds an instruction from all of its accounts and arguments, laid out as the IDL says. */
export function encodeInstruction<Name extends InstructionName>(
  name: Name,
  accounts: AccountsOf<Name>,
  args: ArgumentsOf<Name>,
  programId: PublicKey,
  remaining: readonly AccountMeta[] = [],
): TransactionInstruction {
  const fields: readonly IdlField[] = definitionOf(name).args
  return build(name, accounts, [new Writer().struct(fields, args, "").finish()], programId, remaining)
}

/** The same for an instruction whose data the IDL cannot describe. */
export function encodeInstructionWithData<Name extends InstructionName>(
  name: Name,
  accounts: AccountsOf<Name>,
  data: Uint8Array,
  programId: PublicKey,
): TransactionInstruction {
  return build(name, accounts, [data], programId, [])
}
