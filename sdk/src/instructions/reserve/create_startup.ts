import { SystemProgram, type PublicKey, type TransactionInstruction } from "@solana/web3.js"
import { STK_PROGRAM_ID } from "../../constants.js"
import { reservePda, startupPda } from "../../pdas.js"
import { encodeInstruction, type ProgramParameters } from "../encode.js"

/** Parameters of {@link createStartupInstruction}. */
export interface CreateStartupParameters extends ProgramParameters {
  /** Pays the rent. */
  treasurer: PublicKey
  economy: PublicKey
  /** The reserve's next id: `startups`. */
  startup: number
  /** 1 to 32 bytes of UTF-8. */
  name: string
}

/** Records a startup of the ecosystem, without a share. The treasurer may. @throws {BadName} */
export function createStartupInstruction(p: CreateStartupParameters): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  const [reserve] = reservePda(p.economy, programId)
  const [startup] = startupPda(p.economy, p.startup, programId)
  const accounts = {
    treasurer: p.treasurer,
    economy: p.economy,
    reserve,
    startup,
    systemProgram: SystemProgram.programId,
  }
  return encodeInstruction("createStartup", accounts, { name: p.name }, programId)
}
