import { NATIVE_MINT } from "@solana/spl-token"
import { Inflow, planReserveDeposit, ReserveKind, transactionsOf, type InflowValue } from "@stk/sdk"
import type { Keypair, PublicKey } from "@solana/web3.js"
import { expect } from "chai"
import { createMint, mintTo } from "../../../utils/mints"
import {
  addAsset,
  addStartup,
  createReserve,
  expectReserveInvariant,
  readReserve,
} from "../../../utils/reserve"
import { part } from "../../rules/ledger"
import type { Play, Story, Today } from "../play"

const SHARE_BPS = 1_250

/** Half of subscriptions and donations and a startup's share back the token, in dollars and wrapped SOL. */
export class Reserve implements Story {
  private readonly usdc: PublicKey
  private readonly customer: Keypair
  /** What is booked, by asset and inflow. */
  private readonly booked = [
    [0n, 0n, 0n],
    [0n, 0n, 0n],
  ]

  constructor(private readonly play: Play) {
    const { chain, economy } = play
    this.usdc = createMint(chain, 6)
    this.customer = chain.newSigner()
    mintTo(chain, this.usdc, this.customer.publicKey, 10_000_000_000_000n)
    createReserve(chain, economy)
    addAsset(chain, economy, this.usdc, ReserveKind.Usdc)
    addAsset(chain, economy, NATIVE_MINT, ReserveKind.Sol)
    addStartup(chain, economy, SHARE_BPS)
  }

  day({ week, weekday }: Today): void {
    if (weekday !== 4) return
    const { random } = this.play
    this.deposit(0, Inflow.Subscription, BigInt(random.between(1_000_001, 5_000_000_000)))
    if (week % 4 === 1) this.deposit(1, Inflow.Donation, BigInt(random.between(3, 20_000_000_000)))
    if (week % 13 === 6) this.deposit(0, Inflow.Startup, BigInt(random.between(1_000_001, 9_000_000_000)))
  }

  private deposit(asset: 0 | 1, inflow: InflowValue, gross: bigint): void {
    const { play, customer } = this
    const startup = inflow === Inflow.Startup ? { id: 0, shareBps: SHARE_BPS } : null
    const share = part(gross, startup === null ? 5_000 : SHARE_BPS)
    const row = this.booked[asset] ?? []
    row[inflow] = (row[inflow] ?? 0n) + share
    const plan = planReserveDeposit({
      depositor: customer.publicKey,
      economy: play.economy.address,
      asset,
      mint: asset === 0 ? this.usdc : NATIVE_MINT,
      inflow,
      startup,
      gross,
      reference: "subscription, gift or share",
      hasTokenAccount: asset === 0,
    })
    for (const { instructions } of transactionsOf(plan)) {
      play.act("reserve deposits", () => instructions, [], customer)
    }
  }

  check(): void {
    const { chain, economy } = this.play
    expectReserveInvariant(chain, economy)
    expect(readReserve(chain, economy).assets.map(({ inflows }) => [...inflows])).to.deep.equal(this.booked)
  }

  outcome(): void {
    const total = this.booked.flat()
    expect(this.play.count("reserve deposits")).to.be.at.least(130)
    expect(total.filter((amount) => amount > 0n).length, "inflows of a kind in an asset").to.equal(3)
  }
}
