import {
  addReserveAssetInstruction,
  createReserveInstruction,
  createStartupInstruction,
  decodeReserve,
  decodeStartup,
  depositReserveInstruction,
  Inflow,
  postAssetPriceInstruction,
  reservePda,
  reserveVaultPda,
  setReserveLimitInstruction,
  setStartupShareInstruction,
  startupPda,
  withdrawReserveInstruction,
  type InflowValue,
  type Reserve,
  type ReserveAsset,
  type ReserveKindValue,
  type Startup,
} from "@stk/sdk"
import type { Keypair, PublicKey, TransactionInstruction } from "@solana/web3.js"
import { expect } from "chai"
import { dataOf, type TestEconomy } from "./economy"
import { tokenBalance } from "./expect"
import type { Chain, Sent } from "./svm"

/** The reserve as it stands. */
export function readReserve(chain: Chain, economy: TestEconomy): Reserve {
  return decodeReserve(dataOf(chain, reservePda(economy.address)[0]))
}

/** An asset of the reserve as it stands. */
export function readAsset(chain: Chain, economy: TestEconomy, index = 0): ReserveAsset {
  const asset = readReserve(chain, economy).assets[index]
  if (asset === undefined) throw new Error(`the reserve has no asset ${index}`)
  return asset
}

/** A startup as it stands. */
export function readStartup(chain: Chain, economy: TestEconomy, id = 0): Startup {
  return decodeStartup(dataOf(chain, startupPda(economy.address, id)[0]))
}

/** Creates the reserve. */
export function createReserve(chain: Chain, economy: TestEconomy): Sent {
  const { treasurer } = economy.actors
  const at = { treasurer: treasurer.publicKey, economy: economy.address }
  return chain.send(createReserveInstruction(at), [treasurer])
}

/** Adds a mint to the reserve. */
export function addAsset(chain: Chain, economy: TestEconomy, mint: PublicKey, kind: ReserveKindValue): Sent {
  const { treasurer } = economy.actors
  const at = { treasurer: treasurer.publicKey, economy: economy.address }
  return chain.send(addReserveAssetInstruction({ ...at, mint, kind }), [treasurer])
}

/** Records a startup with the next id; gives it its share unless that is 0. */
export function addStartup(chain: Chain, economy: TestEconomy, shareBps = 0): number {
  const { treasurer } = economy.actors
  const at = { treasurer: treasurer.publicKey, economy: economy.address }
  const { startups: startup } = readReserve(chain, economy)
  chain.send(createStartupInstruction({ ...at, startup, name: `Startup ${startup}` }), [treasurer])
  if (shareBps > 0) setShare(chain, economy, startup, shareBps)
  return startup
}

/** Sets the share of a startup. */
export function setShare(chain: Chain, economy: TestEconomy, startup: number, shareBps: number): Sent {
  const { treasurer } = economy.actors
  const at = { treasurer: treasurer.publicKey, economy: economy.address }
  return chain.send(setStartupShareInstruction({ ...at, startup, shareBps }), [treasurer])
}

export interface Inflowing {
  asset?: number
  inflow?: InflowValue
  startup?: number | null
  gross: bigint
  reference?: string
}

/** The instruction by which somebody passes the reserve's share of a payment on. */
export function reserveDepositOf(
  chain: Chain,
  economy: TestEconomy,
  depositor: PublicKey,
  source: PublicKey,
  { asset = 0, inflow = Inflow.Subscription, startup = null, gross, reference = "invoice" }: Inflowing,
): TransactionInstruction {
  const { mint } = readAsset(chain, economy, asset)
  const at = { depositor, economy: economy.address, source }
  return depositReserveInstruction({ ...at, asset, mint, inflow, startup, gross, reference })
}

/** Passes the reserve's share of a payment on. */
export function depositToReserve(
  chain: Chain,
  economy: TestEconomy,
  depositor: Keypair,
  source: PublicKey,
  inflowing: Inflowing,
): Sent {
  const instruction = reserveDepositOf(chain, economy, depositor.publicKey, source, inflowing)
  return chain.send(instruction, [depositor])
}

/** Posts the price of an asset. */
export function postPrice(
  chain: Chain,
  economy: TestEconomy,
  asset: number,
  price: bigint,
  day: number,
): Sent {
  const { oracle } = economy.actors
  const at = { oracle: oracle.publicKey, economy: economy.address }
  return chain.send(postAssetPriceInstruction({ ...at, asset, price, day }), [oracle])
}

/** Sets the most that may leave the reserve of an asset in a week. */
export function setReserveLimit(
  chain: Chain,
  economy: TestEconomy,
  asset: number,
  weeklyLimit: bigint,
): Sent {
  const { admin } = economy.actors
  const at = { admin: admin.publicKey, economy: economy.address }
  return chain.send(setReserveLimitInstruction({ ...at, asset, weeklyLimit }), [admin])
}

/** The instruction by which the treasurer pays an asset out. */
export function reserveWithdrawalOf(
  chain: Chain,
  economy: TestEconomy,
  destination: PublicKey,
  amount: bigint,
  { asset = 0, reason = "exchange" }: { asset?: number; reason?: string } = {},
): TransactionInstruction {
  const { mint } = readAsset(chain, economy, asset)
  const at = { treasurer: economy.actors.treasurer.publicKey, economy: economy.address }
  return withdrawReserveInstruction({ ...at, asset, mint, destination, amount, reason })
}

/** Expects the reserve's books to add up, each asset among itself and with its vault; `surplus` was sent past the program. */
export function expectReserveInvariant(
  chain: Chain,
  economy: TestEconomy,
  { surplus = 0n }: { surplus?: bigint } = {},
): void {
  for (const { mint, vault, booked, withdrawn, inflows } of readReserve(chain, economy).assets) {
    const received = inflows.reduce((sum, inflow) => sum + inflow, 0n)
    expect(received, "inflows = booked + withdrawn").to.equal(booked + withdrawn)
    expect(vault.equals(reserveVaultPda(economy.address, mint)[0])).to.equal(true)
    expect(tokenBalance(chain, vault), "the vault holds what is booked").to.equal(booked + surplus)
  }
}
