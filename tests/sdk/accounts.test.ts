import { createHash } from "node:crypto"
import {
  decodeEconomy,
  decodeEvent,
  decodeEvents,
  decodeMember,
  decodeMembership,
  decodePage,
  decodePageHeader,
  decodeSnapshot,
  decodeStake,
  decodeStakePage,
  decodeWeek,
  economyPda,
  fetchAllEconomies,
  fetchAllMemberships,
  fetchAllPages,
  fetchAllSnapshots,
  fetchAllStakePages,
  fetchAllWeeks,
  fetchEconomy,
  fetchMembership,
  fetchPage,
  fetchSnapshot,
  fetchStakePage,
  fetchWeek,
  InvalidAccountError,
  membershipPda,
  pageBytes,
  pagePda,
  slotsOfPage,
  snapshotPda,
  stakePageBytes,
  stakePagePda,
  STK_IDL,
  STK_PRESET,
  STK_PROGRAM_ID,
  vaultPda,
  WeekStatus,
  weekPda,
} from "@stk/sdk"
import { Keypair, PublicKey } from "@solana/web3.js"
import { expect } from "chai"
import {
  addMembers,
  createEconomy,
  openWeek,
  releaseDays,
  runWeek,
  setLevel,
  submitAll,
} from "../utils/economy"
import { FORGE_PRESET } from "../utils/presets"
import { addStakePage, snapshotPage, stake, takeSnapshot, unstake } from "../utils/staking"
import { Chain } from "../utils/svm"

const COUNTS = [5, 3, 1, 5, 3, 2, 0]

