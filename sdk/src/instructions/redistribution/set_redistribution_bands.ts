import type { PublicKey, TransactionInstruction } from "@solana/web3.js"
import type { RedistributionBand } from "../../accounts/economy.js"
import { STK_PROGRAM_ID } from "../../constants.js"
import type { Tuple } from "../../idl/codec.js"
import { encodeInstruction, type ProgramParameters } from "../encode.js"

/** Parameters of {@link setRedistributionBandsInstruction}. */
export interface SetRedistributionBandsParameters extends ProgramParameters {
  admin: PublicKey
  economy: PublicKey
  /** By rising days from 30 on, with shares that never fall, up to 2,500 basis points; all zero for no redistribution. */
  bands: Tuple<RedistributionBand, 3>
}

/** Sets from how many inactive days on how much is taken each quarter. The admin may. @throws {BadBands} */
export function setRedistributionBandsInstruction(
  p: SetRedistributionBandsParameters,
): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  const accounts = { admin: p.admin, economy: p.economy }
  return encodeInstruction("setRedistributionBands", accounts, { bands: p.bands }, programId)
}
