import {
  closeActivationInstruction,
  closeServiceInstruction,
  createServiceInstruction,
  Fund,
  openActivationInstruction,
  otherPagesOf,
  PAGE_SLOTS,
  purchaseInstruction,
  rateServiceInstruction,
  SAMPLE_SERVICES,
  serviceParameters,
  servicePda,
  ServiceStatus,
  STK_PRESET,
  updateServiceInstruction,
  useSessionInstruction,
  weekEnd,
  weekOf,
  type ServiceParameters,
  type Share,
} from "@stk/sdk"
import { addMembers, releaseEmission, runWeek } from "../../tests/utils/economy"
import { Chain, START_UNIX_TIME } from "../../tests/utils/svm"
import type { Row, Table, Target } from "../figures"
import { measure, type Measured } from "./meter"
import { createSeededEconomy, handOverRoles, walletsOf } from "./world"

/** Compute units of a purchase with three recipients. */
const PURCHASE_TARGET = 3_000
const PAGES = 3
const AUTHOR = 0
const BUYER = 1
/** One whole token. */
const PRICE = 1_000_000n

/** What the marketplace costs. */
export interface MarketplaceCosts {
  readonly table: Table
  readonly targets: readonly Target[]
}

/** A service's life, and purchases with recipients in one page and over pages. */
export async function measureMarketplace(): Promise<MarketplaceCosts> {
  const chain = new Chain()
  const { economy } = await createSeededEconomy(chain, "marketplace", STK_PRESET, START_UNIX_TIME)
  handOverRoles(chain, economy)
  addMembers(chain, economy, walletsOf(economy, 0, (PAGES - 1) * PAGE_SLOTS + 1))
  chain.unixTime = weekEnd(weekOf(START_UNIX_TIME) ?? 0)
  releaseEmission(chain, economy)
  runWeek(chain, economy, [null, [5, 5, 5, 5, 5, 5, 5]])
  const [author, buyer] = [economy.members[AUTHOR], economy.members[BUYER]]
  if (author === undefined || buyer === undefined) throw new Error("an economy without members")
  for (const { publicKey } of [author, buyer]) chain.airdrop(publicKey)

  const rows: Row[] = []
  const note = (name: string, of: string, measured: Measured): Measured => {
    const { computeUnits, bytes, rent, fee } = measured
    rows.push({ name: of === "" ? name : `${name}, ${of}`, cells: [computeUnits, bytes, rent, fee] })
    return measured
  }
  const at = { economy: economy.address, page: 0 }
  const ofAuthor = { economy: economy.address, author: author.publicKey }
  const ofBuyer = { economy: economy.address, wallet: buyer.publicKey }

  const session = SAMPLE_SERVICES.find(({ sessions }) => sessions > 0)
  if (session === undefined) throw new Error("no sample has sessions")
  const sample = { ...serviceParameters(session, AUTHOR), price: PRICE }
  let services = 0
  const create = (parameters: ServiceParameters): Promise<Measured> => {
    const creation = { ...at, wallet: author.publicKey, slot: AUTHOR, id: services++, parameters }
    return measure(chain, createServiceInstruction(creation), [author])
  }
  const open = (id: number): Promise<Measured> =>
    measure(chain, openActivationInstruction({ ...ofBuyer, id }), [buyer])
  const purchase = (id: number, split: readonly Share[]): Promise<Measured> => {
    const place = { ...at, ...ofBuyer, slot: BUYER, id, maxPrice: PRICE }
    return measure(chain, purchaseInstruction({ ...place, otherPages: otherPagesOf(split, 0) }), [buyer])
  }

  note("create_service", "two recipients", await create(sample))
  note("open_activation", "", await open(0))
  note("purchase", "member and Treasury", await purchase(0, sample.split))
  note(
    "use_session",
    "by the buyer",
    await measure(chain, useSessionInstruction({ ...ofBuyer, signer: buyer.publicKey, id: 0 }), [buyer]),
  )
  note(
    "rate_service",
    "",
    await measure(chain, rateServiceInstruction({ ...ofBuyer, id: 0, rating: 5 }), [buyer]),
  )
  const update = { ...ofAuthor, id: 0, price: PRICE, status: ServiceStatus.Paused }
  note("update_service", "", await measure(chain, updateServiceInstruction(update), [author]))
  note("close_service", "", await measure(chain, closeServiceInstruction({ ...ofAuthor, id: 0 }), [author]))
  const [service] = servicePda(economy.address, 0)
  const closing = { wallet: buyer.publicKey, service, giveUp: false }
  note("close_activation", "", await measure(chain, closeActivationInstruction(closing), [buyer]))

  const buy = async (of: string, split: readonly Share[]): Promise<Measured> => {
    const id = services
    await create({ ...sample, split })
    await open(id)
    await purchase(id, split)
    // The second purchase, as most are: the first one starts the activation.
    return note("purchase", of, await purchase(id, split))
  }
  const member = (index: number, bps: number): Share => ({ member: index, bps })
  const treasury: Share = { fund: Fund.Treasury, bps: 2_000 }
  const inOnePage = await buy("three recipients: two members of the buyer's page, Treasury", [
    member(0, 5_000),
    member(2, 3_000),
    treasury,
  ])
  const inTwoPages = await buy("three recipients: members of two pages, Treasury", [
    member(0, 5_000),
    member(PAGE_SLOTS, 3_000),
    treasury,
  ])
  const inThreePages = await buy("three recipients: members of three pages", [
    member(0, 5_000),
    member(PAGE_SLOTS, 3_000),
    member(2 * PAGE_SLOTS, 2_000),
  ])
  const eight = [0, 2, 3, 4, 5, 6, 7].map((index) => member(index, 1_000))
  await buy("eight recipients: seven members of the buyer's page, Treasury", [
    ...eight,
    { fund: Fund.Treasury, bps: 3_000 },
  ])

  const target = (name: string, { computeUnits }: Measured): Target => {
    return { name, unit: "CU", limit: PURCHASE_TARGET, bound: "at most", measured: computeUnits }
  }
  return {
    table: tableOf(rows),
    targets: [
      target("A purchase with three recipients in one page", inOnePage),
      target("A purchase with three recipients over two pages", inTwoPages),
      target("A purchase with three recipients over three pages", inThreePages),
    ],
  }
}

function tableOf(rows: readonly Row[]): Table {
  return {
    id: "marketplace",
    title: "Marketplace",
    text: [
      "In a legacy transaction that also sets the limit of compute units. Nothing is transferred by a token program: a purchase is arithmetic in the pages of buyer and recipients. A negative rent comes back.",
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
