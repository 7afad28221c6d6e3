import { SystemProgram, type PublicKey, type TransactionInstruction } from "@solana/web3.js"
import { STK_PROGRAM_ID } from "../../constants.js"
import type { Defined } from "../../idl/codec.js"
import { governanceAuthorityPda, governancePda } from "../../pdas.js"
import { encodeInstruction, type ProgramParameters } from "../encode.js"

/** How an economy votes. */
export type GovernanceParameters = Defined<"governanceParameters">

/** Parameters of {@link createGovernanceInstruction}. */
export interface CreateGovernanceParameters extends ProgramParameters {
  /** Pays the rent. */
  admin: PublicKey
  economy: PublicKey
  parameters: GovernanceParameters
}

/**
 * Creates the governance of an economy, which holds no role until one is handed to it. The admin may.
 * @throws {NotAdmin} @throws {BadVotingTime} @throws {DelayTooLong} @throws {BadQuorum}
 */
export function createGovernanceInstruction(p: CreateGovernanceParameters): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  const [governance] = governancePda(p.economy, programId)
  const [authority] = governanceAuthorityPda(p.economy, programId)
  const accounts = {
    admin: p.admin,
    economy: p.economy,
    governance,
    authority,
    systemProgram: SystemProgram.programId,
  }
  return encodeInstruction("createGovernance", accounts, { parameters: p.parameters }, programId)
}
