import {
  bytesPerMember,
  buildScoreBatch,
  createPageInstruction,
  growPageInstruction,
  openWeekInstruction,
  PAGE_SLOTS,
  registerMembersInstruction,
  sealWeekInstruction,
  setLevelsInstruction,
  settlePageInstruction,
  STK_PRESET,
  submitScoresInstruction,
  TRANSACTION_BYTES,
  weekEnd,
  weekOf,
  SECONDS_PER_DAY,
  MOST_WALLETS,
} from "@stk/sdk"
import type { Keypair, TransactionInstruction } from "@solana/web3.js"
import { readEconomy, readPage, readWeek, releaseEmission, type TestEconomy } from "../../tests/utils/economy"
import { Chain, START_UNIX_TIME } from "../../tests/utils/svm"
import type { Cell, Row, Table } from "../figures"
import { loadedBytesInstruction, measure, mostThatFit, type Measured, type Version } from "./meter"
import {
  countsOf,
  createSeededEconomy,
  fundedKey,
  handOverRoles,
  isActive,
  levelOf,
  lostBumps,
  walletsOf,
} from "./world"

const OCTET = 8
/** Percent of the members that do something in a sparse week. */
const SPARSE_PERCENT = 30
/** Loaded bytes that a declaring transaction names: the program, a page and the economy, with room to spare. */
const DECLARED_BYTES = 512 * 1024
/** Weeks in a row after which the coefficient of consistency no longer grows. */
const STEADY_WEEKS = 5

/** A transaction and for how many members it did something. */
export interface Batch {
  readonly measured: Measured
  /** Members for whom it did something. */
  readonly members: number
  /** Slots that it covered. */
  readonly slots: number
  readonly version: Version
}

/** A page of a week in transactions of one version. */
export interface PostedPage {
  readonly batches: readonly Batch[]
}

/** What the whole life of one full page takes. */
export interface BatchCosts {
  readonly tables: readonly Table[]
  /** A page with 1,024 active members, in a week in which all have done something for a while. */
  readonly legacyPage: PostedPage
  readonly declaredPage: PostedPage
  readonly version1Page: PostedPage
  readonly firstWeek: Batch
  readonly steady: Batch
  readonly steadyVersion1: Batch
  /** Bytes by which a transaction grows with one more active member, its bit included. */
  readonly bytesOfMember: number
  readonly fullSettle: Batch
  readonly shortSettle: Batch
  readonly openWeek: Measured
  readonly sealWeek: Measured
  /** Creating and growing the page, and registering everybody in it. */
  readonly pageCreation: readonly Measured[]
  readonly registrations: readonly Batch[]
  readonly version1Registration: Batch
}

/** One page of 1,024 members through ten weeks. */
class PageOfMembers {
  /** Slots covered in the open week. */
  private next = 0

  constructor(
    readonly chain: Chain,
    readonly economy: TestEconomy,
    readonly anyone: Keypair,
  ) {}

  get week(): number {
    return readEconomy(this.chain, this.economy).week
  }

  async open(week: number): Promise<Measured> {
    this.chain.unixTime = Math.max(this.chain.unixTime, weekEnd(week))
    this.next = 0
    const { oracle } = this.economy.actors
    const detailRoot = new Uint8Array(32).fill(7)
    const instruction = openWeekInstruction({
      oracle: oracle.publicKey,
      economy: this.economy.address,
      week,
      members: readEconomy(this.chain, this.economy).members,
      detailRoot,
    })
    return measure(this.chain, instruction, [oracle])
  }

  private instructionFor(
    octets: number,
    percent: number,
  ): { instruction: TransactionInstruction; members: number } {
    const { economy, week, next } = this
    const length = Math.min(octets * OCTET, PAGE_SLOTS - next)
    const scores = Array.from({ length }, (_, index) =>
      isActive(week, next + index, percent) ? countsOf(economy, week, next + index) : null,
    )
    const batch = buildScoreBatch(economy.preset, week, next, scores)
    const instruction = submitScoresInstruction({
      oracle: economy.actors.oracle.publicKey,
      economy: economy.address,
      page: 0,
      batch,
    })
    return { instruction, members: batch.counts.length / batch.bytesPerMember }
  }

  /** Posts as many of the next slots as fit one transaction, beside other instructions. */
  async post(
    version: Version,
    percent = 100,
    beside: readonly TransactionInstruction[] = [],
  ): Promise<Batch> {
    const { oracle } = this.economy.actors
    const left = Math.ceil((PAGE_SLOTS - this.next) / OCTET)
    const octets = await mostThatFit(
      this.chain,
      left,
      (count) => [...beside, this.instructionFor(count, percent).instruction],
      [oracle],
      version,
    )
    const { instruction, members } = this.instructionFor(octets, percent)
    const measured = await measure(this.chain, [...beside, instruction], [oracle], version)
    this.next += octets * OCTET
    return { measured, members, slots: octets * OCTET, version }
  }

