import type { PublicKey, TransactionInstruction } from "@solana/web3.js"
import { TOKEN_PROGRAM_ID } from "@solana/spl-token"
import { STK_PROGRAM_ID, type InflowValue } from "../../constants.js"
import { reservePda, reserveVaultPda, startupPda } from "../../pdas.js"
import { encodeInstruction, type ProgramParameters } from "../encode.js"

/** Parameters of {@link depositReserveInstruction}. */
export interface DepositReserveParameters extends ProgramParameters {
  depositor: PublicKey
  economy: PublicKey
  /** Index of the asset in the reserve. */
  asset: number
  /** Mint of that asset. */
  mint: PublicKey
  inflow: InflowValue
  /** Id of the startup whose share it is; null for a subscription or donation. */
  startup: number | null
  /** Token account that the depositor owns. */
  source: PublicKey
  /** Base units of the whole payment, of which the share is taken. */
  gross: bigint
  /** Public; 1 to 64 bytes of UTF-8. */
  reference: string
}

/** Moves the reserve's share of a payment into its vault and books it. Anyone may. @throws {ShareNotSet} @throws {AmountIsZero} */
export function depositReserveInstruction(p: DepositReserveParameters): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  const [reserve] = reservePda(p.economy, programId)
  const [vault] = reserveVaultPda(p.economy, p.mint, programId)
  const accounts = {
    depositor: p.depositor,
    economy: p.economy,
    reserve,
    // The program's own address stands for an account that is left out.
    startup: p.startup === null ? programId : startupPda(p.economy, p.startup, programId)[0],
    vault,
    source: p.source,
    tokenProgram: TOKEN_PROGRAM_ID,
  }
  const { asset, inflow, gross, reference } = p
  return encodeInstruction("depositReserve", accounts, { asset, inflow, gross, reference }, programId)
}
