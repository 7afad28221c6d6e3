import type { PublicKey, TransactionInstruction } from "@solana/web3.js"
import { TOKEN_PROGRAM_ID } from "@solana/spl-token"
import { STK_PROGRAM_ID } from "../../constants.js"
import { quoteVaultPda, stabilisationPda, vaultPda } from "../../pdas.js"
import { encodeInstruction, type ProgramParameters } from "../encode.js"

/** Parameters of {@link fillBuybackInstruction}. */
export interface FillBuybackParameters extends ProgramParameters {
  /** Owns source and destination. */
  seller: PublicKey
  economy: PublicKey
  /** Account of the economy's token. */
  source: PublicKey
  /** Account of the quote token. */
  destination: PublicKey
  /** Base units that are sold. */
  amount: bigint
  /** Fewest base units of the quote token to sell for. */
  minQuote: bigint
}

/** Sells tokens to the open buyback. Anyone may. @throws {NoOpenBuyback} @throws {QuoteBelowMinimum} @throws {BuybackTooSmall} */
export function fillBuybackInstruction(p: FillBuybackParameters): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  const accounts = {
    seller: p.seller,
    economy: p.economy,
    stabilisation: stabilisationPda(p.economy, programId)[0],
    vault: vaultPda(p.economy, programId)[0],
    quoteVault: quoteVaultPda(p.economy, programId)[0],
    source: p.source,
    destination: p.destination,
    tokenProgram: TOKEN_PROGRAM_ID,
  }
  return encodeInstruction("fillBuyback", accounts, { amount: p.amount, minQuote: p.minQuote }, programId)
}
