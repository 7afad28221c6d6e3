import { pagePda, setLevelsInstruction, type LevelChange } from "@stk/sdk"
import { expect } from "chai"
import { pause } from "../../utils/actions"
import {
  addMembers,
  createEconomy,
  openWeek,
  readMember,
  readPage,
  releaseDays,
  runWeek,
  seal,
  settle,
  submitAll,
  type TestEconomy,
} from "../../utils/economy"
import { expectEvents } from "../../utils/events"
import { expectError, expectLedgerInvariant } from "../../utils/expect"
import { withAccount, withData } from "../../utils/instructions"
import { FORGE_PRESET } from "../../utils/presets"
import { Chain, type Sent } from "../../utils/svm"

const EVIDENCE = new Uint8Array(32).fill(0xe5)
/** 960 points: the example of the specification. */
const EXAMPLE = [5, 3, 1, 5, 3, 2, 0]

describe("set_levels", () => {
  let chain: Chain
  let economy: TestEconomy

  beforeEach(() => {
    chain = new Chain()
    economy = createEconomy(chain)
    addMembers(chain, economy, 8)
  })

  afterEach(() => expectLedgerInvariant(chain, economy))

  const instruction = (changes: readonly LevelChange[], page = 0) =>
    setLevelsInstruction({
      registrar: economy.actors.registrar.publicKey,
      economy: economy.address,
      page,
      changes,
      evidence: EVIDENCE,
    })

  const setLevels = (changes: readonly LevelChange[]): Sent =>
    chain.send(instruction(changes), [economy.actors.registrar])

  const levels = () => readPage(chain, economy).members.map((member) => member.level)

  it("[STK-42] sets any level from 1 to 8, up or down, with the hash of the evidence in the event", () => {
    const changes = [8, 7, 6, 5, 4, 3, 2, 1].map((level, slot) => ({ slot, level }))

    const sent = setLevels(changes)

    expect(levels()).to.deep.equal([8, 7, 6, 5, 4, 3, 2, 1])
    expectEvents(sent, {
      name: "LevelsSet",
      data: {
        economy: economy.address,
        page: 0,
        evidence: EVIDENCE,
        slots: [0, 1, 2, 3, 4, 5, 6, 7],
        levels: Uint8Array.from([8, 7, 6, 5, 4, 3, 2, 1]),
      },
    })
    setLevels([
      { slot: 0, level: 1 },
      { slot: 7, level: 8 },
    ])
    expect(levels()).to.deep.equal([1, 7, 6, 5, 4, 3, 2, 8])
  })

  it("[STK-42] refuses levels below 1 and above 8", async () => {
    for (const level of [0, 9, 255]) {
      await expectError(() => setLevels([{ slot: 0, level }]), "UnknownLevel")
    }
    await expectError(
      () =>
        setLevels([
          { slot: 0, level: 2 },
          { slot: 1, level: 9 },
        ]),
      "UnknownLevel",
    )
    expect(levels()).to.deep.equal([1, 1, 1, 1, 1, 1, 1, 1])
  })

  it("refuses levels that another economy does not have", async () => {
    economy = createEconomy(chain, { preset: FORGE_PRESET })
    addMembers(chain, economy, 1)
    setLevels([{ slot: 0, level: 3 }])

    await expectError(() => setLevels([{ slot: 0, level: 4 }]), "UnknownLevel")
  })

  it("[STK-42] refuses while a week is open", async () => {
    openWeek(chain, economy)
    await expectError(() => setLevels([{ slot: 0, level: 2 }]), "WeekIsOpen")
    submitAll(chain, economy)
    await expectError(() => setLevels([{ slot: 0, level: 2 }]), "WeekIsOpen")
    seal(chain, economy)

    setLevels([{ slot: 0, level: 2 }])

    expect(readMember(chain, economy, 0).level).to.equal(2)
  })

  it("[STK-42] counts the level at the opening of the week, not one set after its sealing", () => {
    releaseDays(chain, economy, 7)
    openWeek(chain, economy)
    submitAll(chain, economy, [EXAMPLE])
    seal(chain, economy)
    setLevels([{ slot: 0, level: 8 }])

    settle(chain, economy)

    expect(readMember(chain, economy, 0).balance).to.equal(960_000_000n)
  })

  for (const [row, level, name, reward] of [
    ["STK-34", 1, "Freshman", 960_000_000n],
    ["STK-35", 2, "Trainee", 1_152_000_000n],
    ["STK-36", 3, "Practitioner", 1_440_000_000n],
    ["STK-37", 4, "Specialist", 1_728_000_000n],
    ["STK-38", 5, "Expert", 2_112_000_000n],
    ["STK-39", 6, "Master", 2_496_000_000n],
    ["STK-40", 7, "Mentor", 2_880_000_000n],
    ["STK-41", 8, "Public figure", 3_456_000_000n],
  ] as const) {
    it(`[${row}] pays a ${name} ${Number(reward / 960_000n) / 1_000} times the points`, () => {
      releaseDays(chain, economy, 7)
      setLevels([{ slot: 0, level }])

      runWeek(chain, economy, [EXAMPLE])

      expect(readMember(chain, economy, 0).balance).to.equal(reward)
    })
  }

  it("sets the last of a slot that is named twice", () => {
    setLevels([
      { slot: 3, level: 2 },
      { slot: 3, level: 5 },
    ])

    expect(readMember(chain, economy, 3).level).to.equal(5)
  })

  it("refuses slots without a member, and no slots at all", async () => {
    setLevels([{ slot: 7, level: 2 }])
    await expectError(() => setLevels([{ slot: 8, level: 2 }]), "UnknownSlot")
    await expectError(() => setLevels([{ slot: 65_535, level: 2 }]), "UnknownSlot")
    await expectError(() => setLevels([]), "UnknownSlot")
  })

  it("refuses another number of levels than of slots", async () => {
    const valid = instruction([{ slot: 0, level: 2 }])
    // Evidence, one slot (u32 length, u16), two levels (u32 length, bytes).
    const slots = [1, 0, 0, 0, 0, 0]
    const data = Buffer.from([...EVIDENCE, ...slots, 2, 0, 0, 0, 2, 3])

    await expectError(() => chain.send(withData(valid, data), [economy.actors.registrar]), "UnknownSlot")
  })

  it("[STK-42, STK-143] is the registrar's alone", async () => {
    const { admin, oracle, validator, treasurer, guardian, stranger } = economy.actors
    for (const signer of [admin, oracle, validator, treasurer, guardian, stranger]) {
      const wrong = withAccount(instruction([{ slot: 0, level: 2 }]), "registrar", signer.publicKey)
      await expectError(() => chain.send(wrong, [signer]), "NotRegistrar")
    }
  })

  it("refuses while the economy is paused", async () => {
    pause(chain, economy)
    await expectError(() => setLevels([{ slot: 0, level: 2 }]), "Paused")
  })

  it("refuses another economy's page", async () => {
    const other = createEconomy(chain)
    addMembers(chain, other, 1)
    const [page] = pagePda(other.address, 0)
    await expectError(
      () =>
        chain.send(withAccount(instruction([{ slot: 0, level: 2 }]), "page", page), [
          economy.actors.registrar,
        ]),
      "WrongEconomy",
    )
  })
})
