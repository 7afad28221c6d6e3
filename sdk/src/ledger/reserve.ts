import { reserveKind, type Reserve, type ReserveAsset } from "../accounts/reserve.js"
import type { Startup } from "../accounts/startup.js"
import { LedgerContradictionError } from "../errors/base.js"
import type { StkEvents } from "../events.js"
import { reservePda, startupPda } from "../pdas.js"
import { agree, type LedgerState } from "./state.js"

function reserveOf(state: LedgerState, event: string): Reserve {
  if (state.reserve === null)
    throw new LedgerContradictionError(event, "economy", state.address, "no reserve")
  return state.reserve
}

function assetOf(state: LedgerState, event: string, index: number): ReserveAsset {
  const asset = reserveOf(state, event).assets[index]
  if (asset === undefined) throw new LedgerContradictionError(event, "asset", index, "no such asset")
  return asset
}

function startupOf(state: LedgerState, event: string, id: number): Startup {
  const startup = state.startups.get(id)
  if (startup === undefined) throw new LedgerContradictionError(event, "startup", id, "no such startup")
  return startup
}

export function reserveCreated(state: LedgerState, _event: StkEvents["ReserveCreated"]): void {
  const [, bump] = reservePda(state.address, state.programId)
  state.reserve = { economy: state.address, assets: [], startups: 0, bump }
}

export function reserveAssetAdded(state: LedgerState, event: StkEvents["ReserveAssetAdded"]): void {
  const reserve = reserveOf(state, "ReserveAssetAdded")
  agree("ReserveAssetAdded", "asset", event.asset, reserve.assets.length)
  const asset: ReserveAsset = {
    mint: event.mint,
    vault: event.vault,
    kind: reserveKind(event.kind),
    decimals: event.decimals,
    booked: 0n,
    withdrawn: 0n,
    inflows: [0n, 0n, 0n],
    weeklyLimit: 0n,
    spent: 0n,
    spentWeek: 0,
    price: 0n,
    priceDay: 0,
  }
  reserve.assets = [...reserve.assets, asset]
}

export function startupCreated(state: LedgerState, event: StkEvents["StartupCreated"]): void {
  const reserve = reserveOf(state, "StartupCreated")
  agree("StartupCreated", "startup", event.startup, reserve.startups)
  const [, bump] = startupPda(state.address, event.startup, state.programId)
  const { startup: id, name } = event
  state.startups.set(id, { economy: state.address, id, name, shareBps: 0, bump })
  reserve.startups++
}

export function startupShareSet(state: LedgerState, event: StkEvents["StartupShareSet"]): void {
  startupOf(state, "StartupShareSet", event.startup).shareBps = event.shareBps
}

export function reserveDeposited(state: LedgerState, event: StkEvents["ReserveDeposited"]): void {
  const asset = assetOf(state, "ReserveDeposited", event.asset)
  const [subscription, donation, startup] = asset.inflows.map(
    (booked, inflow) => booked + (inflow === event.inflow ? event.amount : 0n),
  )
  asset.inflows = [subscription ?? 0n, donation ?? 0n, startup ?? 0n]
  asset.booked += event.amount
  agree("ReserveDeposited", "booked", event.booked, asset.booked)
}

export function assetPricePosted(state: LedgerState, event: StkEvents["AssetPricePosted"]): void {
  const asset = assetOf(state, "AssetPricePosted", event.asset)
  asset.price = event.price
  asset.priceDay = event.day
}

export function reserveLimitSet(state: LedgerState, event: StkEvents["ReserveLimitSet"]): void {
  assetOf(state, "ReserveLimitSet", event.asset).weeklyLimit = event.weeklyLimit
}

export function reserveWithdrawn(state: LedgerState, event: StkEvents["ReserveWithdrawn"]): void {
  const asset = assetOf(state, "ReserveWithdrawn", event.asset)
  asset.booked -= event.amount
  asset.withdrawn += event.amount
  asset.spent = event.spentThisWeek
  asset.spentWeek = event.week
  agree("ReserveWithdrawn", "booked", event.booked, asset.booked)
}