describe("Accounts", () => {
  it("are decoded with everything that the program wrote", async () => {
    const chain = new Chain()
    const economy = createEconomy(chain)
    const members = addMembers(chain, economy, 70)
    setLevel(chain, economy, 1, 8)
    releaseDays(chain, economy, 7)
    const first = runWeek(chain, economy, [COUNTS, COUNTS])
    const week = openWeek(chain, economy, { detailRoot: new Uint8Array(32).fill(5) })
    submitAll(chain, economy, [null, COUNTS])

    const state = await fetchEconomy(chain.connection, economy.address)
    if (!state) return expect.fail("no economy")
    expect(state).to.include({
      name: "SysTok",
      symbol: "STK",
      decimals: 6,
      paused: false,
      members: 70,
      pages: 1,
    })
    expect(state).to.include({
      week,
      weekStatus: WeekStatus.Open,
      weekMembers: 70,
      weekPages: 1,
      weekActive: 1,
    })
    expect(state).to.include({
      emissionFirstYear: 10n ** 15n,
      emissionCap: 8n * 10n ** 15n,
      releasedDays: 7n,
    })
    expect(state.eventTypes).to.deep.equal(STK_PRESET.eventTypes)
    expect(state.levelTenths).to.deep.equal([10, 12, 15, 18, 22, 26, 30, 36])
    expect(state.streakHundredths).to.deep.equal([100, 102, 105, 110, 120])
    expect(state.fundBps).to.deep.equal([5_000, 2_000, 1_500, 1_000, 500])
    expect(state.mint.toBase58()).to.equal(economy.mint.toBase58())
    expect(state.vault.toBase58()).to.equal(economy.vault.toBase58())
    expect(state.roles.oracle.toBase58()).to.equal(economy.actors.oracle.publicKey.toBase58())
    expect(Object.values(state.proposed)).to.deep.equal([null, null, null, null, null, null])
    // The second member: 960 × 3.6 × 1.02 in the second week.
    expect(state.weekDue).to.equal(3_525_120_000n)
    expect(state.memberBalances).to.equal(960_000_000n + 3_456_000_000n)

    const page = await fetchPage(chain.connection, pagePda(economy.address, 0)[0])
    if (!page) return expect.fail("no page")
    expect(page.capacity).to.equal(224)
    expect(page.members).to.have.length(70)
    expect(page.header).to.include({ index: 0, week, cursor: 70, settledWeek: first, due: 3_525_120_000n })
    const [one, two, three] = page.members
    expect(one).to.include({
      balance: 960_000_000n,
      pending: 0n,
      points: 960,
      lastActiveWeek: first,
      streak: 1,
      level: 1,
    })
    expect(two).to.include({
      pending: 3_525_120_000n,
      points: 960,
      lastActiveWeek: week,
      streak: 2,
      level: 8,
    })
    expect(three).to.include({
      lastActiveWeek: 0,
      streak: 0,
      lastRewardDay: 20_437,
      lastRedistributionQuarter: 0,
    })
    expect(one?.wallet.toBase58()).to.equal(members[0]?.publicKey.toBase58())

    const record = await fetchWeek(chain.connection, weekPda(economy.address, week)[0])
    expect(record).to.include({
      index: week,
      members: 70,
      active: 0,
      held: false,
      sealedAt: 0,
      openedAt: chain.unixTime,
    })
    expect(record?.detailRoot).to.deep.equal(new Uint8Array(32).fill(5))
    const settled = await fetchWeek(chain.connection, weekPda(economy.address, first)[0])
    expect(settled).to.include({
      due: 4_416_000_000n,
      payable: 4_416_000_000n,
      paid: 4_416_000_000n,
      pagesSettled: 1,
    })

    const [address] = membershipPda(economy.address, members[69]?.publicKey ?? PublicKey.default)
    expect(await fetchMembership(chain.connection, address)).to.include({ page: 0, slot: 69 })
  })

  it("of another economy's rules are decoded too", async () => {
    const chain = new Chain()
    const { address } = createEconomy(chain, { preset: FORGE_PRESET })
    const state = await fetchEconomy(chain.connection, address)
    expect(state?.eventTypes).to.deep.equal(FORGE_PRESET.eventTypes)
    expect(state?.levelTenths).to.deep.equal([10, 17, 29, 0, 0, 0, 0, 0])
    expect(state).to.include({ holdSeconds: 86_400, settleDelaySeconds: 3_600, halvingYears: 2, decimals: 9 })
  })

  it("that do not exist are null, in their place among others", async () => {
    const chain = new Chain()
    const economy = createEconomy(chain)
    addMembers(chain, economy, 1)
    openWeek(chain, economy)
    const { connection } = chain
    const nobody = Keypair.generate().publicKey
    expect(await fetchEconomy(connection, nobody)).to.equal(null)
    expect(await fetchWeek(connection, nobody)).to.equal(null)
    expect(await fetchPage(connection, nobody)).to.equal(null)
    expect(await fetchMembership(connection, nobody)).to.equal(null)
    const isFound = (found: readonly unknown[]): boolean[] => found.map((each) => each !== null)
    const many = Array.from({ length: 150 }, () => nobody)
    const [page] = pagePda(economy.address, 0)
    expect(isFound(await fetchAllPages(connection, [...many, page]))).to.deep.equal([
      ...many.map(() => false),
      true,
    ])
    const [week] = weekPda(economy.address, 2_919)
    expect(isFound(await fetchAllWeeks(connection, [nobody, week]))).to.deep.equal([false, true])
    expect(isFound(await fetchAllEconomies(connection, [economy.address, nobody]))).to.deep.equal([
      true,
      false,
    ])
    expect(isFound(await fetchAllMemberships(connection, [nobody]))).to.deep.equal([false])
  })

  it("that are something else are refused with the reason", async () => {
    const chain = new Chain()
    const economy = createEconomy(chain)
    addMembers(chain, economy, 1)
    const { connection } = chain
    const refusal = async (action: () => unknown): Promise<InvalidAccountError> => {
      try {
        await action()
      } catch (error) {
        if (error instanceof InvalidAccountError) return error
        throw error
      }
      return expect.fail("it was accepted")
    }
    expect((await refusal(() => fetchEconomy(connection, economy.mint))).reason).to.equal(
      "its owner is another program",
    )
    const [page] = pagePda(economy.address, 0)
    expect((await refusal(() => fetchEconomy(connection, page))).reason).to.match(/discriminator/)
    expect((await refusal(() => fetchWeek(connection, economy.address))).accountType).to.equal("Week")
    const data = chain.getAccount(economy.address)?.data ?? Buffer.alloc(0)
    await refusal(() => decodeEconomy(data.subarray(0, data.length - 1)))
    await refusal(() => decodeEconomy(Buffer.concat([data, Buffer.alloc(1)])))
    await refusal(() => decodeEconomy(new Uint8Array()))
    await refusal(() => decodeWeek(new Uint8Array(7)))
    await refusal(() => decodeMembership(new Uint8Array(16)))
    await refusal(() => decodeMember(new Uint8Array(63)))
    const slots = Buffer.from(chain.getAccount(page)?.data ?? [])
    expect(decodePageHeader(slots.subarray(0, 200)).index).to.equal(0)
    await refusal(() => decodePage(slots.subarray(0, 207)))
    slots.writeUInt32LE(65, 200)
    expect((await refusal(() => decodePage(slots))).reason).to.equal("it names more members than fit")
  })

  it("have the discriminators of their names", () => {
    for (const name of ["Economy", "PageHeader", "Week", "Membership", "StakePageHeader", "Snapshot"]) {
      const bytes = createHash("sha256").update(`account:${name}`).digest().subarray(0, 8)
      const known = STK_IDL.accounts.find((account) => account.name.toLowerCase() === name.toLowerCase())
      if (known) expect([...known.discriminator]).to.deep.equal([...bytes])
      else expect(decodeMembership(Buffer.concat([bytes, Buffer.alloc(8)])).slot).to.equal(0)
    }
  })

  it("of pages have as many slots as a week needs", () => {
    expect([0, 1, 2].map((page) => slotsOfPage(page, 1_500))).to.deep.equal([1_024, 476, 0])
    expect([64, 1_024].map(pageBytes)).to.deep.equal([4_304, 65_744])
    expect([317, 4_096].map(stakePageBytes)).to.deep.equal([10_224, 131_152])
  })

  it("of stakes and snapshots are decoded with everything that the program wrote", async () => {
    const chain = new Chain()
    const economy = createEconomy(chain)
    addMembers(chain, economy, 2)
    releaseDays(chain, economy, 7)
    runWeek(chain, economy, [null, COUNTS])
    const { connection } = chain
    const [stakesAddress] = stakePagePda(economy.address, 0)
    const [snapshotAddress] = snapshotPda(economy.address, 0, 1)
    expect(await fetchStakePage(connection, stakesAddress)).to.equal(null)
    expect(await fetchSnapshot(connection, snapshotAddress)).to.equal(null)

    addStakePage(chain, economy)
    takeSnapshot(chain, economy)
    snapshotPage(chain, economy)
    const stakedAt = chain.unixTime
    stake(chain, economy, 1, 60_000_000n, 180)
    stake(chain, economy, 1, 40_000_000n, 30)
    chain.unixTime += 30 * 86_400
    unstake(chain, economy, 1, 1, 1)

    const [page, none] = await fetchAllStakePages(connection, [
      stakesAddress,
      snapshotPda(economy.address, 1, 1)[0],
    ])
    expect(none).to.equal(null)
    expect(page).to.include({ index: 0, total: 60_000_000n, nextId: 2, places: 2, capacity: 317 })
    expect(page?.bump).to.equal(stakePagePda(economy.address, 0)[1])
    expect(page?.economy.toBase58()).to.equal(economy.address.toBase58())
    const unlockAt = stakedAt + 180 * 86_400
    expect(page?.stakes).to.deep.equal([
      { place: 0, id: 0, slot: 1, amount: 60_000_000n, termDays: 180, unlockAt, snapshot: 1 },
    ])
    const [snapshot] = await fetchAllSnapshots(connection, [snapshotAddress])
    expect(snapshot).to.include({ page: 0, number: 1 })
    expect(snapshot?.bump).to.equal(snapshotPda(economy.address, 0, 1)[1])
    expect(snapshot?.balances).to.have.length(1_024)
    expect(snapshot?.balances.slice(0, 3)).to.deep.equal([0n, 960_000_000n, 0n])

    const stakes = Buffer.from(chain.getAccount(stakesAddress)?.data ?? [])
    expect(() => decodeStakePage(stakes.subarray(0, 79))).to.throw(InvalidAccountError)
    expect(() => decodeStake(new Uint8Array(27), 0)).to.throw(InvalidAccountError)
    expect(decodeStake(new Uint8Array(32), 0)).to.equal(null)
    stakes.writeUInt32LE(318, 72)
    expect(() => decodeStakePage(stakes)).to.throw(InvalidAccountError, "more stakes than fit")
    const kept = chain.getAccount(snapshotAddress)?.data ?? Buffer.alloc(0)
    expect(() => decodeSnapshot(kept.subarray(0, 8_247))).to.throw(InvalidAccountError)
    expect(() => decodeSnapshot(Buffer.concat([kept, Buffer.alloc(1)]))).to.throw(InvalidAccountError)
    expect(() => decodeSnapshot(stakes)).to.throw(InvalidAccountError, "another type")
  })
})

