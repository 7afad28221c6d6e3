import type { PublicKey, TransactionInstruction } from "@solana/web3.js"
import { TOKEN_PROGRAM_ID } from "@solana/spl-token"
import { STK_PROGRAM_ID, type FundIndex } from "../../constants.js"
import { vaultPda } from "../../pdas.js"
import { encodeInstruction, type ProgramParameters } from "../encode.js"

/** Parameters of {@link withdrawFundInstruction}. */
export interface WithdrawFundParameters extends ProgramParameters {
  treasurer: PublicKey
  economy: PublicKey
  /** Any but the Rewards Pool. */
  fund: FundIndex
  /** Any token account of the economy's mint. */
  destination: PublicKey
  /** Base units. */
  amount: bigint
  /** Public; 1 to 64 bytes of UTF-8. */
  reason: string
}

/** Pays from a fund to a token account. The treasurer may. @throws {WeeklyLimitReached} @throws {TeamNotVested} */
export function withdrawFundInstruction(p: WithdrawFundParameters): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  const [vault] = vaultPda(p.economy, programId)
  const accounts = {
    treasurer: p.treasurer,
    economy: p.economy,
    vault,
    destination: p.destination,
    tokenProgram: TOKEN_PROGRAM_ID,
  }
  const { fund, amount, reason } = p
  return encodeInstruction("withdrawFund", accounts, { fund, amount, reason }, programId)
}
