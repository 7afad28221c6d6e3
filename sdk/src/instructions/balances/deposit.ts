import type { PublicKey, TransactionInstruction } from "@solana/web3.js"
import { TOKEN_PROGRAM_ID } from "@solana/spl-token"
import { STK_PROGRAM_ID } from "../../constants.js"
import { pagePda, vaultPda } from "../../pdas.js"
import { encodeInstruction, type ProgramParameters } from "../encode.js"

/** Parameters of {@link depositInstruction}. */
export interface DepositParameters extends ProgramParameters {
  wallet: PublicKey
  economy: PublicKey
  /** Index of the member's page. */
  page: number
  slot: number
  /** Token account that the wallet owns. */
  source: PublicKey
  /** Base units. */
  amount: bigint
}

/** Moves tokens from a member's SPL account into the balance. The member may. @throws {WrongMember} @throws {AmountIsZero} */
export function depositInstruction(p: DepositParameters): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  const [page] = pagePda(p.economy, p.page, programId)
  const [vault] = vaultPda(p.economy, programId)
  const accounts = {
    wallet: p.wallet,
    economy: p.economy,
    page,
    vault,
    source: p.source,
    tokenProgram: TOKEN_PROGRAM_ID,
  }
  return encodeInstruction("deposit", accounts, { slot: p.slot, amount: p.amount }, programId)
}