describe("Addresses", () => {
  it("are derived from the seeds of the program", () => {
    const [mint, wallet] = [Keypair.generate().publicKey, Keypair.generate().publicKey]
    const find = (...seeds: Uint8Array[]) => PublicKey.findProgramAddressSync(seeds, STK_PROGRAM_ID)
    const [economy] = economyPda(mint)
    expect(economyPda(mint)).to.deep.equal(find(Buffer.from("economy"), mint.toBytes()))
    expect(vaultPda(economy)).to.deep.equal(find(Buffer.from("vault"), economy.toBytes()))
    const index = Buffer.from([0x78, 0x56, 0x34, 0x12])
    expect(pagePda(economy, 0x12345678)).to.deep.equal(find(Buffer.from("page"), economy.toBytes(), index))
    expect(weekPda(economy, 0x12345678)).to.deep.equal(find(Buffer.from("week"), economy.toBytes(), index))
    expect(stakePagePda(economy, 0x12345678)).to.deep.equal(
      find(Buffer.from("stakes"), economy.toBytes(), index),
    )
    for (const [number, parity] of [
      [0, 0],
      [1, 1],
      [256, 0],
      [0xffff_ffff, 1],
    ] as const) {
      expect(snapshotPda(economy, 0x12345678, number)).to.deep.equal(
        find(Buffer.from("snapshot"), economy.toBytes(), index, Uint8Array.of(parity)),
      )
    }
    expect(membershipPda(economy, wallet)).to.deep.equal(
      find(Buffer.from("member"), economy.toBytes(), wallet.toBytes()),
    )
    expect(economyPda(mint, wallet)[0].toBase58()).to.not.equal(economy.toBase58())
  })
})