  /** Posts the rest of the page. */
  async postRest(
    version: Version,
    percent = 100,
    beside: readonly TransactionInstruction[] = [],
  ): Promise<Batch[]> {
    const batches: Batch[] = []
    while (this.next < PAGE_SLOTS) batches.push(await this.post(version, percent, beside))
    return batches
  }

  async seal(): Promise<Measured> {
    const { oracle } = this.economy.actors
    const instruction = sealWeekInstruction({
      oracle: oracle.publicKey,
      economy: this.economy.address,
      week: this.week,
    })
    return measure(this.chain, instruction, [oracle])
  }

  async settle(): Promise<Batch> {
    const due = readPage(this.chain, this.economy).members.filter((member) => member.pending > 0n)
    const instruction = settlePageInstruction({ economy: this.economy.address, week: this.week, page: 0 })
    const measured = await measure(this.chain, instruction, [this.anyone])
    return { measured, members: due.length, slots: PAGE_SLOTS, version: "legacy" }
  }

  /** Whether the week that was sealed last is short of pool. */
  get isShort(): boolean {
    const { due, payable } = readWeek(this.chain, this.economy, this.week)
    return payable > 0n && payable < due
  }
}

async function createPageOf(chain: Chain, economy: TestEconomy, anyone: Keypair): Promise<Measured[]> {
  const at = { payer: anyone.publicKey, economy: economy.address, page: 0 }
  const measured = [await measure(chain, createPageInstruction(at), [anyone])]
  while (readPage(chain, economy).capacity < PAGE_SLOTS) {
    measured.push(await measure(chain, growPageInstruction(at), [anyone]))
  }
  return measured
}

interface Registrations {
  readonly sizes: readonly Batch[]
  readonly largest: Batch
  readonly version1: Batch
  readonly all: readonly Batch[]
  /** Bumps passed over in each batch, by batch. */
  readonly bumps: ReadonlyMap<Batch, number>
}

async function registerAll(chain: Chain, economy: TestEconomy): Promise<Registrations> {
  const { registrar } = economy.actors
  const wallets = walletsOf(economy, 0, PAGE_SLOTS)
  const bumps = new Map<Batch, number>()
  const instruction = (first: number, count: number) =>
    registerMembersInstruction({
      registrar: registrar.publicKey,
      economy: economy.address,
      page: 0,
      wallets: wallets.slice(first, first + count).map((wallet) => wallet.publicKey),
    })
  let next = 0
  const register = async (count: number, version: Version): Promise<Batch> => {
    const measured = await measure(chain, instruction(next, count), [registrar], version)
    const batch: Batch = { measured, members: count, slots: count, version }
    const lost = wallets.slice(next, next + count).map((wallet) => lostBumps(economy, wallet))
    bumps.set(
      batch,
      lost.reduce((sum, each) => sum + each, 0),
    )
    next += count
    return batch
  }
  const fits = (version: Version) =>
    mostThatFit(chain, MOST_WALLETS, (count) => [instruction(next, count)], [registrar], version)

  const most = await fits("legacy")
  const sizes: Batch[] = []
  for (const count of [1, 2, 4, 8]) sizes.push(await register(count, "legacy"))
  const largest = await register(most, "legacy")
  const version1 = await register(await fits(1), 1)
  const all: Batch[] = []
  while (next < PAGE_SLOTS) all.push(await register(Math.min(most, PAGE_SLOTS - next), "legacy"))
  economy.members.push(...wallets)
  return { sizes, largest, version1, all, bumps }
}

async function setLevels(chain: Chain, economy: TestEconomy): Promise<Batch[]> {
  const { registrar } = economy.actors
  const instruction = (first: number, count: number) =>
    setLevelsInstruction({
      registrar: registrar.publicKey,
      economy: economy.address,
      page: 0,
      changes: Array.from({ length: count }, (_, index) => ({
        slot: first + index,
        level: levelOf(first + index),
      })),
      evidence: new Uint8Array(32).fill(9),
    })
  const batches: Batch[] = []
  const set = async (first: number, count: number, version: Version): Promise<void> => {
    const measured = await measure(chain, instruction(first, count), [registrar], version)
    batches.push({ measured, members: count, slots: count, version })
  }
  await set(0, 16, "legacy")
  await set(
    0,
    await mostThatFit(chain, PAGE_SLOTS, (count) => [instruction(0, count)], [registrar]),
    "legacy",
  )
  await set(0, await mostThatFit(chain, PAGE_SLOTS, (count) => [instruction(0, count)], [registrar], 1), 1)
  return batches
}

