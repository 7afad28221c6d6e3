import { confirmActivityInstruction, Fund, weekEnd, weekOf, weekStart, type MemberCounts } from "@stk/sdk"
import { expect } from "chai"
import { pause } from "../../utils/actions"
import { openWeek, readEconomy, readMember, runWeek, submitAll, type TestEconomy } from "../../utils/economy"
import { expectEvents } from "../../utils/events"
import { expectError, expectLedgerInvariant } from "../../utils/expect"
import { giveVerdict, grant, KIND, readReward, resolveRewards, rewardEconomy } from "../../utils/rewards"
import { Chain, START_UNIX_TIME, type Sent } from "../../utils/svm"

const DAY = 86_400
const WEEK = 7 * DAY
const REFERRER = 0
const NEWCOMER = 3
const ACTIVE: MemberCounts = [1, 0, 0, 0, 0, 0, 0]
/** Only the member who was brought in does something. */
const NEWCOMER_ACTIVE = [null, null, null, ACTIVE]
const NOBODY: MemberCounts[] = []
/** The week before the referral, in which the economy began. */
const FIRST_WEEK = weekOf(START_UNIX_TIME) ?? 0

describe("confirm_activity", () => {
  let chain: Chain
  let economy: TestEconomy

  /** A referral that is granted on the Wednesday of the economy's second week. */
  beforeEach(() => {
    chain = new Chain()
    economy = rewardEconomy(chain)
  })

  afterEach(() => expectLedgerInvariant(chain, economy))

  function refer(): void {
    chain.unixTime = weekStart(FIRST_WEEK + 1) + 2 * DAY
    const pair = { member: REFERRER, counterparty: NEWCOMER }
    grant(chain, economy, KIND.referral, [{ place: 0, ...pair, amount: 40n }])
  }
  const reward = () => readReward(chain, economy, 0)
  const confirm = (place = 0, id = 0, page = 0): Sent =>
    chain.send(confirmActivityInstruction({ economy: economy.address, escrowPage: 0, place, id, page }))
  /** Plays the weeks up to the one that holds the last second of the freeze. */
  function playFreeze(scoresOf: (week: number) => readonly MemberCounts[]): void {
    const last = weekOf(reward().endsAt - 1) ?? 0
    for (let week = readEconomy(chain, economy).week + 1; week <= last; week++) {
      runWeek(chain, economy, scoresOf(week))
    }
  }

  it("[STK-82] confirms by an active week of the member brought in, and the reward becomes active", () => {
    runWeek(chain, economy, NOBODY)
    refer()
    const week = runWeek(chain, economy, NEWCOMER_ACTIVE)

    const sent = confirm()

    expect(reward()).to.include({ verdict: "confirmed", byValidator: false })
    expectEvents(sent, {
      name: "ActivityChecked",
      data: {
        economy: economy.address,
        escrowPage: 0,
        place: 0,
        id: 0,
        lastActiveWeek: week,
        confirmed: true,
      },
    })
    chain.unixTime = reward().endsAt
    resolveRewards(chain, economy, 0)
    expect(readMember(chain, economy, REFERRER).balance).to.equal(40n)
  })

  it("[STK-82] rejects when all weeks of the freeze passed without one, and the reward goes back", () => {
    runWeek(chain, economy, NEWCOMER_ACTIVE)
    refer()
    playFreeze(() => NOBODY)
    const before = readEconomy(chain, economy).funds[Fund.RewardsPool]

    const sent = confirm()

    expect(reward().verdict).to.equal("rejected")
    expectEvents(sent, {
      name: "ActivityChecked",
      data: {
        economy: economy.address,
        escrowPage: 0,
        place: 0,
        id: 0,
        lastActiveWeek: FIRST_WEEK,
        confirmed: false,
      },
    })
    resolveRewards(chain, economy, 0)
    expect(readMember(chain, economy, REFERRER).balance).to.equal(0n)
    expect(readEconomy(chain, economy).funds[Fund.RewardsPool]).to.equal(before + 40n)
  })

  it("[STK-82] rejects when the member brought in was never active", () => {
    runWeek(chain, economy, NOBODY)
    refer()
    playFreeze(() => NOBODY)
    confirm()
    expect(reward().verdict).to.equal("rejected")
  })

  it("[STK-82] cannot tell before all weeks of the freeze are scored, also after its end", async () => {
    runWeek(chain, economy, NOBODY)
    refer()
    await expectError(() => confirm(), "Undecided")
    const last = weekOf(reward().endsAt - 1) ?? 0
    while (readEconomy(chain, economy).week < last - 1) runWeek(chain, economy, NOBODY)
    chain.unixTime = Math.max(weekEnd(last), reward().endsAt)
    await expectError(() => confirm(), "Undecided")
    openWeek(chain, economy)
    await expectError(() => confirm(), "Undecided")

    submitAll(chain, economy, NEWCOMER_ACTIVE)
    confirm()

    expect(reward().verdict).to.equal("confirmed")
  }).timeout(30_000)

  it("[STK-82] counts the week in which the freeze begins and the one in which it ends", () => {
    runWeek(chain, economy, NOBODY)
    refer()
    const end = weekOf(reward().endsAt - 1) ?? 0
    playFreeze((week) => (week === end ? NEWCOMER_ACTIVE : NOBODY))
    confirm()
    expect(reward().verdict).to.equal("confirmed")
  }).timeout(30_000)

  it("[STK-82] does not count a week behind the freeze, and does not reject by it", async () => {
    runWeek(chain, economy, NOBODY)
    refer()
    playFreeze(() => NOBODY)
    runWeek(chain, economy, NEWCOMER_ACTIVE)
    await expectError(() => confirm(), "Undecided")
    // Nobody objected in time: it becomes active.
    await expectError(() => resolveRewards(chain, economy, 0), "Undecided")
    chain.unixTime = reward().endsAt + 30 * DAY
    resolveRewards(chain, economy, 0)
    expect(readMember(chain, economy, REFERRER).balance).to.equal(40n)
  }).timeout(30_000)

  it("may be called again, and an active week undoes a rejection that came before its scores", () => {
    runWeek(chain, economy, NOBODY)
    refer()
    runWeek(chain, economy, NEWCOMER_ACTIVE)
    confirm()
    confirm()
    expect(reward().verdict).to.equal("confirmed")
  })

  it("does not undo what the validator has decided", async () => {
    runWeek(chain, economy, NOBODY)
    refer()
    runWeek(chain, economy, NEWCOMER_ACTIVE)
    giveVerdict(chain, economy, 0, false)
    await expectError(() => confirm(), "ValidatorHasDecided")
    expect(reward().verdict).to.equal("rejected")
  })

  it("refuses kinds that others decide about, a wrong id and a free place", async () => {
    refer()
    const pair = { member: REFERRER, counterparty: NEWCOMER, amount: 1n }
    grant(chain, economy, KIND.mentoring, [{ place: 1, ...pair }])
    grant(chain, economy, KIND.peerReview, [{ place: 2, ...pair }])
    await expectError(() => confirm(1, 1), "NotDecidedSo")
    await expectError(() => confirm(2, 2), "NotDecidedSo")
    await expectError(() => confirm(0, 1), "StaleReward")
    await expectError(() => confirm(3, 0), "StaleReward")
  })

  it("refuses a page without the member brought in", async () => {
    economy = rewardEconomy(chain, 1_030)
    refer()
    await expectError(() => confirm(0, 0, 1), "NotCounterparty")
  }).timeout(60_000)

  it("refuses while the economy is paused", async () => {
    refer()
    pause(chain, economy)
    await expectError(() => confirm(), "Paused")
    expect(reward().endsAt - chain.unixTime).to.be.greaterThan(WEEK)
  })
})
