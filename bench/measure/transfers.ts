import {
  createPageInstruction,
  createStakePageInstruction,
  growPageInstruction,
  growStakePageInstruction,
  PAGE_SLOTS,
  redistributePageInstruction,
  registerMembersInstruction,
  setRedistributionBandsInstruction,
  setTransferFeeInstruction,
  stakeInstruction,
  STK_PRESET,
  transferInstruction,
  weekEnd,
  type PolicyPreset,
  type RedistributePageParameters,
} from "@stk/sdk"
import type { Keypair, TransactionInstruction } from "@solana/web3.js"
import {
  openWeek,
  readEconomy,
  readPage,
  releaseEmission,
  seal,
  settlePage,
  submitAll,
  type TestEconomy,
} from "../../tests/utils/economy"
import { Chain, START_UNIX_TIME } from "../../tests/utils/svm"
import type { Table, Target } from "../figures"
import { measure, type Measured } from "./meter"
import { createSeededEconomy, fundedKey, handOverRoles, walletsOf } from "./world"

/** What moving balances and taking from inactive members costs. */
export interface TransferCosts {
  readonly table: Table
  readonly targets: readonly Target[]
}

const TRANSFER_LIMIT = 1_500
const MEMBER_LIMIT = 60
/** What the page's members do in the week before: something of each type, which pays for stakes of a whole token. */
const COUNTS = [2, 2, 2, 2, 2, 2, 2]
const STAKED = 1_000_000n
const FEE_BPS = 50
/** Wallets that fit a transaction whatever their addresses. */
const WALLETS = 12
/** Shortest bands, so that a few empty weeks make everybody inactive. Of three, the last one costs most. */
const BANDS: PolicyPreset["bands"] = [
  { days: 30, bps: 500 },
  { days: 31, bps: 1_000 },
  { days: 32, bps: 1_500 },
]
const INACTIVE_WEEKS = 6

interface World {
  readonly chain: Chain
  readonly economy: TestEconomy
  readonly anyone: Keypair
  readonly wallets: readonly Keypair[]
}

/** A full page, one more with a single member, and everybody in the first with a balance. */
async function newWorld(name: string): Promise<World> {
  const chain = new Chain()
  const { economy } = await createSeededEconomy(chain, name, STK_PRESET, START_UNIX_TIME)
  handOverRoles(chain, economy)
  const anyone = fundedKey(chain, `${name} anyone`)
  const { registrar } = economy.actors
  const wallets = walletsOf(economy, 0, PAGE_SLOTS + 1)
  for (const page of [0, 1]) {
    const at = { payer: anyone.publicKey, economy: economy.address, page }
    chain.send(createPageInstruction(at), [anyone])
    for (let growth = 0; page === 0 && growth < 6; growth++) chain.send(growPageInstruction(at), [anyone])
    const own = wallets.slice(page * PAGE_SLOTS, (page + 1) * PAGE_SLOTS)
    for (let start = 0; start < own.length; start += WALLETS) {
      const registration = registerMembersInstruction({
        registrar: registrar.publicKey,
        economy: economy.address,
        page,
        wallets: own.slice(start, start + WALLETS).map(({ publicKey }) => publicKey),
      })
      chain.send(registration, [registrar])
    }
  }
  return { chain, economy, anyone, wallets }
}

/** Posts the next week; `counts` is what every member of the first page did. */
function postWeek({ chain, economy }: World, counts: readonly number[] | null): void {
  const week = openWeek(chain, economy)
  if (counts !== null) releaseEmission(chain, economy)
  submitAll(
    chain,
    economy,
    Array.from({ length: PAGE_SLOTS }, () => counts),
  )
  seal(chain, economy)
  chain.unixTime = Math.max(chain.unixTime, weekEnd(week))
  for (const page of [0, 1]) settlePage(chain, economy, page)
}

/** Everybody in the first page stakes a whole token. */
function stakeAll({ chain, economy, anyone, wallets }: World): void {
  const at = { payer: anyone.publicKey, economy: economy.address, page: 0 }
  chain.send(createStakePageInstruction(at), [anyone])
  for (let growth = 0; growth < 6; growth++) chain.send(growStakePageInstruction(at), [anyone])
  for (const [slot, wallet] of wallets.slice(0, PAGE_SLOTS).entries()) {
    const stake = { wallet: wallet.publicKey, economy: economy.address, page: 0, slot, termDays: 30 }
    chain.send(stakeInstruction({ ...stake, amount: STAKED }), [wallet], { computeUnits: 100_000 })
  }
}

async function redistribution(world: World, hasStakes: boolean): Promise<Measured> {
  const { economy, chain, anyone } = world
  const at: RedistributePageParameters = { economy: economy.address, page: 0, hasStakes }
  return measure(chain, redistributePageInstruction(at), [anyone])
}