describe("Events", () => {
  it("are read from the program's own lines only", () => {
    const chain = new Chain()
    const economy = createEconomy(chain)
    const sent = releaseDays(chain, economy, 1)
    const events = decodeEvents(sent.logs)
    expect(events.map(({ name }) => name)).to.deep.equal(["EmissionReleased"])
    const [event] = events
    if (event?.name !== "EmissionReleased") return expect.fail("another event")
    expect(event.data.amount).to.equal(2_739_726_027_397n)
    expect(event.data.shares.reduce((sum, share) => sum + share, 0n)).to.equal(event.data.amount)
    expect(event.data.economy.toBase58()).to.equal(economy.address.toBase58())

    const line = sent.logs.find((each) => each.startsWith("Program data: ")) ?? ""
    const [own, other] = [STK_PROGRAM_ID.toBase58(), SYSTEM]
    const inside = [
      `Program ${own} invoke [1]`,
      `Program ${other} invoke [2]`,
      line,
      `Program ${other} success`,
    ]
    expect(decodeEvents(inside)).to.deep.equal([])
    expect(decodeEvents([...inside, line])).to.have.length(1)
    expect(decodeEvents([`Program ${other} invoke [1]`, line], new PublicKey(other))).to.have.length(1)
    expect(decodeEvents([`Program ${own} invoke [1]`, "Program data: AAAA", "Program log: x"])).to.deep.equal(
      [],
    )
    expect(decodeEvent(new Uint8Array(8))).to.equal(null)
  })
})

const SYSTEM = "11111111111111111111111111111111"
