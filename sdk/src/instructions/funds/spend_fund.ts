import type { PublicKey, TransactionInstruction } from "@solana/web3.js"
import { STK_PROGRAM_ID, type FundIndex } from "../../constants.js"
import { pagePda } from "../../pdas.js"
import { encodeInstruction, type ProgramParameters } from "../encode.js"

/** Parameters of {@link spendFundInstruction}. */
export interface SpendFundParameters extends ProgramParameters {
  treasurer: PublicKey
  economy: PublicKey
  /** Any but the Rewards Pool. */
  fund: FundIndex
  /** Wallet of the member who is paid. */
  recipient: PublicKey
  /** Index of the recipient's page. */
  page: number
  /** The recipient's slot. */
  slot: number
  /** Base units. */
  amount: bigint
  /** Public; 1 to 64 bytes of UTF-8. */
  reason: string
}

/** Pays from a fund to a member's balance. The treasurer may. @throws {WeeklyLimitReached} @throws {TeamNotVested} */
export function spendFundInstruction(p: SpendFundParameters): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  const [page] = pagePda(p.economy, p.page, programId)
  const { fund, slot, recipient, amount, reason } = p
  const accounts = { treasurer: p.treasurer, economy: p.economy, page }
  return encodeInstruction("spendFund", accounts, { fund, slot, recipient, amount, reason }, programId)
}
