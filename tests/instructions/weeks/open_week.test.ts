import { openWeekInstruction, weekEnd, weekPda } from "@stk/sdk"
import { SystemProgram } from "@solana/web3.js"
import { expect } from "chai"
import { pause } from "../../utils/actions"
import {
  addMembers,
  createEconomy,
  readEconomy,
  readWeek,
  runWeek,
  seal,
  settle,
  submitAll,
  type TestEconomy,
} from "../../utils/economy"
import { expectEvents } from "../../utils/events"
import { expectError, expectLedgerInvariant } from "../../utils/expect"
import { withAccount } from "../../utils/instructions"
import { Chain, START_UNIX_TIME, type Sent } from "../../utils/svm"

const WEEK = 604_800
/** 2025-12-15T00:00:00Z to 2025-12-21T23:59:59Z. */
const FIRST = 2_919
const ROOT = new Uint8Array(32).fill(0x42)

describe("open_week", () => {
  let chain: Chain
  let economy: TestEconomy

  beforeEach(() => {
    chain = new Chain()
    economy = createEconomy(chain)
    addMembers(chain, economy, 3)
  })

  afterEach(() => expectLedgerInvariant(chain, economy))

  const instruction = (week: number, members = readEconomy(chain, economy).members) =>
    openWeekInstruction({
      oracle: economy.actors.oracle.publicKey,
      economy: economy.address,
      week,
      members,
      detailRoot: ROOT,
    })

  const open = (week: number): Sent => chain.send(instruction(week), [economy.actors.oracle])

  it("opens the week that has ended for the members registered by then", () => {
    chain.unixTime = START_UNIX_TIME + WEEK + 17

    const sent = open(FIRST)

    expect(readEconomy(chain, economy)).to.include({
      week: FIRST,
      weekStatus: 1,
      weekMembers: 3,
      weekPages: 0,
      weekActive: 0,
      weekDue: 0n,
    })
    const record = readWeek(chain, economy, FIRST)
    expect(record).to.include({
      index: FIRST,
      members: 3,
      due: 0n,
      payable: 0n,
      paid: 0n,
      active: 0,
      pagesSettled: 0,
      mismatches: 0,
      openedAt: START_UNIX_TIME + WEEK + 17,
    })
    expect(Buffer.from(record.detailRoot).equals(Buffer.from(ROOT))).to.equal(true)
    expect(record.economy.equals(economy.address)).to.equal(true)
    expectEvents(sent, {
      name: "WeekOpened",
      data: {
        economy: economy.address,
        week: FIRST,
        members: 3,
        detailRoot: ROOT,
        openedAt: START_UNIX_TIME + WEEK + 17,
      },
    })
  })

  it("[STK-54, STK-55] is refused on Sunday 23:59:59 UTC and works on Monday 00:00:00", async () => {
    // 2025-12-21T23:59:59Z is in week 2919, the next second in week 2920.
    chain.unixTime = Date.UTC(2025, 11, 21, 23, 59, 59) / 1_000
    await expectError(() => open(2_919), "WeekNotOver")
    chain.unixTime = Date.UTC(2025, 11, 22, 0, 0, 0) / 1_000
    await expectError(() => open(2_920), "WeekNotOver")

    open(2_919)

    expect(readEconomy(chain, economy).week).to.equal(2_919)
  })

  it("[STK-55] never opens the running week or one to come", async () => {
    runWeek(chain, economy, [])
    for (const week of [FIRST + 1, FIRST + 2, 32_767]) {
      await expectError(() => open(week), "WeekNotOver")
    }
    chain.unixTime = weekEnd(FIRST + 1) - 1
    await expectError(() => open(FIRST + 1), "WeekNotOver")
    chain.unixTime = weekEnd(FIRST + 1)
    open(FIRST + 1)
  })

  it("starts with the week of genesis or a later one, not an earlier", async () => {
    chain.unixTime = START_UNIX_TIME + 10 * WEEK
    for (const week of [0, 1, FIRST - 1]) await expectError(() => open(week), "WeekOutOfOrder")

    open(FIRST + 2)

    expect(readEconomy(chain, economy).week).to.equal(FIRST + 2)
  })

  it("starts with the week that holds a genesis in its middle", async () => {
    economy = createEconomy(chain, { genesis: START_UNIX_TIME + WEEK + WEEK / 2 })
    addMembers(chain, economy, 1)
    chain.unixTime = START_UNIX_TIME + 10 * WEEK
    await expectError(() => open(FIRST), "WeekOutOfOrder")

    open(FIRST + 1)

    expect(readEconomy(chain, economy).week).to.equal(FIRST + 1)
  })

  it("[STK-47] opens weeks one after the other, each once", async () => {
    runWeek(chain, economy, [])
    chain.unixTime = START_UNIX_TIME + 10 * WEEK
    await expectError(() => open(FIRST), "SystemAccountAlreadyInUse")
    await expectError(() => open(FIRST - 1), "WeekOutOfOrder")
    await expectError(() => open(FIRST + 2), "WeekOutOfOrder")

    open(FIRST + 1)

    expect(readEconomy(chain, economy).week).to.equal(FIRST + 1)
  })

  it("refuses a root that was computed over other members than those registered", async () => {
    chain.unixTime = START_UNIX_TIME + WEEK
    const signers = [economy.actors.oracle]
    for (const members of [0, 2, 4, 1_024]) {
      await expectError(() => chain.send(instruction(FIRST, members), signers), "MembersChanged")
    }

    chain.send(instruction(FIRST, 3), signers)

    expect(readWeek(chain, economy, FIRST).members).to.equal(3)
  })

  it("refuses until the week before is settled", async () => {
    chain.unixTime = START_UNIX_TIME + 10 * WEEK
    open(FIRST)
    await expectError(() => open(FIRST + 1), "PreviousWeekNotSettled")
    submitAll(chain, economy)
    seal(chain, economy)
    await expectError(() => open(FIRST + 1), "PreviousWeekNotSettled")
    settle(chain, economy)

    open(FIRST + 1)
  })

  it("opens the last week that batches can name and none after it", async () => {
    chain = new Chain({ unixTime: weekEnd(32_767) - WEEK })
    economy = createEconomy(chain)
    runWeek(chain, economy, [])
    chain.unixTime = weekEnd(32_768)

    await expectError(() => open(32_768), "WeekOutOfOrder")

    expect(readEconomy(chain, economy).week).to.equal(32_767)
  })

  it("works although a stranger sent lamports to the address before", () => {
    chain.unixTime = START_UNIX_TIME + WEEK
    const [toPubkey] = weekPda(economy.address, FIRST)
    const fromPubkey = chain.payer.publicKey
    chain.send(SystemProgram.transfer({ fromPubkey, toPubkey, lamports: chain.rentFor(1_000) }))

    open(FIRST)

    expect(readWeek(chain, economy, FIRST).members).to.equal(3)
  })

  it("[STK-143] is the oracle's alone", async () => {
    chain.unixTime = START_UNIX_TIME + WEEK
    const { admin, registrar, validator, treasurer, guardian, stranger } = economy.actors
    for (const signer of [admin, registrar, validator, treasurer, guardian, stranger]) {
      const wrong = withAccount(instruction(FIRST), "oracle", signer.publicKey)
      await expectError(() => chain.send(wrong, [signer]), "NotOracle")
    }
  })

  it("refuses while the economy is paused", async () => {
    chain.unixTime = START_UNIX_TIME + WEEK
    pause(chain, economy)
    await expectError(() => open(FIRST), "Paused")
  })

  it("refuses the record of another week or economy", async () => {
    chain.unixTime = START_UNIX_TIME + 10 * WEEK
    const other = createEconomy(chain)
    for (const [of, week] of [
      [economy.address, FIRST + 1],
      [other.address, FIRST],
    ] as const) {
      const wrong = withAccount(instruction(FIRST), "week", weekPda(of, week)[0])
      await expectError(() => chain.send(wrong, [economy.actors.oracle]), "InvalidSeeds")
    }
  })
})
