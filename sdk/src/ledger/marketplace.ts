import type { Activation } from "../accounts/activation.js"
import { serviceKind, serviceStatus, shareOf, type Service } from "../accounts/service.js"
import { RecipientKind, ServiceStatus } from "../constants.js"
import { LedgerContradictionError } from "../errors/base.js"
import type { StkEvents } from "../events.js"
import { activationPda, servicePda } from "../pdas.js"
import {
  agree,
  bookBalance,
  bookFund,
  bookVolume,
  fundAt,
  memberAt,
  memberOf,
  type LedgerState,
} from "./state.js"

type OfService = { service: StkEvents["ServiceUpdated"]["service"] }
type OfBuyer = OfService & { wallet: StkEvents["ActivationClosed"]["wallet"] }

function serviceOf(state: LedgerState, event: string, { service }: OfService): Service {
  const found = state.services.get(service.toBase58())
  if (found === undefined) throw new LedgerContradictionError(event, "service", service, "no such service")
  return found
}

function activationKey(state: LedgerState, { service, wallet }: OfBuyer): string {
  return activationPda(service, wallet, state.programId)[0].toBase58()
}

function activationOf(state: LedgerState, event: string, buyer: OfBuyer): Activation {
  const found = state.activations.get(activationKey(state, buyer))
  if (found === undefined) throw new LedgerContradictionError(event, "wallet", buyer.wallet, "no activation")
  return found
}

export function serviceCreated(state: LedgerState, event: StkEvents["ServiceCreated"]): void {
  agree("ServiceCreated", "id", event.id, state.economy.services)
  state.economy.services++
  state.services.set(event.service.toBase58(), {
    economy: state.address,
    id: event.id,
    author: event.author,
    authorMember: event.member,
    kind: serviceKind(event.kind),
    status: ServiceStatus.OnOffer,
    name: event.name,
    descriptionHash: event.descriptionHash,
    price: event.price,
    termSeconds: event.termSeconds,
    sessions: event.sessions,
    split: event.split.map(shareOf),
    sold: 0n,
    ratingSum: 0n,
    ratingCount: 0,
    bump: servicePda(state.address, event.id, state.programId)[1],
  })
}

export function serviceUpdated(state: LedgerState, event: StkEvents["ServiceUpdated"]): void {
  const service = serviceOf(state, "ServiceUpdated", event)
  service.price = event.price
  service.status = serviceStatus(event.status)
}

export function serviceClosed(state: LedgerState, event: StkEvents["ServiceClosed"]): void {
  serviceOf(state, "ServiceClosed", event)
  state.services.delete(event.service.toBase58())
}

export function activationOpened(state: LedgerState, event: StkEvents["ActivationOpened"]): void {
  const { service, wallet, countsSessions } = event
  const [address, bump] = activationPda(service, wallet, state.programId)
  state.activations.set(address.toBase58(), {
    service,
    wallet,
    activeFrom: 0,
    activeTo: 0,
    sessionsLeft: 0,
    countsSessions,
    purchases: 0,
    ratings: 0,
    bump,
  })
}

/** Names no economy, so it is passed over unless the activation is one of this economy's. */
export function activationClosed(state: LedgerState, event: StkEvents["ActivationClosed"]): void {
  state.activations.delete(activationKey(state, event))
}

export function servicePurchased(state: LedgerState, event: StkEvents["ServicePurchased"]): void {
  const { economy } = state
  const service = serviceOf(state, "ServicePurchased", event)
  const buyer = memberOf(state, "ServicePurchased", event.page, event.slot)
  const activation = activationOf(state, "ServicePurchased", event)
  agree("ServicePurchased", "price", event.price, service.price)
  bookBalance(economy, buyer, -event.price)
  for (const { recipientKind, fund, member, amount } of event.payments) {
    if (recipientKind === RecipientKind.Member) {
      bookBalance(economy, memberAt(state, "ServicePurchased", member), amount)
    } else bookFund(economy, fundAt("ServicePurchased", fund), amount)
  }
  bookVolume(economy, event.price)
  service.sold++
  const { activeFrom, activeTo, sessionsLeft } = event
  const purchases = activation.purchases + 1
  state.activations.set(activationKey(state, event), {
    ...activation,
    activeFrom,
    activeTo,
    sessionsLeft,
    purchases,
  })
  agree("ServicePurchased", "balance", event.balance, buyer.balance)
}

export function sessionUsed(state: LedgerState, event: StkEvents["SessionUsed"]): void {
  const activation = activationOf(state, "SessionUsed", event)
  agree("SessionUsed", "sessionsLeft", event.sessionsLeft, activation.sessionsLeft - 1)
  state.activations.set(activationKey(state, event), { ...activation, sessionsLeft: event.sessionsLeft })
}

export function serviceRated(state: LedgerState, event: StkEvents["ServiceRated"]): void {
  const service = serviceOf(state, "ServiceRated", event)
  const activation = activationOf(state, "ServiceRated", event)
  service.ratingSum = event.ratingSum
  service.ratingCount = event.ratingCount
  state.activations.set(activationKey(state, event), { ...activation, ratings: event.ratings })
}
