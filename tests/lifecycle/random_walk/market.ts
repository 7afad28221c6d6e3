import { openActivationInstruction, purchaseInstruction, ServiceKind } from "@stk/sdk"
import { offerService, updateService } from "../../utils/marketplace"
import { LIQUIDITY, POOL } from "../rules/ledger"
import type { Offer, Share } from "../rules/market"
import type { Choices, Walk } from "./walk"

const MOST_OFFERS = 8

/** Services: offered, changed and bought. */
export function marketChoices(walk: Walk): Choices {
  const { chain, economy, market, random } = walk
  const choices: Choices = {}
  if (market.offers.length < MOST_OFFERS && random.chance(5)) choices.offer = () => offer(walk)
  if (market.offers.length === 0) return choices
  const chosen = random.pick(market.offers)
  if (random.chance(5)) {
    choices.updateService = () => {
      chosen.price = BigInt(random.between(1, 20_000_000))
      updateService(chain, economy, chosen.id, { price: chosen.price })
    }
  }
  const buyer = walk.memberWith(({ balance }, index) => {
    return balance >= chosen.price && index !== chosen.author && !market.isOwned(chosen, index)
  })
  if (buyer !== null) choices.purchase = () => purchase(walk, chosen, buyer)
  return choices
}

function offer(walk: Walk): void {
  const { chain, economy, market, random } = walk
  const author = random.below(walk.members)
  const [first, second] = [random.between(1, 4_000), random.between(1, 3_000)]
  const rest = 10_000 - first - second
  const split: Share[] = [
    { member: author, bps: first },
    { member: walk.other(author), bps: second },
    random.chance(50) ? { fund: POOL, bps: rest } : { fund: LIQUIDITY, bps: rest },
  ]
  const price = BigInt(random.between(1, 20_000_000))
  const termSeconds = random.chance(70) ? random.between(1, 90) * 86_400 : 0
  const sessions = random.below(3)
  const { id } = market.offer({ author, price, termSeconds, sessions, split })
  offerService(chain, economy, author, { kind: ServiceKind.Peer, price, termSeconds, sessions, split })
  if (id !== market.offers.length - 1) throw new Error("ids count up")
}

function purchase(walk: Walk, chosen: Offer, buyer: number): void {
  const { chain, economy } = walk
  const key = walk.key(buyer)
  const at = { wallet: key.publicKey, economy: economy.address, id: chosen.id }
  const isFirst = !chosen.bought.has(buyer)
  if (isFirst && chain.getAccount(key.publicKey) === null) chain.airdrop(key.publicKey, 1_000_000_000n)
  walk.market.purchase(walk.ledger, chosen, buyer, walk.now)
  const opening = isFirst ? [openActivationInstruction(at)] : []
  const buying = purchaseInstruction({ ...at, page: 0, slot: buyer, maxPrice: chosen.price, otherPages: [] })
  chain.send([...opening, buying], [key])
}
