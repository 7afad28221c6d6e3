import { TOKEN_PROGRAM_ID } from "@solana/spl-token"
import { SystemProgram, type PublicKey, type TransactionInstruction } from "@solana/web3.js"
import { STK_PROGRAM_ID } from "../../constants.js"
import type { Tuple } from "../../idl/codec.js"
import { economyPda, vaultPda } from "../../pdas.js"
import { encodeInstruction, type ProgramParameters } from "../encode.js"

/** An event type of a new economy. */
export interface EventTypeParameters {
  /** 1 to 32 bytes of UTF-8, unique in the economy. */
  name: string
  /** Points for one event; 0 for a type that is known but not scored. */
  weight: number
  /** Most counted events of a member in a UTC day. */
  dailyLimit: number
}

/** The rules of a new economy. None of them can be changed afterwards. Amounts are base units. */
export interface EconomyParameters {
  /** 1 to 32 bytes of UTF-8. */
  name: string
  /** 1 to 10 bytes of UTF-8. */
  symbol: string
  /** Unix seconds; null for the time of the creation. */
  genesis: number | null
  /** Emitted in each year before the first halving. */
  emissionFirstYear: bigint
  /** Years between halvings. */
  halvingYears: number
  /** Can ever be minted. */
  emissionCap: bigint
  /** Basis points of each fund, by `Fund`; they sum to 10,000. */
  fundBps: Tuple<number, 5>
  /** Coefficient of levels 1 to 8 in tenths; 0 for a level that does not exist. */
  levelTenths: Tuple<number, 8>
  /** Coefficient of 1 to 5 weeks in a row in hundredths. */
  streakHundredths: Tuple<number, 5>
  /** 1 to 16; those with a weight are scored, in this order. */
  eventTypes: readonly EventTypeParameters[]
  /** How long a sealed week waits before it may be settled; at most 30 days. */
  settleDelaySeconds: number
  /** By how much the guardian may hold a week; at most 30 days, 0 for no hold. */
  holdSeconds: number
}

/** Parameters of {@link createEconomyInstruction}. */
export interface CreateEconomyParameters extends ProgramParameters {
  /** Pays the rent and receives every role. */
  payer: PublicKey
  /** A new address whose key signs too. */
  mint: PublicKey
  /** Decimals of the token, 3 to 9. */
  decimals: number
  parameters: EconomyParameters
}

/**
 * Creates an economy with its mint, vault and rules; nothing is minted. Anyone may; payer and mint sign.
 * @throws {FundSharesDoNotAddUp} @throws {CountsTooWide} @throws {BadEmission}
 */
export function createEconomyInstruction(p: CreateEconomyParameters): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  const [economy] = economyPda(p.mint, programId)
  const [vault] = vaultPda(economy, programId)
  const accounts = {
    payer: p.payer,
    mint: p.mint,
    economy,
    vault,
    tokenProgram: TOKEN_PROGRAM_ID,
    systemProgram: SystemProgram.programId,
  }
  return encodeInstruction(
    "createEconomy",
    accounts,
    { decimals: p.decimals, parameters: p.parameters },
    programId,
  )
}
