import {
  burnInstruction,
  createStabilisationInstruction,
  fillBuybackInstruction,
  Fund,
  fundBuybackInstruction,
  openBuybackInstruction,
  postPriceInstruction,
  readPriceInstruction,
  releaseEmissionInstruction,
  setBuybackLimitsInstruction,
  setEmissionFactorInstruction,
  setPriceFeedInstruction,
  STK_PRESET,
  unixDay,
  weekEnd,
  weekOf,
  withdrawQuoteInstruction,
} from "@stk/sdk"
import { addMembers, releaseEmission, runWeek, withdraw } from "../../tests/utils/economy"
import { createMint, mintTo } from "../../tests/utils/mints"
import { publishPrice } from "../../tests/utils/price_feed"
import { Chain, START_UNIX_TIME } from "../../tests/utils/svm"
import type { Row, Table } from "../figures"
import { measure, type Measured } from "./meter"
import { createSeededEconomy, fundedKey, handOverRoles, keyOf, walletsOf } from "./world"

const SECONDS_PER_DAY = 86_400
/** Billionths: 1.00 on every day but the last, and 0.70 on that. */
const [PRICE, FALLEN] = [1_000_000_000n, 700_000_000n]
const [STK, USDC] = [1_000_000n, 1_000_000n]
/** Days before the last one: with it a full year of samples. */
const DAYS = 365

/** What prices, buybacks and burns cost, with a year of prices. */
export async function measureStabilisation(): Promise<Table> {
  const chain = new Chain()
  const { economy } = await createSeededEconomy(chain, "stabilisation", STK_PRESET, START_UNIX_TIME)
  handOverRoles(chain, economy)
  const { address, mint, actors } = economy
  const { treasurer, oracle, admin } = actors
  const [member] = walletsOf(economy, 0, 1)
  if (member === undefined) throw new Error("an economy without members")
  addMembers(chain, economy, [member])
  chain.airdrop(member.publicKey)
  chain.unixTime = weekEnd(weekOf(START_UNIX_TIME) ?? 0)
  releaseEmission(chain, economy)
  runWeek(chain, economy, [[0, 20, 0, 0, 0, 0, 0]])
  const source = withdraw(chain, economy, 0, 1_000n * STK)

  const rows: Row[] = []
  const note = (name: string, { computeUnits, bytes, rent, fee }: Measured): void => {
    rows.push({ name, cells: [computeUnits, bytes, rent, fee] })
  }
  const quoteMint = createMint(chain, 6)
  const at = { economy: address }
  const byTreasurer = { ...at, treasurer: treasurer.publicKey }
  const byAdmin = { ...at, admin: admin.publicKey }
  const limits = { buybackLimit: 1_000n * USDC, cooldownSeconds: 0 }
  const creation = createStabilisationInstruction({ ...byTreasurer, quoteMint, ...limits })
  note("create_stabilisation", await measure(chain, creation, [treasurer]))
  const limiting = setBuybackLimitsInstruction({ ...byAdmin, ...limits })
  note("set_buyback_limits", await measure(chain, limiting, [admin]))
  const feed = { account: keyOf("price feed").publicKey, id: new Uint8Array(32).fill(1) }
  note("set_price_feed", await measure(chain, setPriceFeedInstruction({ ...byAdmin, feed }), [admin]))

  const payer = fundedKey(chain, "anyone")
  const funds = mintTo(chain, quoteMint, payer.publicKey, 1_000n * USDC)
  const funding = { ...at, payer: payer.publicKey, source: funds, amount: 1_000n * USDC }
  note("fund_buyback", await measure(chain, fundBuybackInstruction(funding), [payer]))

  const today = () => unixDay(chain.unixTime) ?? 0
  const priceOf = (day: number, price: bigint) =>
    postPriceInstruction({ ...at, oracle: oracle.publicKey, day, price })
  publishPrice(chain, feed)
  note("read_price", await measure(chain, readPriceInstruction({ ...at, feed: feed.account }), [payer]))
  for (let day = 1; day < DAYS; day++) {
    chain.unixTime += SECONDS_PER_DAY
    chain.send(priceOf(today(), PRICE), [oracle])
  }
  chain.unixTime += SECONDS_PER_DAY
  note("post_price", await measure(chain, priceOf(today(), FALLEN), [oracle]))

  const order = { quoteAmount: 70n * USDC, maxPrice: FALLEN }
  const opening = openBuybackInstruction({ ...byTreasurer, ...order })
  note("open_buyback", await measure(chain, opening, [treasurer]))
  const destination = mintTo(chain, quoteMint, member.publicKey, 0n)
  const sale = { ...at, seller: member.publicKey, source, destination, amount: STK, minQuote: 1n }
  note("fill_buyback", await measure(chain, fillBuybackInstruction(sale), [member]))
  const withdrawal = { ...byTreasurer, destination, amount: 1n, reason: "seeds the pool" }
  note("withdraw_quote", await measure(chain, withdrawQuoteInstruction(withdrawal), [treasurer]))
  const burning = { ...byTreasurer, mint, fund: Fund.Treasury, amount: STK, reason: "what was bought back" }
  note("burn", await measure(chain, burnInstruction(burning), [treasurer]))

  chain.send(releaseEmissionInstruction({ ...at, mint }))
  const factor = setEmissionFactorInstruction({ ...byTreasurer, emissionFactorBps: 9_000 })
  note("set_emission_factor", await measure(chain, factor, [treasurer]))
  return tableOf(rows)
}

function tableOf(rows: readonly Row[]): Table {
  return {
    id: "stabilisation",
    title: "Prices, buybacks and burns",
    text: [
      "With a year of daily prices, in a legacy transaction that also sets the limit of compute units. Burning looks at all samples of the year for the velocity, opening a buyback at 31. Rent as above.",
    ],
    heading: "Instruction",
    columns: [
      { name: "CU", unit: "CU" },
      { name: "Bytes", unit: "bytes" },
      { name: "Rent, lamports", unit: "lamports" },
      { name: "Fee, lamports", unit: "lamports" },
    ],
    rows,
  }
}
