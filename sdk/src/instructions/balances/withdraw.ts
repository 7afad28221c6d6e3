import type { PublicKey, TransactionInstruction } from "@solana/web3.js"
import { TOKEN_PROGRAM_ID } from "@solana/spl-token"
import { STK_PROGRAM_ID } from "../../constants.js"
import { pagePda, vaultPda } from "../../pdas.js"
import { encodeInstruction, type ProgramParameters } from "../encode.js"

/** Parameters of {@link withdrawInstruction}. */
export interface WithdrawParameters extends ProgramParameters {
  wallet: PublicKey
  economy: PublicKey
  /** Index of the member's page. */
  page: number
  slot: number
  /** Token account that the wallet owns. */
  destination: PublicKey
  /** Base units. */
  amount: bigint
}

/** Moves part of a balance to an SPL account of the member. The member may. @throws {WrongMember} @throws {BalanceTooSmall} */
export function withdrawInstruction(p: WithdrawParameters): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  const [page] = pagePda(p.economy, p.page, programId)
  const [vault] = vaultPda(p.economy, programId)
  const accounts = {
    wallet: p.wallet,
    economy: p.economy,
    page,
    vault,
    destination: p.destination,
    tokenProgram: TOKEN_PROGRAM_ID,
  }
  return encodeInstruction("withdraw", accounts, { slot: p.slot, amount: p.amount }, programId)
}
