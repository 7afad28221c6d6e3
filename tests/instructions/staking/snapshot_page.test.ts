import { PAGE_SLOTS, pagePda, snapshotPda } from "@stk/sdk"
import { expect } from "chai"
import { memberKey, pause } from "../../utils/actions"
import {
  addMembers,
  balances,
  createEconomy,
  readPage,
  releaseDays,
  runWeek,
  sealedWeek,
  settlePage,
  withdraw,
  type TestEconomy,
} from "../../utils/economy"
import { expectEvents } from "../../utils/events"
import { expectError, expectLedgerInvariant } from "../../utils/expect"
import { withAccount } from "../../utils/instructions"
import { PLAIN_PRESET } from "../../utils/presets"
import { readSnapshot, snapshotPage, snapshotPageOf, takeSnapshot } from "../../utils/staking"
import { Chain } from "../../utils/svm"

/** Bytes of a snapshot's account. */
const SNAPSHOT_BYTES = 8_248

describe("snapshot_page", () => {
  let chain: Chain
  let economy: TestEconomy

  beforeEach(() => {
    chain = new Chain()
    economy = createEconomy(chain, { preset: PLAIN_PRESET })
    addMembers(chain, economy, 3)
    releaseDays(chain, economy, 7)
    runWeek(chain, economy, [[700], [80], null])
  })

  afterEach(() => expectLedgerInvariant(chain, economy))

  const rest = (members: number): bigint[] => new Array<bigint>(PAGE_SLOTS - members).fill(0n)

  it("keeps the balances of a page for the latest snapshot, at the payer's cost", () => {
    takeSnapshot(chain, economy)
    const before = chain.getAccount(chain.payer.publicKey)?.lamports ?? 0

    const sent = snapshotPage(chain, economy)

    const snapshot = readSnapshot(chain, economy, 0, 1)
    expect(snapshot).to.include({ page: 0, number: 1 })
    expect(snapshot.economy.equals(economy.address)).to.equal(true)
    expect(snapshot.balances).to.deep.equal([700n, 80n, 0n, ...rest(3)])
    expect(readPage(chain, economy).header.snapshot).to.equal(1)
    expect(balances(chain, economy)).to.deep.equal([700n, 80n, 0n])
    const [address] = snapshotPda(economy.address, 0, 1)
    expect(chain.getAccount(address)?.data).to.have.length(SNAPSHOT_BYTES)
    const paid = before - (chain.getAccount(chain.payer.publicKey)?.lamports ?? 0)
    expect(paid).to.equal(chain.rentFor(SNAPSHOT_BYTES) + 5_000)
    expectEvents(sent, {
      name: "PageSnapshotted",
      data: { economy: economy.address, page: 0, snapshot: 1 },
    })
  })

  it("keeps what was there when the snapshot was taken, whatever moves later", async () => {
    takeSnapshot(chain, economy)
    await expectError(() => withdraw(chain, economy, 0, 300n), "SnapshotDue")
    snapshotPage(chain, economy)
    withdraw(chain, economy, 0, 300n)

    expect(balances(chain, economy)).to.deep.equal([400n, 80n, 0n])
    expect(readSnapshot(chain, economy, 0, 1).balances.slice(0, 3)).to.deep.equal([700n, 80n, 0n])
  })

  it("is refused when there is no snapshot yet, and a second time for the same one", async () => {
    await expectError(() => snapshotPage(chain, economy), "SnapshotNotDue")
    takeSnapshot(chain, economy)
    snapshotPage(chain, economy)
    await expectError(() => snapshotPage(chain, economy), "SnapshotNotDue")
  })

  it("keeps the last two snapshots of a page, the even and the odd one", () => {
    const numbers = [1, 2, 3, 4].map((number) => {
      takeSnapshot(chain, economy)
      const before = chain.getAccount(chain.payer.publicKey)?.lamports ?? 0
      snapshotPage(chain, economy)
      const paid = before - (chain.getAccount(chain.payer.publicKey)?.lamports ?? 0)
      expect(paid > 5_000, `rent for snapshot ${number}`).to.equal(number <= 2)
      withdraw(chain, economy, 0, 100n)
      return [0, 1]
        .filter((parity) => chain.getAccount(snapshotPda(economy.address, 0, parity)[0]) !== null)
        .map((parity) => readSnapshot(chain, economy, 0, parity))
        .map((snapshot) => [snapshot.number, snapshot.balances[0]])
    })

    expect(numbers).to.deep.equal([
      [[1, 700n]],
      [
        [2, 600n],
        [1, 700n],
      ],
      [
        [2, 600n],
        [3, 500n],
      ],
      [
        [4, 400n],
        [3, 500n],
      ],
    ])
  })

  it("goes straight to the latest snapshot where a page was left out of some", () => {
    takeSnapshot(chain, economy, 7)
    snapshotPage(chain, economy)
    expect(readPage(chain, economy).header.snapshot).to.equal(7)
    expect(readSnapshot(chain, economy, 0, 7).number).to.equal(7)
  })

  it("takes a full page, and each page by itself", () => {
    addMembers(chain, economy, 1_022)
    releaseDays(chain, economy, 21)
    runWeek(
      chain,
      economy,
      economy.members.map((_, index) => [index + 1]),
    )
    const held = balances(chain, economy)
    takeSnapshot(chain, economy)

    snapshotPage(chain, economy, 0)

    expect(readSnapshot(chain, economy, 0, 1).balances).to.deep.equal(held.slice(0, 1_024))
    expect(readPage(chain, economy, 1).header.snapshot).to.equal(0)
    snapshotPage(chain, economy, 1)
    expect(readSnapshot(chain, economy, 1, 1).balances).to.deep.equal([held[1_024], ...rest(1)])
  }).timeout(30_000)

  it("leaves slots of later members at zero, also in an account that was used before", () => {
    takeSnapshot(chain, economy)
    snapshotPage(chain, economy)
    addMembers(chain, economy, 2)
    takeSnapshot(chain, economy, 3)
    snapshotPage(chain, economy)
    expect(readSnapshot(chain, economy, 0, 3).balances).to.deep.equal([700n, 80n, 0n, ...rest(3)])
  })

  it("works while the economy is paused: a vote may be what ends the pause", () => {
    takeSnapshot(chain, economy)
    pause(chain, economy)
    snapshotPage(chain, economy)
    expect(readPage(chain, economy).header.snapshot).to.equal(1)
  })

  it("comes before settling a page, which changes balances", async () => {
    const { economy: sealed } = sealedWeek(chain, { pool: 100n, rewards: [60n] })
    takeSnapshot(chain, sealed)
    await expectError(() => settlePage(chain, sealed), "SnapshotDue")
    snapshotPage(chain, sealed)
    settlePage(chain, sealed)
    expect(balances(chain, sealed)).to.deep.equal([60n])
    expect(readSnapshot(chain, sealed, 0, 1).balances[0]).to.equal(0n)
  })

  it("gives a page that is created later nothing to keep", async () => {
    takeSnapshot(chain, economy)
    addMembers(chain, economy, 1_022)
    expect(readPage(chain, economy, 1).header.snapshot).to.equal(1)
    await expectError(() => snapshotPage(chain, economy, 1), "SnapshotNotDue")
  }).timeout(30_000)

  it("refuses another economy's page, and the account of another snapshot or page", async () => {
    const other = createEconomy(chain, { preset: PLAIN_PRESET })
    addMembers(chain, other, [memberKey(economy, 0)])
    for (const each of [economy, other]) takeSnapshot(chain, each)
    const own = snapshotPageOf(chain, economy)
    await expectError(
      () => chain.send(withAccount(own, "page", pagePda(other.address, 0)[0])),
      "WrongEconomy",
    )
    for (const [page, number] of [
      [0, 2],
      [1, 1],
    ] as const) {
      const [snapshot] = snapshotPda(economy.address, page, number)
      await expectError(() => chain.send(withAccount(own, "snapshot", snapshot)), "InvalidSeeds")
    }
  })
})
