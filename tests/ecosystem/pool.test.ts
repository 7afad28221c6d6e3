import { createMintToInstruction, getAssociatedTokenAddressSync } from "@solana/spl-token"
import type { Keypair, PublicKey } from "@solana/web3.js"
import { parseAmount, STK_PRESET } from "@stk/sdk"
import { expect } from "chai"
import type { LocalProgram } from "stk-localnet"
import { depositOf, memberKey, withdrawalOf } from "../utils/actions"
import {
  addMembers,
  createEconomy,
  readMember,
  releaseDays,
  runWeek,
  withdraw,
  type TestEconomy,
} from "../utils/economy"
import { expectLedgerInvariant, tokenBalance, tokenSupply } from "../utils/expect"
import type { Chain } from "../utils/svm"
import { BUILD_TIMEOUT_MILLISECONDS, buildPublished, chainWith, expectCode } from "./utils/published"
import {
  createMint,
  createPool,
  OWNER_FEE_BPS,
  swapInstruction,
  tokenAccount,
  TOKEN_SWAP,
  TokenSwapError,
  TRADE_FEE_BPS,
  withdrawLiquidityInstruction,
  type Pool,
} from "./utils/token_swap"

const stk = (amount: string) => parseAmount(amount, STK_PRESET.decimals)
const USDC_DECIMALS = 6
const usdc = (amount: string) => parseAmount(amount, USDC_DECIMALS)
const STK_SIDE = 0
const USDC_SIDE = 1

/** One section, one task and one post: 350 STK at level 1. */
const WEEK = [1, 1, 1, 0, 0, 0, 0]
/** The member that opens the pool, and the one that swaps. */
const PROVIDER = 0
const TRADER = 1

const LIQUIDITY = [stk("200"), usdc("100")] as const
const TRADED = stk("50")
/** 200 × 100 / (200 + 50 − 0.15) = 80.048 028 8…, rounded up, stays of the 100. */
const BOUGHT = usdc("19.951971")
/** 250 × 80.048029 / (80.048029 + 19.951971 − 0.059854) = 200.239924 1…, rounded up, stays of the 250. */
const RETURNED = stk("49.760075")

/** What is left of an amount once both fees, rounded down, are taken off. */
const withoutFees = (amount: bigint) =>
  amount - (amount * TRADE_FEE_BPS) / 10_000n - (amount * OWNER_FEE_BPS) / 10_000n

