import { SystemProgram, type PublicKey, type TransactionInstruction } from "@solana/web3.js"
import { STK_PROGRAM_ID } from "../../constants.js"
import { membershipPda, pagePda } from "../../pdas.js"
import { encodeInstruction, type ProgramParameters } from "../encode.js"

/** Parameters of {@link registerMembersInstruction}. */
export interface RegisterMembersParameters extends ProgramParameters {
  registrar: PublicKey
  economy: PublicKey
  /** Index of the page. */
  page: number
  wallets: readonly PublicKey[]
}

/**
 * Registers up to 32 wallets at level 1 in the first page with free slots. The registrar may, and pays the rent.
 * @throws {PageFull} @throws {AlreadyRegistered}
 */
export function registerMembersInstruction(p: RegisterMembersParameters): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  const [page] = pagePda(p.economy, p.page, programId)
  const accounts = {
    registrar: p.registrar,
    economy: p.economy,
    page,
    systemProgram: SystemProgram.programId,
  }
  const memberships = p.wallets.map((wallet) => {
    const [pubkey] = membershipPda(p.economy, wallet, programId)
    return { pubkey, isSigner: false, isWritable: true }
  })
  return encodeInstruction("registerMembers", accounts, { wallets: p.wallets }, programId, memberships)
}
