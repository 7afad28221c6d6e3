import {
  createAssociatedTokenAccountIdempotentInstruction,
  getAssociatedTokenAddressSync,
} from "@solana/spl-token"
import {
  bytesPerMember,
  buildScoreBatch,
  createEconomyInstruction,
  createPageInstruction,
  decodeEconomy,
  decodePage,
  decodeWeek,
  economyParameters,
  economyPda,
  FIRST_PAGE_SLOTS,
  growPageInstruction,
  GROWTH_SLOTS,
  openWeekInstruction,
  PAGE_SLOTS,
  pagePda,
  registerMembersInstruction,
  releaseEmissionInstruction,
  sealWeekInstruction,
  SECONDS_PER_DAY,
  setLevelsInstruction,
  settlePageInstruction,
  slotsOfPage,
  STK_PRESET,
  submitScoresInstruction,
  vaultPda,
  weekEnd,
  weekOf,
  weekPda,
  withdrawInstruction,
  type Economy,
  type EconomyPreset,
  type Member,
  type MemberCounts,
  type MemberPage,
  type Week,
} from "@stk/sdk"
import { Keypair, type PublicKey } from "@solana/web3.js"
import { assignRoles, createActors, type Actors } from "./actors"
import { PLAIN_PRESET } from "./presets"
import type { Chain, Sent } from "./svm"

/** An economy of a test and everybody in it. */
export interface TestEconomy {
  readonly address: PublicKey
  readonly mint: PublicKey
  readonly vault: PublicKey
  /** Who holds which role; each is a key of its own. */
  readonly actors: Actors
  readonly preset: EconomyPreset
  /** Members by global index. */
  readonly members: Keypair[]
}

export interface CreateEconomyOptions {
  preset?: EconomyPreset
  /** Unix seconds; the time of the creation by default. */
  genesis?: number | null
}

/** Wallets of one registration that fit a transaction with room to spare. */
const WALLETS_OF_A_TRANSACTION = 12
/** Bytes of bitmap and counts that fit a transaction with room to spare. */
const BYTES_OF_A_BATCH = 850
const GROWTHS = (PAGE_SLOTS - FIRST_PAGE_SLOTS) / GROWTH_SLOTS

/** Creates an economy, STK's by default, whose roles are held by different keys. */
export function createEconomy(chain: Chain, options: CreateEconomyOptions = {}): TestEconomy {
  const preset = options.preset ?? STK_PRESET
  const actors = createActors(chain)
  const mint = Keypair.generate()
  const creation = createEconomyInstruction({
    payer: actors.admin.publicKey,
    mint: mint.publicKey,
    decimals: preset.decimals,
    parameters: economyParameters(preset, options.genesis ?? null),
  })
  chain.send(creation, [actors.admin, mint])
  const [address] = economyPda(mint.publicKey)
  const [vault] = vaultPda(address)
  assignRoles(chain, address, actors)
  return { address, mint: mint.publicKey, vault, actors, preset, members: [] }
}

/** The economy's account as it stands. */
export function readEconomy(chain: Chain, economy: TestEconomy): Economy {
  return decodeEconomy(dataOf(chain, economy.address))
}

/** A member page as it stands. */
export function readPage(chain: Chain, economy: TestEconomy, page = 0): MemberPage {
  return decodePage(dataOf(chain, pagePda(economy.address, page)[0]))
}

/** All member pages as they stand. */
export function readPages(chain: Chain, economy: TestEconomy): MemberPage[] {
  const { pages } = readEconomy(chain, economy)
  return Array.from({ length: pages }, (_, page) => readPage(chain, economy, page))
}

/** A week's record as it stands. */
export function readWeek(chain: Chain, economy: TestEconomy, week: number): Week {
  return decodeWeek(dataOf(chain, weekPda(economy.address, week)[0]))
}

/** The slot of the member with this global index. */
export function readMember(chain: Chain, economy: TestEconomy, index: number): Member {
  const member = readPage(chain, economy, Math.floor(index / PAGE_SLOTS)).members[index % PAGE_SLOTS]
  if (member === undefined) throw new Error(`the economy has no member ${index}`)
  return member
}

/** Spendable base units of all members, by global index. */
export function balances(chain: Chain, economy: TestEconomy): bigint[] {
  return readPages(chain, economy).flatMap((page) => page.members.map((member) => member.balance))
}

/** The data of an account that must be there. */
export function dataOf(chain: Chain, address: PublicKey): Buffer {
  const account = chain.getAccount(address)
  if (account === null) throw new Error(`there is no account at ${address.toBase58()}`)
  return account.data
}

