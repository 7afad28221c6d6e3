import { holdWeekInstruction, weekPda } from "@stk/sdk"
import { expect } from "chai"
import { hold, pause } from "../../utils/actions"
import {
  addMembers,
  createEconomy,
  openWeek,
  readWeek,
  runWeek,
  seal,
  settlePage,
  submitAll,
  type TestEconomy,
} from "../../utils/economy"
import { expectEvents } from "../../utils/events"
import { expectError, expectLedgerInvariant } from "../../utils/expect"
import { withAccount } from "../../utils/instructions"
import { stkPreset } from "../../utils/presets"
import { Chain, START_UNIX_TIME } from "../../utils/svm"

const FIRST = 2_919
const MONDAY = START_UNIX_TIME + 604_800
const DELAY = 7_200
const HOLD = 86_400

describe("hold_week", () => {
  let chain: Chain
  let economy: TestEconomy

  beforeEach(() => {
    chain = new Chain()
    economy = createEconomy(chain, { preset: stkPreset({ settleDelaySeconds: DELAY, holdSeconds: HOLD }) })
    addMembers(chain, economy, 1)
  })

  afterEach(() => expectLedgerInvariant(chain, economy))

  const instruction = (week = FIRST) =>
    holdWeekInstruction({ guardian: economy.actors.guardian.publicKey, economy: economy.address, week })

  function openAndSeal(): void {
    openWeek(chain, economy)
    submitAll(chain, economy)
    seal(chain, economy)
  }

  it("delays the settling of a sealed week", async () => {
    openAndSeal()

    const sent = hold(chain, economy)

    const settleFrom = MONDAY + DELAY + HOLD
    expect(readWeek(chain, economy, FIRST)).to.include({ settleFrom, held: true })
    expectEvents(sent, { name: "WeekHeld", data: { economy: economy.address, week: FIRST, settleFrom } })
    chain.unixTime = settleFrom - 1
    await expectError(() => settlePage(chain, economy), "WeekIsHeld")
    chain.unixTime = settleFrom
    settlePage(chain, economy)
  })

  it("holds an open week from its sealing on", () => {
    openWeek(chain, economy)

    hold(chain, economy)

    expect(readWeek(chain, economy, FIRST)).to.include({ held: true, settleFrom: 0 })
    submitAll(chain, economy)
    seal(chain, economy)
    expect(readWeek(chain, economy, FIRST).settleFrom).to.equal(MONDAY + DELAY + HOLD)
  })

  it("refuses a second hold, in whatever state of the week the first was", async () => {
    openWeek(chain, economy)
    hold(chain, economy)
    await expectError(() => hold(chain, economy), "NoHoldLeft")
    submitAll(chain, economy)
    seal(chain, economy)
    await expectError(() => hold(chain, economy), "NoHoldLeft")
  })

  it("gives the guardian a new hold each week", () => {
    openAndSeal()
    hold(chain, economy)
    chain.unixTime = MONDAY + DELAY + HOLD
    settlePage(chain, economy)
    openAndSeal()

    hold(chain, economy)

    expect(readWeek(chain, economy, FIRST + 1).held).to.equal(true)
  })

  it("refuses in an economy without holds", async () => {
    economy = createEconomy(chain, { preset: stkPreset({ holdSeconds: 0 }) })
    addMembers(chain, economy, 1)
    openAndSeal()
    await expectError(() => hold(chain, economy), "NoHoldLeft")
  })

  it("refuses once the week is settled", async () => {
    runWeek(chain, economy, [])
    await expectError(() => hold(chain, economy), "WeekNotOpen")
  })

  it("works while the economy is paused", () => {
    openAndSeal()
    pause(chain, economy)

    hold(chain, economy)

    expect(readWeek(chain, economy, FIRST).held).to.equal(true)
  })

  it("refuses the record of another week and of another economy", async () => {
    const other = createEconomy(chain)
    runWeek(chain, economy, [])
    openWeek(chain, economy)
    openWeek(chain, other)
    const signers = [economy.actors.guardian]

    await expectError(() => chain.send(instruction(FIRST), signers), "WrongWeek")
    const foreign = withAccount(instruction(), "week", weekPda(other.address, FIRST)[0])
    await expectError(() => chain.send(foreign, signers), "WrongEconomy")
  })

  it("[STK-143] is the guardian's alone", async () => {
    openWeek(chain, economy)
    const { admin, registrar, oracle, validator, treasurer, stranger } = economy.actors
    for (const signer of [admin, registrar, oracle, validator, treasurer, stranger]) {
      const wrong = withAccount(instruction(), "guardian", signer.publicKey)
      await expectError(() => chain.send(wrong, [signer]), "NotGuardian")
    }
  })
})
