import {
  createAssociatedTokenAccountIdempotentInstruction,
  getAssociatedTokenAddressSync,
} from "@solana/spl-token"
import type { PublicKey } from "@solana/web3.js"
import type { ProgramParameters } from "../instructions/encode.js"
import { withdrawInstruction } from "../instructions/balances/withdraw.js"
import { ESTIMATED_COMPUTE_UNITS } from "./estimate.js"
import type { Plan } from "./plan.js"
import { keepPages, planAfterKeeping, type SnapshotDue } from "./snapshot.js"
import type { TransactionOptions } from "./transaction.js"

export interface PlanWithdrawalParameters extends ProgramParameters, TransactionOptions {
  /** The member; pays the fee, and the rent of its token account where there is none. */
  wallet: PublicKey
  economy: PublicKey
  mint: PublicKey
  /** Index of the member's page. */
  page: number
  slot: number
  /** Base units. */
  amount: bigint
  /** Whether the wallet's associated token account exists. */
  hasTokenAccount: boolean
  /** Pages whose balances a vote needs; none by default. */
  snapshotDue?: SnapshotDue | undefined
}

/** Whether the token account existed already. */
export interface WithdrawalDone {
  tokenAccount: boolean
}

/**
 * Plans a withdrawal to the wallet's associated token account, which is created first where it is missing; the page's
 * balances are kept first where a vote needs them.
 */
export function planWithdrawal(p: PlanWithdrawalParameters): Plan<WithdrawalDone> {
  // A wallet may be a program's address, such as a multisig's vault.
  const destination = getAssociatedTokenAddressSync(p.mint, p.wallet, true)
  const creation = createAssociatedTokenAccountIdempotentInstruction(p.wallet, destination, p.wallet, p.mint)
  const { wallet, economy, page, slot, amount, programId } = p
  const withdrawal = withdrawInstruction({ wallet, economy, page, slot, destination, amount, programId })
  const { transaction, createTokenAccount, withdraw } = ESTIMATED_COMPUTE_UNITS
  const units = transaction + withdraw + (p.hasTokenAccount ? 0 : createTokenAccount)
  const instructions = p.hasTokenAccount ? [withdrawal] : [creation, withdrawal]
  const kept = keepPages({ ...p, payer: wallet }, [page])
  return {
    lanes: [
      {
        name: "withdrawal",
        transactions: planAfterKeeping("withdrawal", wallet, kept, instructions, units, p),
      },
    ],
    alreadyDone: { tokenAccount: p.hasTokenAccount },
  }
}
