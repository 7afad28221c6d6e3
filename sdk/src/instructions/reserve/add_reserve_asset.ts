import { SystemProgram, type PublicKey, type TransactionInstruction } from "@solana/web3.js"
import { TOKEN_PROGRAM_ID } from "@solana/spl-token"
import { STK_PROGRAM_ID, type ReserveKindValue } from "../../constants.js"
import { reservePda, reserveVaultPda } from "../../pdas.js"
import { encodeInstruction, type ProgramParameters } from "../encode.js"

/** Parameters of {@link addReserveAssetInstruction}. */
export interface AddReserveAssetParameters extends ProgramParameters {
  /** Pays the rent. */
  treasurer: PublicKey
  economy: PublicKey
  /** A mint of the token program; for SOL that of wrapped SOL. */
  mint: PublicKey
  kind: ReserveKindValue
}

/** Adds a mint to the reserve. The treasurer may. @throws {AssetAlreadyAdded} @throws {ReserveIsFull} @throws {OwnToken} */
export function addReserveAssetInstruction(p: AddReserveAssetParameters): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  const [reserve] = reservePda(p.economy, programId)
  const [vault] = reserveVaultPda(p.economy, p.mint, programId)
  const accounts = {
    treasurer: p.treasurer,
    economy: p.economy,
    reserve,
    assetMint: p.mint,
    vault,
    tokenProgram: TOKEN_PROGRAM_ID,
    systemProgram: SystemProgram.programId,
  }
  return encodeInstruction("addReserveAsset", accounts, { kind: p.kind }, programId)
}
