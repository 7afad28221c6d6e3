import type { PublicKey, TransactionInstruction } from "@solana/web3.js"
import { STK_PROGRAM_ID } from "../../constants.js"
import { governanceAuthorityPda, governancePda } from "../../pdas.js"
import { encodeInstruction, type ProgramParameters } from "../encode.js"
import type { GovernanceParameters } from "./create_governance.js"

/** Parameters of {@link setGovernanceInstruction}. */
export interface SetGovernanceParameters extends ProgramParameters {
  economy: PublicKey
  parameters: GovernanceParameters
}

/**
 * Changes how later proposals are voted on. Only the governance's authority can sign it: to be proposed.
 * @throws {NotGovernance}
 * @throws {BadVotingTime} @throws {DelayTooLong} @throws {BadQuorum}
 */
export function setGovernanceInstruction(p: SetGovernanceParameters): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  const [governance] = governancePda(p.economy, programId)
  const [authority] = governanceAuthorityPda(p.economy, programId)
  return encodeInstruction(
    "setGovernance",
    { authority, governance },
    { parameters: p.parameters },
    programId,
  )
}
