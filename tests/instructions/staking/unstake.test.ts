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
import { expectError, expectLedgerInvariant } from "../../utils/expect"
import { withAccount } from "../../utils/instructions"
import { PLAIN_PRESET } from "../../utils/presets"
import {
  addStakePage,
  readStakePage,
  snapshotPage,
  stake,
  takeSnapshot,
  unstake,
  unstakeOf,
} from "../../utils/staking"
import { Chain } from "../../utils/svm"

const DAY = 86_400

describe("unstake", () => {
  let chain: Chain
  let economy: TestEconomy
  /** The second at which the 30 days of the stake in place 0 are over. */
  let unlockAt: number

  beforeEach(() => {
    chain = new Chain()
    economy = createEconomy(chain, { preset: PLAIN_PRESET })
    addMembers(chain, economy, 2)
    releaseDays(chain, economy, 7)
    runWeek(chain, economy, [[50_000], [8_000]])
    addStakePage(chain, economy)
    unlockAt = chain.unixTime + 30 * DAY
    stake(chain, economy, 0, 20_000n, 30)
    stake(chain, economy, 1, 3_000n, 365)
  })

  afterEach(() => expectLedgerInvariant(chain, economy))

  it("[STK-136] returns a stake to the balance once its term is over", () => {
    chain.unixTime = unlockAt
    const before = readEconomy(chain, economy)

    const sent = unstake(chain, economy, 0, 0, 0)

    expect(readMember(chain, economy, 0).balance).to.equal(50_000n)
    const page = readStakePage(chain, economy)
    expect(page).to.include({ total: 3_000n, nextId: 2, places: 2 })
    expect(page.stakes.map(({ place, id }) => [place, id])).to.deep.equal([[1, 1]])
    const after = readEconomy(chain, economy)
    expect(after.staked).to.equal(3_000n)
    expect(after.memberBalances).to.equal(before.memberBalances + 20_000n)
    const { publicKey: wallet } = memberKey(economy, 0)
    expectEvents(sent, {
      name: "Unstaked",
      data: {
        economy: economy.address,
        wallet,
        page: 0,
        slot: 0,
        place: 0,
        id: 0,
        amount: 20_000n,
        balance: 50_000n,
        total: 3_000n,
      },
    })
    withdraw(chain, economy, 0, 50_000n)
  })

  it("[STK-136] is refused to the last second of the term and works from the first after it", async () => {
    await expectError(() => unstake(chain, economy, 0, 0, 0), "StakeIsLocked")
    chain.unixTime = unlockAt - 1
    await expectError(() => unstake(chain, economy, 0, 0, 0), "StakeIsLocked")
    expect(readMember(chain, economy, 0).balance).to.equal(30_000n)
    chain.unixTime = unlockAt
    unstake(chain, economy, 0, 0, 0)
    await expectError(() => unstake(chain, economy, 1, 1, 1), "StakeIsLocked")
    chain.unixTime = unlockAt + 335 * DAY
    unstake(chain, economy, 1, 1, 1)

    expect(readEconomy(chain, economy).staked).to.equal(0n)
  })

  it("works once, also after another stake took the place", async () => {
    chain.unixTime = unlockAt
    unstake(chain, economy, 0, 0, 0)
    await expectError(() => unstake(chain, economy, 0, 0, 0), "StaleStake")
    stake(chain, economy, 0, 1_000n, 30)
    chain.unixTime += 30 * DAY
    expect(readStakePage(chain, economy).stakes[0]).to.include({ place: 0, id: 2 })

    await expectError(() => unstake(chain, economy, 0, 0, 0), "StaleStake")
    await expectError(() => unstake(chain, economy, 0, 0, 1), "StaleStake")
    await expectError(() => unstake(chain, economy, 0, 0, 3), "StaleStake")
    unstake(chain, economy, 0, 0, 2)
  })

  it("refuses places without a stake, within and beyond those that fit", async () => {
    for (const place of [2, 316, 317, 65_535]) {
      await expectError(() => unstake(chain, economy, 0, place, 0), "StaleStake")
    }
  })

  it("refuses another member's stake, and another member's slot", async () => {
    chain.unixTime = unlockAt
    const stranger = memberKey(economy, 1)
    await expectError(() => unstake(chain, economy, 1, 0, 0), "StaleStake")
    const others = withAccount(unstakeOf(economy, 0, 0, 0), "wallet", stranger.publicKey)
    await expectError(() => chain.send(others, [stranger]), "WrongMember")
    const beyond: TestEconomy = { ...economy, members: [...economy.members, economy.actors.stranger] }
    await expectError(() => unstake(chain, beyond, 2, 0, 0), "UnknownSlot")
  })

  it("waits until the page's balances are kept for the latest snapshot", async () => {
    chain.unixTime = unlockAt
    takeSnapshot(chain, economy)
    await expectError(() => unstake(chain, economy, 0, 0, 0), "SnapshotDue")
    snapshotPage(chain, economy)
    unstake(chain, economy, 0, 0, 0)
  })

  it("refuses the page or the stakes of another economy", async () => {
    chain.unixTime = unlockAt
    const other = createEconomy(chain, { preset: PLAIN_PRESET })
    addMembers(chain, other, [memberKey(economy, 0)])
    addStakePage(chain, other)
    const own = unstakeOf(economy, 0, 0, 0)
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
    chain.unixTime = unlockAt
    const wrong = withAccount(unstakeOf(economy, 0, 0, 0), "stakes", stakePagePda(economy.address, 1)[0])
    await expectError(() => chain.send(wrong, [memberKey(economy, 0)]), "WrongStakePage")
  }).timeout(30_000)

  it("refuses while the economy is paused", async () => {
    chain.unixTime = unlockAt
    pause(chain, economy)
    await expectError(() => unstake(chain, economy, 0, 0, 0), "Paused")
  })
})
