import { pagePda, stakePagePda } from "@stk/sdk"
import { expect } from "chai"
import { memberKey, pause } from "../../utils/actions"
import {
  addMembers,
  createEconomy,
  readEconomy,
  readMember,
  releaseDays,
  runWeek,
  withdraw,
  type TestEconomy,
} from "../../utils/economy"
import { expectEvents } from "../../utils/events"
import { expectError, expectLedgerInvariant, tokenBalance } from "../../utils/expect"
import { withAccount } from "../../utils/instructions"
import { PLAIN_PRESET } from "../../utils/presets"
import {
  addStakePage,
  growStakePage,
  readStakePage,
  snapshotPage,
  stake,
  stakeOf,
  takeSnapshot,
  unstake,
} from "../../utils/staking"
import { Chain } from "../../utils/svm"

const DAY = 86_400

describe("stake", () => {
  let chain: Chain
  let economy: TestEconomy

  beforeEach(() => {
    chain = new Chain()
    // A whole token is 1,000 base units here.
    economy = createEconomy(chain, { preset: PLAIN_PRESET })
    addMembers(chain, economy, 2)
    releaseDays(chain, economy, 7)
    runWeek(chain, economy, [[50_000], [8_000]])
    addStakePage(chain, economy)
  })

  afterEach(() => expectLedgerInvariant(chain, economy))

  it("[STK-136] locks part of the balance for the term, counted as frozen", () => {
    const before = readEconomy(chain, economy)
    const vault = tokenBalance(chain, economy.vault)
    const { publicKey: wallet } = memberKey(economy, 1)
    const unlockAt = chain.unixTime + 90 * DAY

    const sent = stake(chain, economy, 1, 3_000n, 90)

    expect(readMember(chain, economy, 1).balance).to.equal(5_000n)
    expect(readMember(chain, economy, 0).balance).to.equal(50_000n)
    const page = readStakePage(chain, economy)
    expect(page).to.include({ total: 3_000n, nextId: 1, places: 1 })
    expect(page.stakes).to.deep.equal([
      { place: 0, id: 0, slot: 1, amount: 3_000n, termDays: 90, unlockAt, snapshot: 0 },
    ])
    const after = readEconomy(chain, economy)
    expect(after.staked).to.equal(3_000n)
    expect(after.memberBalances).to.equal(before.memberBalances - 3_000n)
    expect(tokenBalance(chain, economy.vault), "no token moves").to.equal(vault)
    expectEvents(sent, {
      name: "Staked",
      data: {
        economy: economy.address,
        wallet,
        page: 0,
        slot: 1,
        place: 0,
        id: 0,
        amount: 3_000n,
        termDays: 90,
        unlockAt,
        snapshot: 0,
        balance: 5_000n,
        total: 3_000n,
      },
    })
  })

  it("[STK-136] is for 30, 90, 180 or 365 days and for nothing between", async () => {
    const from = chain.unixTime
    for (const days of [0, 1, 29, 31, 89, 91, 179, 181, 364, 366, 65_535]) {
      await expectError(() => stake(chain, economy, 0, 1_000n, days), "UnknownTerm")
    }
    for (const days of [30, 90, 180, 365]) stake(chain, economy, 0, 1_000n, days)

    const { stakes } = readStakePage(chain, economy)
    expect(stakes.map(({ termDays }) => termDays)).to.deep.equal([30, 90, 180, 365])
    expect(stakes.map(({ unlockAt }) => unlockAt - from)).to.deep.equal([
      2_592_000, 7_776_000, 15_552_000, 31_536_000,
    ])
  })

  it("takes at least one whole token and at most the balance", async () => {
    await expectError(() => stake(chain, economy, 1, 0n), "StakeTooSmall")
    await expectError(() => stake(chain, economy, 1, 999n), "StakeTooSmall")
    await expectError(() => stake(chain, economy, 1, 8_001n), "BalanceTooSmall")
    await expectError(() => stake(chain, economy, 1, 2n ** 64n - 1n), "BalanceTooSmall")
    stake(chain, economy, 1, 1_000n)
    await expectError(() => stake(chain, economy, 1, 7_001n), "BalanceTooSmall")
    stake(chain, economy, 1, 7_000n)

    expect(readMember(chain, economy, 1).balance).to.equal(0n)
    expect(readEconomy(chain, economy).staked).to.equal(8_000n)
  })

  it("takes the amount out of what can be withdrawn", async () => {
    stake(chain, economy, 1, 3_000n)
    await expectError(() => withdraw(chain, economy, 1, 5_001n), "BalanceTooSmall")
    withdraw(chain, economy, 1, 5_000n)
  })

  it("allows a member four at a time, whatever others have", async () => {
    for (let count = 0; count < 4; count++) stake(chain, economy, 0, 1_000n)
    await expectError(() => stake(chain, economy, 0, 1_000n), "TooManyStakes")
    stake(chain, economy, 1, 1_000n)

    expect(readStakePage(chain, economy).stakes.map(({ slot }) => slot)).to.deep.equal([0, 0, 0, 0, 1])
  })

  it("takes the first free place, under an id that was never used", () => {
    for (let count = 0; count < 3; count++) stake(chain, economy, 0, 1_000n)
    stake(chain, economy, 1, 1_000n)
    chain.unixTime += 30 * DAY
    unstake(chain, economy, 0, 2, 2)
    unstake(chain, economy, 0, 1, 1)

    stake(chain, economy, 1, 2_000n)
    stake(chain, economy, 0, 2_000n)
    stake(chain, economy, 0, 2_000n)

    const { stakes, places, nextId } = readStakePage(chain, economy)
    expect(stakes.map(({ id }) => id)).to.deep.equal([0, 4, 5, 3, 6])
    expect({ places, nextId }).to.deep.equal({ places: 5, nextId: 7 })
  })

  it("needs a free place, which growing gives", async () => {
    const more = addMembers(chain, economy, 78)
    releaseDays(chain, economy, 21)
    const earned = economy.members.map((_, index) => (index < 2 ? null : [5_000]))
    runWeek(chain, economy, earned)
    const last = economy.members.length - 1
    expect(more.length + 2).to.equal(80)
    // 79 members with four stakes each, and one with a single one, fill the 317 places.
    for (let index = 0; index < last; index++) {
      const instructions = Array.from({ length: 4 }, () => stakeOf(economy, index, 1_000n))
      chain.send(instructions, [memberKey(economy, index)])
    }
    stake(chain, economy, last, 1_000n)
    expect(readStakePage(chain, economy)).to.include({ places: 317, capacity: 317 })

    await expectError(() => stake(chain, economy, last, 1_000n), "StakePageFull")
    growStakePage(chain, economy)
    stake(chain, economy, last, 1_000n)

    expect(readStakePage(chain, economy).stakes.at(-1)).to.include({ place: 317, id: 317, slot: last })
  }).timeout(30_000)

  it("notes the latest snapshot, and waits until the page's balances are kept for it", async () => {
    stake(chain, economy, 1, 1_000n)
    takeSnapshot(chain, economy)
    await expectError(() => stake(chain, economy, 1, 1_000n), "SnapshotDue")
    snapshotPage(chain, economy)
    stake(chain, economy, 1, 1_000n)

    expect(readStakePage(chain, economy).stakes.map(({ snapshot }) => snapshot)).to.deep.equal([0, 1])
  })

  it("refuses a slot that holds another wallet, and one without a member", async () => {
    const stranger = memberKey(economy, 1)
    const others = withAccount(stakeOf(economy, 0, 1_000n), "wallet", stranger.publicKey)
    await expectError(() => chain.send(others, [stranger]), "WrongMember")
    const beyond: TestEconomy = { ...economy, members: [...economy.members, economy.actors.stranger] }
    await expectError(() => stake(chain, beyond, 2, 1_000n), "UnknownSlot")
  })

  it("refuses the page or the stakes of another economy", async () => {
    const other = createEconomy(chain, { preset: PLAIN_PRESET })
    addMembers(chain, other, [memberKey(economy, 0)])
    addStakePage(chain, other)
    const own = stakeOf(economy, 0, 1_000n)
    for (const wrong of [
      withAccount(own, "page", pagePda(other.address, 0)[0]),
      withAccount(own, "stakes", stakePagePda(other.address, 0)[0]),
    ]) {
      await expectError(() => chain.send(wrong, [memberKey(economy, 0)]), "WrongEconomy")
    }
  })

  it("refuses the stakes of another page", async () => {
    addMembers(chain, economy, 1_023)
    addStakePage(chain, economy, 1)
    const wrong = withAccount(stakeOf(economy, 0, 1_000n), "stakes", stakePagePda(economy.address, 1)[0])
    await expectError(() => chain.send(wrong, [memberKey(economy, 0)]), "WrongStakePage")
  }).timeout(30_000)

  it("refuses while the economy is paused", async () => {
    pause(chain, economy)
    await expectError(() => stake(chain, economy, 0, 1_000n), "Paused")
  })
})
