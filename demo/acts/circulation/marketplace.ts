import { SAMPLE_SERVICES, isActive, serviceParameters } from "@stk/sdk"
import { dateOf } from "../../calendar"
import { bar, bold } from "../../show"
import { FUND_NAMES, exactly, stk } from "../economy"
import { personAt, balanceOf, type Scene } from "./scene"

const SERVICE = "ai_agent_premium"
const RATING = 5

/** A purchase as act two tells it. Amounts are base units. */
export interface PurchaseResult {
  service: string
  author: string
  buyer: string
  price: string
  payments: { to: string; amount: string }[]
  active_until: string
  rating: number
}

/** A member offers a service, another one finds it, buys it and rates it. */
export async function playMarketplace(scene: Scene): Promise<PurchaseResult> {
  const { voice, calendar } = scene
  const [buyer, author] = [personAt(scene, 0), personAt(scene, 1)]
  const preset = SAMPLE_SERVICES.find(({ id }) => id === SERVICE)
  if (preset === undefined) throw new Error(`there is no sample service ${SERVICE}`)
  voice.heading(`Marketplace: ${buyer.name} buys a month of an AI agent`)

  // In a very small community nobody may have earned the price of the catalogue: the author asks what can be paid.
  const price = buyer.balance < preset.price ? buyer.balance : preset.price
  const offer = { ...serviceParameters(preset, author.index), price }
  const { id } = await voice.step(`${author.name} offers “${preset.name}” for ${stk(price)} STK`, () =>
    author.client.createService(offer),
  )
  const wanted = { text: "agent", onOffer: true, maxPrice: price }
  const found = await voice.step(
    (services) => `${buyer.name} looks for “agent”: ${services.length} on offer`,
    () => buyer.client.findServices(wanted),
  )
  if (!found.some((service) => service.id === id)) throw new Error("the service is not found")

  const sent = await voice.step(`${buyer.name} buys it`, () => buyer.client.purchase(id))
  await voice.step(`${buyer.name} rates it: ${"★".repeat(RATING)}`, () =>
    buyer.client.rateService(id, RATING),
  )

  const events = await buyer.client.fetchEvents(sent.at(-1)?.signature ?? "")
  const purchased = events.find((event) => event.name === "ServicePurchased")
  const activation = await buyer.client.fetchActivation(id, buyer.wallet)
  if (purchased?.name !== "ServicePurchased" || activation === null) throw new Error("nothing was bought")
  const payments = purchased.data.payments.map(({ recipientKind, fund, amount }) => ({
    to: recipientKind === 0 ? author.name : (FUND_NAMES[fund] ?? ""),
    role: recipientKind === 0 ? "developer" : "fund",
    amount,
  }))
  voice.say()
  voice.table(
    ["who gets it", "", "share", "STK", ""],
    payments.map(({ to, role, amount }) => [
      to,
      role,
      `${(amount * 100n) / price}%`,
      exactly(amount),
      bar(amount, price),
    ]),
    [0, 1, 4],
  )
  const state = isActive(activation, await calendar.now()) ? "active" : "not active"
  voice.say(
    `\n  ${bold(state)} until ${dateOf(activation.activeTo)}; ${buyer.name} has ${stk(await balanceOf(buyer))} STK left`,
  )
  return {
    service: preset.name,
    author: author.name,
    buyer: buyer.name,
    price: `${price}`,
    payments: payments.map(({ to, amount }) => ({ to, amount: `${amount}` })),
    active_until: dateOf(activation.activeTo),
    rating: RATING,
  }
}
