import type { PublicKey, TransactionInstruction } from "@solana/web3.js"
import { TOKEN_PROGRAM_ID } from "@solana/spl-token"
import { STK_PROGRAM_ID } from "../../constants.js"
import { quoteVaultPda, stabilisationPda } from "../../pdas.js"
import { encodeInstruction, type ProgramParameters } from "../encode.js"

/** Parameters of {@link fundBuybackInstruction}. */
export interface FundBuybackParameters extends ProgramParameters {
  /** Owns the source. */
  payer: PublicKey
  economy: PublicKey
  /** Account of the quote token. */
  source: PublicKey
  /** Base units of the quote token. */
  amount: bigint
}

/** Moves quote tokens into the vault that buybacks pay from. Anyone may. @throws {AmountIsZero} */
export function fundBuybackInstruction(p: FundBuybackParameters): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  const accounts = {
    payer: p.payer,
    economy: p.economy,
    stabilisation: stabilisationPda(p.economy, programId)[0],
    quoteVault: quoteVaultPda(p.economy, programId)[0],
    source: p.source,
    tokenProgram: TOKEN_PROGRAM_ID,
  }
  return encodeInstruction("fundBuyback", accounts, { amount: p.amount }, programId)
}
