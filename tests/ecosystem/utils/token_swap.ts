import {
  createAssociatedTokenAccountIdempotentInstruction,
  createInitializeMint2Instruction,
  createTransferInstruction,
  getAssociatedTokenAddressSync,
  MINT_SIZE,
  TOKEN_PROGRAM_ID,
} from "@solana/spl-token"
import { Keypair, PublicKey, SystemProgram, TransactionInstruction, type AccountMeta } from "@solana/web3.js"
import type { Chain } from "../../utils/svm"
import { u64, u8 } from "./bytes"
import type { PublishedProgram } from "./published"

/** SPL Token Swap at the address that its crate declares. */
export const TOKEN_SWAP: PublishedProgram = {
  name: "token-swap",
  address: new PublicKey("SwapsVeCiPHMUAtzQWZw7RjsKjgCjhwU55QGu4U1Szw"),
}

/** The program's own errors that the tests meet. */
export const TokenSwapError = { ExceededSlippage: 16 } as const

/** Bytes of a pool's account: the version, then its state. */
const POOL_BYTES = 324
const CONSTANT_PRODUCT = 0
/** Bytes that the parameters of a curve may take; the constant product has none. */
const CURVE_PARAMETERS = 32
const POOL_TOKEN_DECIMALS = 2

/** Of what is swapped, this goes to whoever provided the liquidity, and stays in the pool … */
export const TRADE_FEE_BPS = 25n
/** … and this to the pool's owner, paid in pool tokens. */
export const OWNER_FEE_BPS = 5n
const BPS = 10_000n

/** A pool of two mints. */
export interface Pool {
  readonly address: PublicKey
  /** Signs for the pool: owner of both reserves, authority of the pool token's mint. */
  readonly authority: PublicKey
  readonly mints: readonly [PublicKey, PublicKey]
  readonly reserves: readonly [PublicKey, PublicKey]
  readonly poolToken: PublicKey
  readonly feeAccount: PublicKey
}

const readonly = (pubkey: PublicKey): AccountMeta => ({ pubkey, isSigner: false, isWritable: false })
const writable = (pubkey: PublicKey): AccountMeta => ({ pubkey, isSigner: false, isWritable: true })
const signer = (pubkey: PublicKey): AccountMeta => ({ pubkey, isSigner: true, isWritable: false })

function tokenSwapInstruction(keys: AccountMeta[], data: readonly Buffer[]): TransactionInstruction {
  return new TransactionInstruction({ programId: TOKEN_SWAP.address, keys, data: Buffer.concat(data) })
}

/** A new mint. */
export function createMint(
  chain: Chain,
  decimals: number,
  mintAuthority: PublicKey,
  freezeAuthority: PublicKey | null = null,
): PublicKey {
  const mint = Keypair.generate()
  const creation = SystemProgram.createAccount({
    fromPubkey: chain.payer.publicKey,
    newAccountPubkey: mint.publicKey,
    lamports: chain.rentFor(MINT_SIZE),
    space: MINT_SIZE,
    programId: TOKEN_PROGRAM_ID,
  })
  const initialisation = createInitializeMint2Instruction(
    mint.publicKey,
    decimals,
    mintAuthority,
    freezeAuthority,
  )
  chain.send([creation, initialisation], [mint])
  return mint.publicKey
}

/** The associated token account of `owner`, made unless it exists. */
export function tokenAccount(chain: Chain, mint: PublicKey, owner: PublicKey): PublicKey {
  const account = getAssociatedTokenAddressSync(mint, owner, true)
  const payer = chain.payer.publicKey
  chain.send(createAssociatedTokenAccountIdempotentInstruction(payer, account, owner, mint))
  return account
}

/**
 * Opens a constant-product pool with the first liquidity of `provider`, out of its associated token accounts. The
 * provider gets the first pool tokens, and the pool owner's fees.
 */
