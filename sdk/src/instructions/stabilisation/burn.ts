import type { PublicKey, TransactionInstruction } from "@solana/web3.js"
import { TOKEN_PROGRAM_ID } from "@solana/spl-token"
import { STK_PROGRAM_ID, type Fund } from "../../constants.js"
import { stabilisationPda, vaultPda } from "../../pdas.js"
import { encodeInstruction, type ProgramParameters } from "../encode.js"

/** Parameters of {@link burnInstruction}. */
export interface BurnParameters extends ProgramParameters {
  treasurer: PublicKey
  economy: PublicKey
  mint: PublicKey
  fund: typeof Fund.Treasury | typeof Fund.Liquidity
  /** Base units. */
  amount: bigint
  /** 1 to 64 bytes of UTF-8. */
  reason: string
}

/** Burns tokens of the Treasury or the Liquidity fund. The treasurer may. @throws {NoBurnTrigger} @throws {FundTooSmall} */
export function burnInstruction(p: BurnParameters): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  const accounts = {
    treasurer: p.treasurer,
    economy: p.economy,
    stabilisation: stabilisationPda(p.economy, programId)[0],
    mint: p.mint,
    vault: vaultPda(p.economy, programId)[0],
    tokenProgram: TOKEN_PROGRAM_ID,
  }
  const args = { fund: p.fund, amount: p.amount, reason: p.reason }
  return encodeInstruction("burn", accounts, args, programId)
}
