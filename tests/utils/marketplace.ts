import {
  activationPda,
  closeActivationInstruction,
  closeServiceInstruction,
  createServiceInstruction,
  decodeActivation,
  decodeService,
  Fund,
  openActivationInstruction,
  otherPagesOf,
  PAGE_SLOTS,
  purchaseInstruction,
  rateServiceInstruction,
  ServiceKind,
  servicePda,
  ServiceStatus,
  updateServiceInstruction,
  useSessionInstruction,
  type Activation,
  type PurchaseParameters,
  type Service,
  type ServiceParameters,
} from "@stk/sdk"
import type { Keypair, PublicKey, TransactionInstruction } from "@solana/web3.js"
import { memberKey } from "./actions"
import { dataOf, readEconomy, type TestEconomy } from "./economy"
import type { Chain, Sent } from "./svm"

/** A course for good at 100 base units: 70% to its author, 30% to the Treasury. */
export function serviceOf(author: number, changes: Partial<ServiceParameters> = {}): ServiceParameters {
  return {
    kind: ServiceKind.Programme,
    name: "Systems thinking",
    descriptionHash: new Uint8Array(32).fill(7),
    price: 100n,
    termSeconds: 0,
    sessions: 0,
    split: [
      { member: author, bps: 7_000 },
      { fund: Fund.Treasury, bps: 3_000 },
    ],
    ...changes,
  }
}

/** Gives a member lamports for rents, once. */
function fund(chain: Chain, { publicKey }: Keypair): void {
  if (chain.getAccount(publicKey) === null) chain.airdrop(publicKey)
}

/** Page and slot of the member with this global index. */
export function placeOf(index: number): { page: number; slot: number } {
  return { page: Math.floor(index / PAGE_SLOTS), slot: index % PAGE_SLOTS }
}

/** The instruction by which a member offers the next service. */
export function serviceCreation(
  chain: Chain,
  economy: TestEconomy,
  author: number,
  changes: Partial<ServiceParameters> = {},
): TransactionInstruction {
  return createServiceInstruction({
    wallet: memberKey(economy, author).publicKey,
    economy: economy.address,
    ...placeOf(author),
    id: readEconomy(chain, economy).services,
    parameters: serviceOf(author, changes),
  })
}

/** Offers the next service, whose author pays the rent; gives its id. */
export function offerService(
  chain: Chain,
  economy: TestEconomy,
  author: number,
  changes: Partial<ServiceParameters> = {},
): number {
  const id = readEconomy(chain, economy).services
  fund(chain, memberKey(economy, author))
  chain.send(serviceCreation(chain, economy, author, changes), [memberKey(economy, author)])
  return id
}

/** Sets price and status of a service. */
export function updateService(
  chain: Chain,
  economy: TestEconomy,
  id: number,
  { price, status }: { price?: bigint; status?: 0 | 1 },
): Sent {
  const service = readService(chain, economy, id)
  const instruction = updateServiceInstruction({
    author: service.author,
    economy: economy.address,
    id,
    price: price ?? service.price,
    status: status ?? service.status,
  })
  return chain.send(instruction, [memberKey(economy, service.authorMember)])
}

/** Pauses a service and closes it. */
export function closeService(chain: Chain, economy: TestEconomy, id: number): Sent {
  updateService(chain, economy, id, { status: ServiceStatus.Paused })
  const { author, authorMember } = readService(chain, economy, id)
  const instruction = closeServiceInstruction({ author, economy: economy.address, id })
  return chain.send(instruction, [memberKey(economy, authorMember)])
}

/** A service as it stands. */
export function readService(chain: Chain, economy: TestEconomy, id: number): Service {
  return decodeService(dataOf(chain, servicePda(economy.address, id)[0]))
}

/** Where the record is of what a member bought of a service. */
export function activationOf(economy: TestEconomy, id: number, buyer: number): PublicKey {
  return activationPda(servicePda(economy.address, id)[0], memberKey(economy, buyer).publicKey)[0]
}

/** What a member has of a service. */
export function readActivation(chain: Chain, economy: TestEconomy, id: number, buyer: number): Activation {
  return decodeActivation(dataOf(chain, activationOf(economy, id, buyer)))
}

/** Creates a member's activation of a service; the member pays the rent. */
export function openActivation(chain: Chain, economy: TestEconomy, id: number, buyer: number): Sent {
  const key = memberKey(economy, buyer)
  fund(chain, key)
  const at = { wallet: key.publicKey, economy: economy.address, id }
  return chain.send(openActivationInstruction(at), [key])
}

/** The instruction by which a member buys a service at its price, with the pages that it needs. */
export function purchaseOf(
  chain: Chain,
  economy: TestEconomy,
  id: number,
  buyer: number,
  changes: Partial<PurchaseParameters> = {},
): TransactionInstruction {
  const { price, split } = readService(chain, economy, id)
  const { page, slot } = placeOf(buyer)
  return purchaseInstruction({
    wallet: memberKey(economy, buyer).publicKey,
    economy: economy.address,
    id,
    page,
    slot,
    maxPrice: price,
    otherPages: otherPagesOf(split, page),
    ...changes,
  })
}

/** Buys a service, creating the activation if it is missing. */
export function buy(
  chain: Chain,
  economy: TestEconomy,
  id: number,
  buyer: number,
  changes: Partial<PurchaseParameters> = {},
): Sent {
  if (chain.getAccount(activationOf(economy, id, buyer)) === null) openActivation(chain, economy, id, buyer)
  return chain.send(purchaseOf(chain, economy, id, buyer, changes), [memberKey(economy, buyer)])
}

/** Counts a session of `buyer` down, as the buyer unless `by` says otherwise. */
export function useSession(
  chain: Chain,
  economy: TestEconomy,
  id: number,
  buyer: number,
  by: number = buyer,
): Sent {
  const signer = memberKey(economy, by)
  const instruction = useSessionInstruction({
    signer: signer.publicKey,
    economy: economy.address,
    id,
    wallet: memberKey(economy, buyer).publicKey,
  })
  return chain.send(instruction, [signer])
}

/** Rates a service as its buyer. */
export function rate(chain: Chain, economy: TestEconomy, id: number, buyer: number, rating: number): Sent {
  const key = memberKey(economy, buyer)
  const instruction = rateServiceInstruction({
    wallet: key.publicKey,
    economy: economy.address,
    id,
    rating,
  })
  return chain.send(instruction, [key])
}

/** Closes a member's activation. */
export function closeActivation(
  chain: Chain,
  economy: TestEconomy,
  id: number,
  buyer: number,
  giveUp = false,
): Sent {
  const key = memberKey(economy, buyer)
  const [service] = servicePda(economy.address, id)
  const instruction = closeActivationInstruction({ wallet: key.publicKey, service, giveUp })
  return chain.send(instruction, [key])
}