/** Takes one full page from its creation through ten weeks. */
export async function measureBatches(): Promise<BatchCosts> {
  const chain = new Chain()
  // Genesis on the last day of a week: by its end one day of emission is released, which is less than is due.
  const genesis = START_UNIX_TIME + 6 * SECONDS_PER_DAY
  const first = weekOf(genesis) ?? 0
  const { economy } = await createSeededEconomy(chain, "batches", STK_PRESET, genesis)
  handOverRoles(chain, economy)
  const anyone = fundedKey(chain, "anyone")
  const pageCreation = await createPageOf(chain, economy, anyone)
  const registered = await registerAll(chain, economy)
  const levels = await setLevels(chain, economy)
  const page = new PageOfMembers(chain, economy, anyone)

  const openWeek = await page.open(first)
  releaseEmission(chain, economy)
  const firstWeek = await page.post("legacy")
  const firstVersion1 = await page.post(1)
  await page.postRest(1)
  const sealWeek = await page.seal()
  if (!page.isShort) throw new Error("the first week was to be short of pool")
  const shortSettle = await page.settle()

  for (let week = first + 1; week < first + STEADY_WEEKS; week++) {
    await page.open(week)
    releaseEmission(chain, economy)
    await page.postRest(1)
    await page.seal()
    await page.settle()
  }

  await page.open(first + STEADY_WEEKS)
  releaseEmission(chain, economy)
  const legacyPage = { batches: await page.postRest("legacy") }
  await page.seal()
  if (page.isShort) throw new Error("a steady week was to be paid in full")
  const fullSettle = await page.settle()

  const ordinaryWeek = async (week: number, post: () => Promise<void>): Promise<Batch> => {
    await page.open(week)
    releaseEmission(chain, economy)
    await post()
    await page.seal()
    return page.settle()
  }
  let version1Page: PostedPage = { batches: [] }
  await ordinaryWeek(first + STEADY_WEEKS + 1, async () => {
    version1Page = { batches: await page.postRest(1) }
  })
  let declaredPage: PostedPage = { batches: [] }
  await ordinaryWeek(first + STEADY_WEEKS + 2, async () => {
    declaredPage = { batches: await page.postRest("legacy", 100, [loadedBytesInstruction(DECLARED_BYTES)]) }
  })
  const sparse: Batch[] = []
  const sparseSettle = await ordinaryWeek(first + STEADY_WEEKS + 3, async () => {
    sparse.push(await page.post("legacy", SPARSE_PERCENT))
    await page.postRest(1, SPARSE_PERCENT)
  })
  const sparseVersion1: Batch[] = []
  await ordinaryWeek(first + STEADY_WEEKS + 4, async () => {
    sparseVersion1.push(await page.post(1, SPARSE_PERCENT))
    await page.postRest(1, SPARSE_PERCENT)
  })

  const steady = firstOf(legacyPage.batches)
  const steadyVersion1 = firstOf(version1Page.batches)
  return {
    tables: [
      scoresTable([
        ["legacy, first week", firstWeek],
        ["legacy, streak of 5 and more", steady],
        ["legacy, the same with loaded bytes declared", firstOf(declaredPage.batches)],
        [`legacy, ${SPARSE_PERCENT}% of the members active`, firstOf(sparse)],
        ["version 1, first week", firstVersion1],
        ["version 1, streak of 5 and more", steadyVersion1],
        [`version 1, ${SPARSE_PERCENT}% of the members active`, firstOf(sparseVersion1)],
      ]),
      settleTable([
        ["paid in full, everybody active", fullSettle],
        ["short of pool, everybody active", shortSettle],
        [`paid in full, ${SPARSE_PERCENT}% active`, sparseSettle],
      ]),
      registrationTable(registered),
      levelsTable(levels),
    ],
    legacyPage,
    declaredPage,
    version1Page,
    firstWeek,
    steady,
    steadyVersion1,
    bytesOfMember: growthOf(legacyPage.batches),
    fullSettle,
    shortSettle,
    openWeek,
    sealWeek,
    pageCreation,
    registrations: registered.all,
    version1Registration: registered.version1,
  }
}

function firstOf(batches: readonly Batch[]): Batch {
  const [first] = batches
  if (first === undefined) throw new Error("no batch was posted")
  return first
}

/** Bytes of one more member, from the largest batch and the one that ends the page. */
function growthOf(batches: readonly Batch[]): number {
  const [largest, last] = [firstOf(batches), batches[batches.length - 1]]
  if (last === undefined || last.members === largest.members) throw new Error("two sizes are needed")
  return (largest.measured.bytes - last.measured.bytes) / (largest.members - last.members)
}

/** To two decimals. */
export function perMember(amount: number, members: number): number {
  return Math.round((amount * 100) / members) / 100
}