export function createPool(
  chain: Chain,
  provider: Keypair,
  mints: readonly [PublicKey, PublicKey],
  amounts: readonly [bigint, bigint],
): Pool {
  const pool = Keypair.generate()
  const [authority] = PublicKey.findProgramAddressSync([pool.publicKey.toBuffer()], TOKEN_SWAP.address)
  const poolToken = createMint(chain, POOL_TOKEN_DECIMALS, authority)
  const feeAccount = tokenAccount(chain, poolToken, provider.publicKey)
  const [first, second] = mints
  const reserves = [tokenAccount(chain, first, authority), tokenAccount(chain, second, authority)] as const
  const transfers = mints.map((mint, side) => {
    const source = getAssociatedTokenAddressSync(mint, provider.publicKey)
    return createTransferInstruction(
      source,
      reserves[side] ?? source,
      provider.publicKey,
      amounts[side] ?? 0n,
    )
  })
  const account = SystemProgram.createAccount({
    fromPubkey: chain.payer.publicKey,
    newAccountPubkey: pool.publicKey,
    lamports: chain.rentFor(POOL_BYTES),
    space: POOL_BYTES,
    programId: TOKEN_SWAP.address,
  })
  const fees = [TRADE_FEE_BPS, BPS, OWNER_FEE_BPS, BPS, 0n, 0n, 0n, 0n].map(u64)
  const initialisation = tokenSwapInstruction(
    [
      { pubkey: pool.publicKey, isSigner: true, isWritable: true },
      readonly(authority),
      readonly(reserves[0]),
      readonly(reserves[1]),
      writable(poolToken),
      readonly(feeAccount),
      writable(feeAccount),
      readonly(TOKEN_PROGRAM_ID),
    ],
    [u8(0), ...fees, u8(CONSTANT_PRODUCT), Buffer.alloc(CURVE_PARAMETERS)],
  )
  chain.send([...transfers, account, initialisation], [provider, pool])
  return { address: pool.publicKey, authority, mints, reserves, poolToken, feeAccount }
}

export interface SwapParameters {
  readonly owner: PublicKey
  /** The side of the pool that takes `amountIn`, 0 or 1. */
  readonly side: 0 | 1
  readonly amountIn: bigint
  /** Less than this, and the program refuses. */
  readonly minimumOut: bigint
}

/** Swaps between the owner's associated token accounts. */
export function swapInstruction(pool: Pool, swap: SwapParameters): TransactionInstruction {
  const other = swap.side === 0 ? 1 : 0
  return tokenSwapInstruction(
    [
      readonly(pool.address),
      readonly(pool.authority),
      signer(swap.owner),
      writable(getAssociatedTokenAddressSync(pool.mints[swap.side], swap.owner)),
      writable(pool.reserves[swap.side]),
      writable(pool.reserves[other]),
      writable(getAssociatedTokenAddressSync(pool.mints[other], swap.owner)),
      writable(pool.poolToken),
      writable(pool.feeAccount),
      readonly(TOKEN_PROGRAM_ID),
    ],
    [u8(1), u64(swap.amountIn), u64(swap.minimumOut)],
  )
}

/** Takes liquidity out: burns pool tokens for their share of both reserves, into associated token accounts. */
export function withdrawLiquidityInstruction(
  pool: Pool,
  owner: PublicKey,
  poolTokens: bigint,
  minimums: readonly [bigint, bigint],
): TransactionInstruction {
  return tokenSwapInstruction(
    [
      readonly(pool.address),
      readonly(pool.authority),
      signer(owner),
      writable(pool.poolToken),
      writable(getAssociatedTokenAddressSync(pool.poolToken, owner)),
      writable(pool.reserves[0]),
      writable(pool.reserves[1]),
      writable(getAssociatedTokenAddressSync(pool.mints[0], owner)),
      writable(getAssociatedTokenAddressSync(pool.mints[1], owner)),
      writable(pool.feeAccount),
      readonly(TOKEN_PROGRAM_ID),
    ],
    [u8(3), u64(poolTokens), u64(minimums[0]), u64(minimums[1])],
  )
}