/** Creates the next page, with room for `slots` members. */
export function addPage(chain: Chain, economy: TestEconomy, slots: number = FIRST_PAGE_SLOTS): number {
  const page = readEconomy(chain, economy).pages
  const at = { payer: chain.payer.publicKey, economy: economy.address, page }
  chain.send(createPageInstruction(at))
  const growths = Math.min(Math.ceil(Math.max(slots - FIRST_PAGE_SLOTS, 0) / GROWTH_SLOTS), GROWTHS)
  for (let grown = 0; grown < growths; grown++) chain.send(growPageInstruction(at))
  return page
}

/** Registers new members at level 1, or at `levels`, creating and growing pages as needed; gives their keys. */
export function addMembers(
  chain: Chain,
  economy: TestEconomy,
  members: number | readonly Keypair[],
  levels: readonly number[] = [],
): Keypair[] {
  const added =
    typeof members === "number" ? Array.from({ length: members }, () => Keypair.generate()) : [...members]
  const first = economy.members.length
  const last = first + added.length
  for (let next = first; next < last; ) {
    const page = Math.floor(next / PAGE_SLOTS)
    const end = Math.min(last, (page + 1) * PAGE_SLOTS)
    ensureSlots(chain, economy, page, end - page * PAGE_SLOTS)
    while (next < end) {
      const batch = added.slice(next - first, Math.min(next + WALLETS_OF_A_TRANSACTION, end) - first)
      const registrar = economy.actors.registrar
      const wallets = batch.map((member) => member.publicKey)
      chain.send(
        registerMembersInstruction({
          registrar: registrar.publicKey,
          economy: economy.address,
          page,
          wallets,
        }),
        [registrar],
      )
      next += batch.length
    }
  }
  economy.members.push(...added)
  levels.forEach((level, index) => {
    if (level !== 1) setLevel(chain, economy, first + index, level)
  })
  return added
}

function ensureSlots(chain: Chain, economy: TestEconomy, page: number, slots: number): void {
  if (readEconomy(chain, economy).pages === page) {
    addPage(chain, economy, slots)
    return
  }
  const at = { payer: chain.payer.publicKey, economy: economy.address, page }
  while (readPage(chain, economy, page).capacity < slots) chain.send(growPageInstruction(at))
}

/** Sets the level of the member with this global index. */
export function setLevel(chain: Chain, economy: TestEconomy, index: number, level: number): Sent {
  const registrar = economy.actors.registrar
  const instruction = setLevelsInstruction({
    registrar: registrar.publicKey,
    economy: economy.address,
    page: Math.floor(index / PAGE_SLOTS),
    changes: [{ slot: index % PAGE_SLOTS, level }],
    evidence: new Uint8Array(32).fill(level),
  })
  return chain.send(instruction, [registrar])
}

/** Releases the emission of all days that have ended. */
export function releaseEmission(chain: Chain, economy: TestEconomy): Sent {
  return chain.send(releaseEmissionInstruction({ economy: economy.address, mint: economy.mint }))
}

/** Lets `days` days end, counted from genesis or the last release, and releases their emission. */
export function releaseDays(chain: Chain, economy: TestEconomy, days: number): Sent {
  const { genesis, releasedDays } = readEconomy(chain, economy)
  chain.unixTime = Math.max(chain.unixTime, genesis + (Number(releasedDays) + days) * SECONDS_PER_DAY)
  return releaseEmission(chain, economy)
}

export interface OpenWeekOptions {
  /** The week after the one before, or the week of genesis, by default; the clock is moved to its end. */
  week?: number
  /** The members of the economy by default. */
  members?: number
  detailRoot?: Uint8Array
}

/** Opens a week and gives its index. */
export function openWeek(chain: Chain, economy: TestEconomy, options: OpenWeekOptions = {}): number {
  const state = readEconomy(chain, economy)
  const week = options.week ?? (state.week === 0 ? (weekOf(state.genesis) ?? 0) : state.week + 1)
  chain.unixTime = Math.max(chain.unixTime, weekEnd(week))
  const oracle = economy.actors.oracle
  const instruction = openWeekInstruction({
    oracle: oracle.publicKey,
    economy: economy.address,
    week,
    members: options.members ?? state.members,
    detailRoot: options.detailRoot ?? new Uint8Array(32),
  })
  chain.send(instruction, [oracle])
  return week
}

/** Submits one batch for the open week: the counts of a run of slots, null for members without any. */
export function submitScores(
  chain: Chain,
  economy: TestEconomy,
  scores: readonly MemberCounts[],
  { page = 0, firstSlot = 0 }: { page?: number; firstSlot?: number } = {},
): Sent {
  const { week } = readEconomy(chain, economy)
  const batch = buildScoreBatch(economy.preset, week, firstSlot, scores)
  const oracle = economy.actors.oracle
  const instruction = submitScoresInstruction({
    oracle: oracle.publicKey,
    economy: economy.address,
    page,
    batch,
  })
  return chain.send(instruction, [oracle])
}