describe("[STK-139] STK in a pool with USDC, on the published SPL Token Swap", function () {
  this.timeout(BUILD_TIMEOUT_MILLISECONDS)

  let program: LocalProgram
  let chain: Chain
  let economy: TestEconomy
  let usdcMint: PublicKey
  let pool: Pool
  let provider: Keypair
  let trader: Keypair

  before("builds the pool's program", () => {
    program = buildPublished(TOKEN_SWAP)
  })

  beforeEach("two members earn 350 STK each; one opens the pool with 200 of them", () => {
    chain = chainWith(program)
    economy = createEconomy(chain)
    addMembers(chain, economy, 2)
    releaseDays(chain, economy, 7)
    runWeek(chain, economy, [WEEK, WEEK])
    provider = memberKey(economy, PROVIDER)
    trader = memberKey(economy, TRADER)

    const issuer = chain.newSigner()
    usdcMint = createMint(chain, USDC_DECIMALS, issuer.publicKey, issuer.publicKey)
    const usdcAccount = tokenAccount(chain, usdcMint, provider.publicKey)
    chain.send(createMintToInstruction(usdcMint, usdcAccount, issuer.publicKey, usdc("500")), [issuer])
    tokenAccount(chain, usdcMint, trader.publicKey)

    withdraw(chain, economy, PROVIDER, LIQUIDITY[STK_SIDE])
    pool = createPool(chain, provider, [economy.mint, usdcMint], LIQUIDITY)
  })

  afterEach("no token came into being, none is lost", () => {
    const outside = (mint: PublicKey) =>
      [provider.publicKey, trader.publicKey, pool.authority]
        .map((owner) => held(mint, owner))
        .reduce((sum, amount) => sum + amount, 0n)
    const inside = tokenBalance(chain, economy.vault)
    expect(inside + outside(economy.mint)).to.equal(tokenSupply(chain, economy.mint))
    expect(outside(usdcMint)).to.equal(usdc("500"))
    expectLedgerInvariant(chain, economy)
  })

  const held = (mint: PublicKey, owner: PublicKey) =>
    tokenBalance(chain, getAssociatedTokenAddressSync(mint, owner, true))
  const reserves = () => pool.reserves.map((reserve) => tokenBalance(chain, reserve)) as [bigint, bigint]
  const balance = (index: number) => readMember(chain, economy, index).balance
  const depositAll = (index: number) => {
    const wallet = memberKey(economy, index)
    const source = getAssociatedTokenAddressSync(economy.mint, wallet.publicKey)
    chain.send(depositOf(economy, index, source, tokenBalance(chain, source)), [wallet])
  }

  /** The trader swaps, and the pool must give what a constant product allows, to the base unit. */
  const swap = (side: 0 | 1, amountIn: bigint): bigint => {
    const other = side === STK_SIDE ? USDC_SIDE : STK_SIDE
    const before = reserves()

    chain.send(swapInstruction(pool, { owner: trader.publicKey, side, amountIn, minimumOut: 1n }), [trader])

    const after = reserves()
    const product = before[STK_SIDE] * before[USDC_SIDE]
    const out = before[other] - after[other]
    const priced = before[side] + withoutFees(amountIn)
    expect(after[side], "all that was paid is in the pool").to.equal(before[side] + amountIn)
    expect(priced * after[other] >= product, "the product does not shrink").to.equal(true)
    expect(priced * (after[other] - 1n) < product, "one base unit more, and it would").to.equal(true)
    expect(after[STK_SIDE] * after[USDC_SIDE] > product, "the fee makes it grow").to.equal(true)
    return out
  }

  it("is swapped for USDC and back, and deposited into the economy again", () => {
    withdraw(chain, economy, TRADER, TRADED)

    const bought = swap(STK_SIDE, TRADED)

    expect(bought).to.equal(BOUGHT)
    expect(held(usdcMint, trader.publicKey)).to.equal(BOUGHT)
    expect(held(economy.mint, trader.publicKey)).to.equal(0n)
    expect(reserves()).to.deep.equal([stk("250"), usdc("80.048029")])

    const returned = swap(USDC_SIDE, bought)

    expect(held(usdcMint, trader.publicKey)).to.equal(0n)
    expect(held(economy.mint, trader.publicKey)).to.equal(returned)
    expect(returned).to.equal(RETURNED)

    depositAll(TRADER)

    expect(balance(TRADER)).to.equal(stk("300") + returned)
    expect(held(economy.mint, trader.publicKey)).to.equal(0n)
  })

  it("goes from a balance into the pool, and from the pool into a balance, in one transaction each", () => {
    const account = withdraw(chain, economy, TRADER, 1n)
    const { publicKey: owner } = trader

    chain.send(
      [
        withdrawalOf(economy, TRADER, account, TRADED),
        swapInstruction(pool, { owner, side: STK_SIDE, amountIn: TRADED, minimumOut: BOUGHT }),
      ],
      [trader],
    )

    expect(balance(TRADER)).to.equal(stk("300") - 1n)
    expect(held(usdcMint, trader.publicKey)).to.equal(BOUGHT)

    const least = stk("49.7")
    chain.send(
      [
        swapInstruction(pool, { owner, side: USDC_SIDE, amountIn: BOUGHT, minimumOut: least }),
        depositOf(economy, TRADER, account, least),
      ],
      [trader],
    )

    expect(balance(TRADER)).to.equal(stk("349.7") - 1n)
    expect(held(usdcMint, trader.publicKey)).to.equal(0n)
  })

  it("stays in the balance where the pool gives less than the member accepts", () => {
    const account = withdraw(chain, economy, TRADER, 1n)
    const { publicKey: owner } = trader

    expectCode(
      () =>
        chain.send(
          [
            withdrawalOf(economy, TRADER, account, TRADED),
            swapInstruction(pool, { owner, side: STK_SIDE, amountIn: TRADED, minimumOut: BOUGHT + 1n }),
          ],
          [trader],
        ),
      TokenSwapError.ExceededSlippage,
    )

    expect(balance(TRADER)).to.equal(stk("350") - 1n)
    expect(reserves()).to.deep.equal([...LIQUIDITY])
  })

  it("comes back to who provided it, with the fees, and into the economy again", () => {
    withdraw(chain, economy, TRADER, TRADED)
    swap(USDC_SIDE, swap(STK_SIDE, TRADED))
    const [stkInPool, usdcInPool] = reserves()
    const poolTokens = tokenSupply(chain, pool.poolToken)
    expect(tokenBalance(chain, pool.feeAccount), "the provider holds every pool token").to.equal(poolTokens)

    chain.send(withdrawLiquidityInstruction(pool, provider.publicKey, poolTokens, [stkInPool, usdcInPool]), [
      provider,
    ])

    expect(reserves()).to.deep.equal([0n, 0n])
    expect(held(usdcMint, provider.publicKey)).to.equal(usdc("500"))
    depositAll(PROVIDER)
    depositAll(TRADER)
    // What the trader lost to the fees is what the provider gained.
    expect(balance(PROVIDER)).to.equal(stk("350.239925"))
    expect(balance(TRADER)).to.equal(stk("300") + RETURNED)
  })
})