function scoresTable(batches: readonly (readonly [string, Batch])[]): Table {
  const width = bytesPerMember(STK_PRESET)
  const rows = batches.map(([name, { measured, members, slots }]): Row => {
    const { computeUnits, bytes, fee, feeOfRequested } = measured
    const cells: Cell[] = [
      members,
      slots,
      bytes,
      computeUnits,
      perMember(computeUnits, members),
      perMember(bytes, members),
      perMember(fee, members),
      perMember(feeOfRequested, members),
    ]
    return { name, cells }
  })
  return {
    id: "submit_scores",
    title: "Posting scores: the largest batch of one transaction",
    text: [
      `STK's rules: ${width} bytes for an active member and one bit for every slot. Legacy transactions have ${TRANSACTION_BYTES.legacy.toLocaleString("en-US")} bytes, those of version 1 ${TRANSACTION_BYTES[1].toLocaleString("en-US")}.`,
    ],
    heading: "Batch",
    columns: [
      { name: "Active members", unit: "members" },
      { name: "Slots" },
      { name: "Bytes", unit: "bytes" },
      { name: "CU", unit: "CU" },
      { name: "CU a member", unit: "CU" },
      { name: "Bytes a member", unit: "bytes" },
      { name: "Lamports a member", unit: "lamports" },
      { name: "under SIMD-0553", unit: "lamports" },
    ],
    rows,
  }
}

function settleTable(batches: readonly (readonly [string, Batch])[]): Table {
  const rows = batches.map(([name, { measured, members, slots }]): Row => {
    const { computeUnits, fee, feeOfRequested } = measured
    const cells = [
      members,
      slots,
      computeUnits,
      perMember(computeUnits, members),
      perMember(fee, members),
      perMember(feeOfRequested, members),
    ]
    return { name, cells }
  })
  return {
    id: "settle_page",
    title: "Settling a full page",
    text: [],
    heading: "Week",
    columns: [
      { name: "Members paid" },
      { name: "Slots" },
      { name: "CU", unit: "CU" },
      { name: "CU a member", unit: "CU" },
      { name: "Lamports a member", unit: "lamports" },
      { name: "under SIMD-0553", unit: "lamports" },
    ],
    rows,
  }
}

function registrationTable({ sizes, largest, version1, all, bumps }: Registrations): Table {
  const row = (name: string, batch: Batch): Row => {
    const { measured, members } = batch
    const { computeUnits, bytes, rent, fee } = measured
    const cells = [
      members,
      bumps.get(batch) ?? 0,
      bytes,
      computeUnits,
      perMember(computeUnits, members),
      perMember(rent, members),
      perMember(fee, members),
    ]
    return { name, cells }
  }
  const count = all.reduce((sum, { members }) => sum + members, 0)
  const units = all.reduce((sum, { measured }) => sum + measured.computeUnits, 0)
  const fees = all.reduce((sum, { measured }) => sum + measured.fee, 0)
  const rent = all.reduce((sum, { measured }) => sum + measured.rent, 0)
  const lost = all.reduce((sum, batch) => sum + (bumps.get(batch) ?? 0), 0)
  const most = largest.members
  return {
    id: "register_members",
    title: "Registering wallets",
    text: [
      "The address of a membership is searched on chain; each bump that the search passes over costs some 400 CU, one in the mean. The last row is the mean over the rest of the page.",
    ],
    heading: "Batch",
    columns: [
      { name: "Wallets", unit: "members" },
      { name: "Bumps passed over" },
      { name: "Bytes", unit: "bytes" },
      { name: "CU", unit: "CU" },
      { name: "CU a wallet", unit: "CU" },
      { name: "Rent a wallet", unit: "lamports" },
      { name: "Fee a wallet", unit: "lamports" },
    ],
    rows: [
      ...sizes.map((batch) => row(`legacy, ${batch.members}`, batch)),
      row(`legacy, as many as fit`, largest),
      row("version 1, as many as fit", version1),
      {
        name: `mean of ${count} wallets, ${most} a transaction`,
        cells: [
          most,
          lost,
          null,
          null,
          perMember(units, count),
          perMember(rent, count),
          perMember(fees, count),
        ],
      },
    ],
  }
}

function levelsTable(batches: readonly Batch[]): Table {
  return {
    id: "set_levels",
    title: "Setting levels",
    text: [],
    heading: "Batch",
    columns: [
      { name: "Slots", unit: "members" },
      { name: "Bytes", unit: "bytes" },
      { name: "CU", unit: "CU" },
      { name: "CU a slot", unit: "CU" },
    ],
    rows: batches.map(({ measured, members, version }) => ({
      name: `${version === 1 ? "version 1" : version}, ${members}`,
      cells: [members, measured.bytes, measured.computeUnits, perMember(measured.computeUnits, members)],
    })),
  }
}