/** Submits the open week completely: counts by global index, nothing for members that are not given. */
export function submitAll(chain: Chain, economy: TestEconomy, scores: readonly MemberCounts[] = []): Sent[] {
  const { weekMembers } = readEconomy(chain, economy)
  const octets = Math.max(Math.floor(BYTES_OF_A_BATCH / (1 + 8 * bytesPerMember(economy.preset))), 1)
  const sent: Sent[] = []
  for (let page = 0; page * PAGE_SLOTS < weekMembers; page++) {
    const slots = slotsOfPage(page, weekMembers)
    for (let firstSlot = 0; firstSlot < slots; firstSlot += 8 * octets) {
      const length = Math.min(8 * octets, slots - firstSlot)
      const start = page * PAGE_SLOTS + firstSlot
      const run = Array.from({ length }, (_, index) => scores[start + index] ?? null)
      sent.push(submitScores(chain, economy, run, { page, firstSlot }))
    }
  }
  return sent
}

/** Seals the open week. */
export function seal(chain: Chain, economy: TestEconomy): Sent {
  const oracle = economy.actors.oracle
  const { week } = readEconomy(chain, economy)
  return chain.send(sealWeekInstruction({ oracle: oracle.publicKey, economy: economy.address, week }), [
    oracle,
  ])
}

/** Settles one page of the sealed week. */
export function settlePage(chain: Chain, economy: TestEconomy, page = 0): Sent {
  const { week } = readEconomy(chain, economy)
  return chain.send(settlePageInstruction({ economy: economy.address, week, page }))
}

/** Settles every page of the sealed week. */
export function settle(chain: Chain, economy: TestEconomy): Sent[] {
  const { weekMembers } = readEconomy(chain, economy)
  return Array.from({ length: Math.ceil(weekMembers / PAGE_SLOTS) }, (_, page) =>
    settlePage(chain, economy, page),
  )
}

/** Opens, submits, seals and settles a week; gives its index. */
export function runWeek(chain: Chain, economy: TestEconomy, scores: readonly MemberCounts[]): number {
  const week = openWeek(chain, economy)
  submitAll(chain, economy, scores)
  seal(chain, economy)
  chain.unixTime = Math.max(chain.unixTime, readWeek(chain, economy, week).settleFrom)
  settle(chain, economy)
  return week
}

/** A token account of a member, which is created unless it exists. */
export function tokenAccountOf(chain: Chain, economy: TestEconomy, owner: PublicKey): PublicKey {
  const address = getAssociatedTokenAddressSync(economy.mint, owner, true)
  const payer = chain.payer.publicKey
  chain.send(createAssociatedTokenAccountIdempotentInstruction(payer, address, owner, economy.mint))
  return address
}

/** Withdraws part of the balance of the member with this global index to its own token account; gives that account. */
export function withdraw(chain: Chain, economy: TestEconomy, index: number, amount: bigint): PublicKey {
  const wallet = economy.members[index]
  if (wallet === undefined) throw new Error(`the economy has no member ${index}`)
  const destination = tokenAccountOf(chain, economy, wallet.publicKey)
  const instruction = withdrawInstruction({
    wallet: wallet.publicKey,
    economy: economy.address,
    page: Math.floor(index / PAGE_SLOTS),
    slot: index % PAGE_SLOTS,
    destination,
    amount,
  })
  chain.send(instruction, [wallet])
  return destination
}

/**
 * An economy with `pool` base units in its Rewards Pool and nowhere else, and a sealed week in which each member is due
 * what `rewards` says; 0 for a member without a score.
 */
export function sealedWeek(
  chain: Chain,
  { pool, rewards }: { pool: bigint; rewards: readonly bigint[] },
): { economy: TestEconomy; week: number } {
  // The smallest year whose first seven days give the pool exactly: floor(⌈pool × 365 / 7⌉ × 7 / 365) = pool.
  const emissionFirstYear = pool === 0n ? 1n : (pool * 365n + 6n) / 7n
  const economy = createEconomy(chain, {
    preset: { ...PLAIN_PRESET, emissionFirstYear, emissionCap: 2n ** 63n },
  })
  addMembers(chain, economy, rewards.length)
  const week = openWeek(chain, economy)
  if (pool > 0n) releaseDays(chain, economy, 7)
  submitAll(
    chain,
    economy,
    rewards.map((reward) => [Number(reward)]),
  )
  seal(chain, economy)
  return { economy, week }
}
