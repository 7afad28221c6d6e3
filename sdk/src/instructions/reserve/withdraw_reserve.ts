import type { PublicKey, TransactionInstruction } from "@solana/web3.js"
import { TOKEN_PROGRAM_ID } from "@solana/spl-token"
import { STK_PROGRAM_ID } from "../../constants.js"
import { reservePda, reserveVaultPda } from "../../pdas.js"
import { encodeInstruction, type ProgramParameters } from "../encode.js"

/** Parameters of {@link withdrawReserveInstruction}. */
export interface WithdrawReserveParameters extends ProgramParameters {
  treasurer: PublicKey
  economy: PublicKey
  /** Index of the asset in the reserve. */
  asset: number
  /** Mint of that asset. */
  mint: PublicKey
  /** Any token account of that mint. */
  destination: PublicKey
  /** Base units of the asset. */
  amount: bigint
  /** Public; 1 to 64 bytes of UTF-8. */
  reason: string
}

/** Pays an asset out of the reserve. The treasurer may. @throws {WeeklyLimitReached} @throws {ReserveTooSmall} */
export function withdrawReserveInstruction(p: WithdrawReserveParameters): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  const [reserve] = reservePda(p.economy, programId)
  const [vault] = reserveVaultPda(p.economy, p.mint, programId)
  const accounts = {
    treasurer: p.treasurer,
    economy: p.economy,
    reserve,
    vault,
    destination: p.destination,
    tokenProgram: TOKEN_PROGRAM_ID,
  }
  const { asset, amount, reason } = p
  return encodeInstruction("withdrawReserve", accounts, { asset, amount, reason }, programId)
}