/** Makes everybody inactive, measures and checks that something was taken. */
async function ofAll(name: string, prepare: (world: World) => void, hasStakes: boolean): Promise<Measured> {
  const world = await newWorld(name)
  const { chain, economy } = world
  postWeek(world, COUNTS)
  prepare(world)
  for (let week = 0; week < INACTIVE_WEEKS; week++) postWeek(world, null)
  await setBands(world)
  const measured = await redistribution(world, hasStakes)
  const taken = readPage(chain, economy).members.filter((member) => member.lastRedistributionQuarter > 0)
  if (taken.length !== PAGE_SLOTS) throw new Error(`${taken.length} members were inactive`)
  return measured
}

function setBands({ chain, economy }: World): Promise<Measured> {
  const { admin } = economy.actors
  const at = { admin: admin.publicKey, economy: economy.address, bands: BANDS }
  return measure(chain, setRedistributionBandsInstruction(at), [admin])
}

/** Transfers in a page and between pages, and the redistribution of a full page in three states. */
export async function measureTransfers(): Promise<TransferCosts> {
  const world = await newWorld("transfers")
  const { chain, economy, wallets } = world
  postWeek(world, COUNTS)
  const bands = await setBands(world)
  const nobody = await redistribution(world, false)
  const { treasurer } = economy.actors
  const fee = await measure(
    chain,
    setTransferFeeInstruction({ treasurer: treasurer.publicKey, economy: economy.address, bps: FEE_BPS }),
    [treasurer],
  )
  const [sender] = wallets
  if (sender === undefined) throw new Error("an economy without members")
  chain.airdrop(sender.publicKey)
  const transferTo = (index: number): TransactionInstruction => {
    const recipient = wallets[index]?.publicKey
    if (recipient === undefined) throw new Error(`there is no member ${index}`)
    return transferInstruction({
      wallet: sender.publicKey,
      economy: economy.address,
      page: 0,
      slot: 0,
      recipient,
      recipientPage: Math.floor(index / PAGE_SLOTS),
      recipientSlot: index % PAGE_SLOTS,
      amount: STAKED,
      maxFee: STAKED,
    })
  }
  const within = await measure(chain, transferTo(PAGE_SLOTS - 1), [sender])
  const across = await measure(chain, transferTo(PAGE_SLOTS), [sender])
  if (readEconomy(chain, economy).volume !== 2n * STAKED) throw new Error("the transfers did not move")
  const all = await ofAll("inactive", () => undefined, false)
  const staked = await ofAll("inactive with stakes", stakeAll, true)

  const row = (name: string, of: string, measured: Measured, members: number | null) => {
    const { computeUnits, bytes, fee: lamports } = measured
    const each = members === null ? null : Math.round((computeUnits / members) * 100) / 100
    return { name, cells: [of, computeUnits, each, bytes, lamports] }
  }
  return {
    table: {
      id: "transfers",
      title: "Transfers and redistribution",
      text: [
        `A fee of ${FEE_BPS} basis points is in force. Redistributed is a full page of ${PAGE_SLOTS.toLocaleString("en")} members; those who are inactive are in the last band and have something to take.`,
      ],
      heading: "Instruction",
      columns: [
        { name: "Of" },
        { name: "CU", unit: "CU" },
        { name: "CU a member", unit: "CU" },
        { name: "Bytes", unit: "bytes" },
        { name: "Fee, lamports", unit: "lamports" },
      ],
      rows: [
        row("transfer in a page", "", within, null),
        row("transfer between pages", "", across, null),
        row("set_transfer_fee", "", fee, null),
        row("set_redistribution_bands", "", bands, null),
        row("redistribute_page, nobody inactive", "", nobody, PAGE_SLOTS),
        row("redistribute_page, all inactive", "", all, PAGE_SLOTS),
        row("redistribute_page, all inactive with stakes", `${PAGE_SLOTS} stakes`, staked, PAGE_SLOTS),
      ],
    },
    targets: [
      target("transfer in a page", TRANSFER_LIMIT, within.computeUnits),
      target("transfer between pages", TRANSFER_LIMIT, across.computeUnits),
      target("Redistributing a member who is active", MEMBER_LIMIT, nobody.computeUnits / PAGE_SLOTS),
      target("Redistributing a member who is inactive", MEMBER_LIMIT, all.computeUnits / PAGE_SLOTS),
    ],
  }
}

function target(name: string, limit: number, measured: number): Target {
  return { name, unit: "CU", limit, bound: "at most", measured: Math.round(measured * 100) / 100 }
}
