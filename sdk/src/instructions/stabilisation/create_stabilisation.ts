import type { PublicKey, TransactionInstruction } from "@solana/web3.js"
import { TOKEN_PROGRAM_ID } from "@solana/spl-token"
import { SystemProgram } from "@solana/web3.js"
import { STK_PROGRAM_ID } from "../../constants.js"
import { quoteVaultPda, stabilisationPda } from "../../pdas.js"
import { encodeInstruction, type ProgramParameters } from "../encode.js"

/** Parameters of {@link createStabilisationInstruction}. */
export interface CreateStabilisationParameters extends ProgramParameters {
  /** Pays the rent. */
  treasurer: PublicKey
  economy: PublicKey
  /** The token that prices are quoted in, such as USDC. */
  quoteMint: PublicKey
  /** Most base units of the quote token that one buyback may spend. */
  buybackLimit: bigint
  /** Seconds between the openings of two buybacks. */
  cooldownSeconds: number
}

/** Creates the account of prices and buybacks with its vault. The treasurer may. @throws {BadQuoteMint} @throws {DelayTooLong} */
export function createStabilisationInstruction(p: CreateStabilisationParameters): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  const accounts = {
    treasurer: p.treasurer,
    economy: p.economy,
    stabilisation: stabilisationPda(p.economy, programId)[0],
    quoteMint: p.quoteMint,
    quoteVault: quoteVaultPda(p.economy, programId)[0],
    tokenProgram: TOKEN_PROGRAM_ID,
    systemProgram: SystemProgram.programId,
  }
  const args = { buybackLimit: p.buybackLimit, cooldownSeconds: p.cooldownSeconds }
  return encodeInstruction("createStabilisation", accounts, args, programId)
}
