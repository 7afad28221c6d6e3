import {
  createAssociatedTokenAccountIdempotentInstruction,
  createCloseAccountInstruction,
  createSyncNativeInstruction,
  getAssociatedTokenAddressSync,
  NATIVE_MINT,
} from "@solana/spl-token"
import { SystemProgram, type PublicKey, type TransactionInstruction } from "@solana/web3.js"
import { Inflow, type InflowValue } from "../constants.js"
import { InvalidArgumentError } from "../errors/base.js"
import type { ProgramParameters } from "../instructions/encode.js"
import { depositReserveInstruction } from "../instructions/reserve/deposit_reserve.js"
import { bookedShare } from "../math/coverage.js"
import { ESTIMATED_COMPUTE_UNITS } from "./estimate.js"
import type { Plan } from "./plan.js"
import { planTransaction, type TransactionOptions } from "./transaction.js"

export interface PlanReserveDepositParameters extends ProgramParameters, TransactionOptions {
  /** Pays the fee and the reserve's share. */
  depositor: PublicKey
  economy: PublicKey
  /** Index of the asset in the reserve. */
  asset: number
  /** Mint of that asset; for wrapped SOL the depositor's lamports are wrapped. */
  mint: PublicKey
  inflow: InflowValue
  /** The startup whose share it is; null for a subscription or donation. */
  startup: { readonly id: number; readonly shareBps: number } | null
  /** Base units of the whole payment. */
  gross: bigint
  /** Public; 1 to 64 bytes of UTF-8. */
  reference: string
  /** Whether the depositor's associated token account exists; asked for SOL alone, whose account is made and closed. */
  hasTokenAccount: boolean
}

/** What the plan leaves to do: nothing but the deposit. */
export interface ReserveDepositDone {
  /** Whether the token account existed already. */
  tokenAccount: boolean
}

/**
 * Plans a deposit into the reserve from the depositor's associated token account. For SOL, so many lamports as the
 * reserve takes are wrapped first; a token account made for it is closed again and its rent comes back.
 * @throws {InvalidArgumentError} when a startup is missing or one too many
 */
export function planReserveDeposit(p: PlanReserveDepositParameters): Plan<ReserveDepositDone> {
  if ((p.startup !== null) !== (p.inflow === Inflow.Startup)) {
    throw new InvalidArgumentError("startup", "given for the inflow of a startup, and for no other")
  }
  const source = getAssociatedTokenAddressSync(p.mint, p.depositor, true)
  const { depositor, economy, asset, mint, inflow, gross, reference, programId } = p
  const startup = p.startup?.id ?? null
  const at = { depositor, economy, programId }
  const deposit = depositReserveInstruction({ ...at, asset, mint, inflow, startup, source, gross, reference })
  const amount = bookedShare(inflow, gross, p.startup?.shareBps)
  const wrapping = mint.equals(NATIVE_MINT) ? wrapped(p, source, amount, deposit) : [deposit]
  const { transaction, createTokenAccount, depositReserve } = ESTIMATED_COMPUTE_UNITS
  const units = transaction + depositReserve + (wrapping.length > 1 ? createTokenAccount : 0)
  const planned = planTransaction("deposit into the reserve", depositor, wrapping, units, p)
  return {
    lanes: [{ name: "reserve", transactions: [planned] }],
    alreadyDone: { tokenAccount: p.hasTokenAccount },
  }
}

/** The deposit between the wrapping of its lamports and the closing of an account that was made for them. */
function wrapped(
  { depositor, hasTokenAccount }: PlanReserveDepositParameters,
  account: PublicKey,
  lamports: bigint,
  deposit: TransactionInstruction,
): TransactionInstruction[] {
  const creation = createAssociatedTokenAccountIdempotentInstruction(
    depositor,
    account,
    depositor,
    NATIVE_MINT,
  )
  const transfer = SystemProgram.transfer({ fromPubkey: depositor, toPubkey: account, lamports })
  const sync = createSyncNativeInstruction(account)
  const closing = createCloseAccountInstruction(account, depositor, depositor)
  return hasTokenAccount ? [transfer, sync, deposit] : [creation, transfer, sync, deposit, closing]
}
