import type { PublicKey, TransactionInstruction } from "@solana/web3.js"
import { STK_PROGRAM_ID } from "../../constants.js"
import { pagePda } from "../../pdas.js"
import { encodeInstruction, type ProgramParameters } from "../encode.js"

/** Parameters of {@link transferInstruction}. */
export interface TransferParameters extends ProgramParameters {
  /** The sender, who signs. */
  wallet: PublicKey
  economy: PublicKey
  /** Index of the sender's page. */
  page: number
  slot: number
  /** The member who receives. */
  recipient: PublicKey
  /** Index of the recipient's page. */
  recipientPage: number
  recipientSlot: number
  /** Base units that leave the sender's balance. */
  amount: bigint
  /** Base units of it that the fee may take at most. */
  maxFee: bigint
}

/**
 * Moves part of a balance to another member, less the fee. The member may.
 * @throws {WrongRecipient} @throws {BalanceTooSmall} @throws {FeeTooHigh}
 */
export function transferInstruction(p: TransferParameters): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  const [page] = pagePda(p.economy, p.page, programId)
  const recipientPage = p.recipientPage === p.page ? null : pagePda(p.economy, p.recipientPage, programId)[0]
  const { wallet, economy, slot, recipient, recipientSlot, amount, maxFee } = p
  return encodeInstruction(
    "transfer",
    { wallet, economy, page, recipientPage },
    { slot, recipientSlot, recipient, amount, maxFee },
    programId,
  )
}
