import type { PublicKey, TransactionInstruction } from "@solana/web3.js"
import { TOKEN_PROGRAM_ID } from "@solana/spl-token"
import { STK_PROGRAM_ID } from "../../constants.js"
import { quoteVaultPda, stabilisationPda } from "../../pdas.js"
import { encodeInstruction, type ProgramParameters } from "../encode.js"

/** Parameters of {@link withdrawQuoteInstruction}. */
export interface WithdrawQuoteParameters extends ProgramParameters {
  treasurer: PublicKey
  economy: PublicKey
  /** Any account of the quote token. */
  destination: PublicKey
  /** Base units of the quote token. */
  amount: bigint
  /** 1 to 64 bytes of UTF-8. */
  reason: string
}

/** Moves quote tokens that no open buyback has promised out. The treasurer may. @throws {QuoteTooSmall} @throws {BadReason} */
export function withdrawQuoteInstruction(p: WithdrawQuoteParameters): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  const accounts = {
    treasurer: p.treasurer,
    economy: p.economy,
    stabilisation: stabilisationPda(p.economy, programId)[0],
    quoteVault: quoteVaultPda(p.economy, programId)[0],
    destination: p.destination,
    tokenProgram: TOKEN_PROGRAM_ID,
  }
  return encodeInstruction("withdrawQuote", accounts, { amount: p.amount, reason: p.reason }, programId)
}
