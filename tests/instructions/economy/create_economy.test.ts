import { AccountLayout, MintLayout, TOKEN_PROGRAM_ID } from "@solana/spl-token"
import {
  createEconomyInstruction,
  economyParameters,
  economyPda,
  LATEST_GENESIS_SECONDS,
  LONGEST_DELAY_SECONDS,
  rebuild,
  STK_PRESET,
  vaultPda,
  type EconomyParameters,
  type EconomyPreset,
} from "@stk/sdk"
import { Keypair, type PublicKey, SystemProgram } from "@solana/web3.js"
import { expect } from "chai"
import { createActors, type Actors } from "../../utils/actors"
import { createEconomy, readEconomy, type TestEconomy } from "../../utils/economy"
import { eventOf, plain } from "../../utils/events"
import { expectError, expectLedgerInvariant, tokenBalance, tokenSupply } from "../../utils/expect"
import { withAccount } from "../../utils/instructions"
import { FORGE_PRESET, PLAIN_PRESET, stkPreset } from "../../utils/presets"
import { Chain, START_UNIX_TIME, type Sent } from "../../utils/svm"

/** One scored type: every count of a week fits three bits. */
const ONE_A_DAY = { name: "Contribution", weight: 1, dailyLimit: 1 }

function types(count: number, dailyLimit = 1, weight = 1): EconomyPreset["eventTypes"] {
  return Array.from({ length: count }, (_, index) => ({ name: `Type${index}`, weight, dailyLimit }))
}

describe("create_economy", () => {
  let chain: Chain
  let actors: Actors
  let mint: Keypair
  let economy: PublicKey
  let vault: PublicKey

  beforeEach(() => {
    chain = new Chain()
    actors = createActors(chain)
    takeNewMint()
  })

  function creation(decimals: number, parameters: EconomyParameters) {
    return createEconomyInstruction({
      payer: actors.admin.publicKey,
      mint: mint.publicKey,
      decimals,
      parameters,
    })
  }

  function create(changes: Partial<EconomyPreset> = {}, genesis: number | null = null): Sent {
    const preset = stkPreset(changes)
    return chain.send(creation(preset.decimals, economyParameters(preset, genesis)), [actors.admin, mint])
  }

  /** Several can be tried on one chain when each has a mint of its own. */
  function takeNewMint(): void {
    mint = Keypair.generate()
    economy = economyPda(mint.publicKey)[0]
    vault = vaultPda(economy)[0]
  }

  const created = (): TestEconomy => ({
    address: economy,
    mint: mint.publicKey,
    vault,
    actors,
    preset: STK_PRESET,
    members: [],
  })

  function accepts(changes: Partial<EconomyPreset>): void {
    takeNewMint()
    create({ ...PLAIN_PRESET, ...changes })
    expectLedgerInvariant(chain, created())
  }

  async function refuses(changes: Partial<EconomyPreset>, error: string): Promise<void> {
    takeNewMint()
    await expectError(() => create({ ...PLAIN_PRESET, ...changes }), error)
  }

  it("[STK-02] makes SysTok: an SPL mint of symbol STK with 6 decimals that only the program can use", () => {
    const sent = create()

    const state = readEconomy(chain, created())
    expect(state).to.include({ name: "SysTok", symbol: "STK", decimals: 6, paused: false })
    const account = chain.getAccount(mint.publicKey)
    expect(account?.owner.equals(TOKEN_PROGRAM_ID)).to.equal(true)
    const token = MintLayout.decode(account?.data ?? Buffer.alloc(0))
    expect(token.decimals).to.equal(6)
    expect(token.mintAuthorityOption).to.equal(1)
    expect(token.mintAuthority.equals(economy)).to.equal(true)
    expect(token.freezeAuthorityOption).to.equal(0)
    const event = eventOf(sent, "EconomyCreated")
    expect(event.admin.equals(actors.admin.publicKey)).to.equal(true)
    // The event has every rule, so that nobody needs the account to know them.
    const { economy: rebuilt } = rebuild([{ name: "EconomyCreated", data: event }])
    expect(plain(rebuilt)).to.deep.equal(plain(state))
    expectLedgerInvariant(chain, created())
  })

  it("[STK-01] mints nothing: the new economy's vault, funds and supply are empty", () => {
    create()

    const state = readEconomy(chain, created())
    expect(state.funds).to.deep.equal([0n, 0n, 0n, 0n, 0n])
    expect(state.minted).to.equal(0n)
    expect(tokenSupply(chain, mint.publicKey)).to.equal(0n)
    expect(tokenBalance(chain, vault)).to.equal(0n)
  })

  it("makes a vault that belongs to the economy and that nobody else can close or spend", () => {
    create()

    const token = AccountLayout.decode(chain.getAccount(vault)?.data ?? Buffer.alloc(0))
    expect(token.owner.equals(economy)).to.equal(true)
    expect(token.mint.equals(mint.publicKey)).to.equal(true)
    expect(token.delegateOption).to.equal(0)
    expect(token.closeAuthorityOption).to.equal(0)
  })

  it("gives the payer every role and offers none", () => {
    create()

    const { roles, proposed } = readEconomy(chain, created())
    expect(Object.values(roles).map(String)).to.deep.equal(Array(6).fill(actors.admin.publicKey.toBase58()))
    expect(Object.values(proposed)).to.deep.equal(Array(6).fill(null))
  })

  it("[STK-32] stores the ten event types of the rules, in their order", () => {
    create()

    expect(readEconomy(chain, created()).eventTypes).to.deep.equal([
      { name: "SectionCompleted", weight: 50, dailyLimit: 5 },
      { name: "ExerciseSave", weight: 100, dailyLimit: 5 },
      { name: "ClubPostCreated", weight: 200, dailyLimit: 1 },
      { name: "ClubLikeGiven", weight: 10, dailyLimit: 5 },
      { name: "ClubLikeReceived", weight: 20, dailyLimit: 10 },
      { name: "ClubCommentCreated", weight: 50, dailyLimit: 5 },
      { name: "ClubCommentReceived", weight: 50, dailyLimit: 5 },
      { name: "CourseCompleted", weight: 0, dailyLimit: 0 },
      { name: "ProjectMilestoneCompleted", weight: 0, dailyLimit: 0 },
      { name: "PeerReviewCompleted", weight: 0, dailyLimit: 0 },
    ])
  })

  it("stores the coefficients, shares and delays of the rules", () => {
    create({ settleDelaySeconds: 7_200, holdSeconds: 86_400 })

    const state = readEconomy(chain, created())
    expect(state.levelTenths).to.deep.equal([10, 12, 15, 18, 22, 26, 30, 36])
    expect(state.streakHundredths).to.deep.equal([100, 102, 105, 110, 120])
    expect(state.fundBps).to.deep.equal([5_000, 2_000, 1_500, 1_000, 500])
    expect(state).to.include({ settleDelaySeconds: 7_200, holdSeconds: 86_400, halvingYears: 4 })
    expect(state.emissionFirstYear).to.equal(1_000_000_000_000_000n)
    expect(state.emissionCap).to.equal(8_000_000_000_000_000n)
  })

  it("takes another community's rules: other types, limits, levels, decimals and shares", () => {
    const forge = createEconomy(chain, { preset: FORGE_PRESET })

    const state = readEconomy(chain, forge)
    expect(state).to.include({ name: "Forge", symbol: "FRG", decimals: 9, halvingYears: 2 })
    expect(state.eventTypes).to.deep.equal(FORGE_PRESET.eventTypes)
    expect(state.levelTenths).to.deep.equal([10, 17, 29, 0, 0, 0, 0, 0])
    expectLedgerInvariant(chain, forge)
  })

  it("works although strangers sent lamports to the addresses before", () => {
    const gift = (toPubkey: PublicKey, lamports: number) =>
      SystemProgram.transfer({ fromPubkey: chain.payer.publicKey, toPubkey, lamports })
    const enough = chain.rentFor(10_000)
    chain.send([gift(mint.publicKey, chain.rentFor(0)), gift(vault, enough), gift(economy, chain.rentFor(1))])

    create()

    expectLedgerInvariant(chain, created())
  })

  it("refuses a mint that is in use", async () => {
    create()
    const before = chain.snapshot([economy, mint.publicKey, vault])

    await expectError(() => create(), "SystemAccountAlreadyInUse")

    expect(chain.snapshot([economy, mint.publicKey, vault])).to.deep.equal(before)
  })

  it("refuses another vault and another economy than those that belong to the mint", async () => {
    const other = createEconomy(chain)
    const instruction = creation(6, economyParameters(STK_PRESET))
    const signers = [actors.admin, mint]

    await expectError(
      () => chain.send(withAccount(instruction, "vault", other.vault), signers),
      "InvalidSeeds",
    )
    await expectError(
      () => chain.send(withAccount(instruction, "economy", economyPda(other.vault)[0]), signers),
      "InvalidSeeds",
    )
  })

  it("takes names of 1 to 32 bytes and symbols of 1 to 10, without the padding in them", async () => {
    accepts({ name: "n", symbol: "s" })
    accepts({ name: "n".repeat(32), symbol: "s".repeat(10) })
    accepts({ name: "я".repeat(16) })
    for (const changes of [
      { name: "" },
      { name: "n".repeat(33) },
      { name: "я".repeat(17) },
      { name: "a\0b" },
      { symbol: "" },
      { symbol: "s".repeat(11) },
      { symbol: "a\0" },
    ]) {
      await refuses(changes, "BadName")
    }
  })

  it("takes a genesis from now to a year from now", async () => {
    const now = START_UNIX_TIME
    await expectError(() => create({}, now - 1), "BadGenesis")
    await expectError(() => create({}, now + LATEST_GENESIS_SECONDS + 1), "BadGenesis")
    await expectError(() => create({}, Number.MIN_SAFE_INTEGER), "BadGenesis")

    create({}, now + LATEST_GENESIS_SECONDS)

    expect(readEconomy(chain, created()).genesis).to.equal(now + 31_536_000)
  })

  it("takes an emission whose whole series is at most the cap", async () => {
    // 4 × (1,000 + 500 + 250 + 125 + 62 + 31 + 15 + 7 + 3 + 1) = 7,976
    accepts({ emissionFirstYear: 1_000n, halvingYears: 4, emissionCap: 7_976n })
    await refuses({ emissionFirstYear: 1_000n, halvingYears: 4, emissionCap: 7_975n }, "BadEmission")
    await refuses({ emissionFirstYear: 0n }, "BadEmission")
    await refuses({ halvingYears: 0 }, "BadEmission")
  })

  it("takes an emission only if a year times 365 and the whole series fit", async () => {
    const highest = 2n ** 64n - 1n
    accepts({ emissionFirstYear: highest / 365n, halvingYears: 1, emissionCap: highest })
    await refuses(
      { emissionFirstYear: highest / 365n + 1n, halvingYears: 1, emissionCap: highest },
      "BadEmission",
    )
    await refuses(
      { emissionFirstYear: highest / 365n, halvingYears: 255, emissionCap: highest },
      "BadEmission",
    )
  })

  it("takes fund shares that sum to 10,000 basis points", async () => {
    accepts({ fundBps: [0, 0, 0, 0, 10_000] })
    await refuses({ fundBps: [9_999, 0, 0, 0, 0] }, "FundSharesDoNotAddUp")
    await refuses({ fundBps: [9_999, 1, 0, 0, 1] }, "FundSharesDoNotAddUp")
    await refuses({ fundBps: [65_535, 10_001, 0, 0, 0] }, "FundSharesDoNotAddUp")
  })

  it("takes 1 to 16 event types of which at least one has a weight", async () => {
    accepts({ eventTypes: types(1) })
    accepts({ eventTypes: types(16) })
    accepts({ eventTypes: [...types(15, 0, 0), ONE_A_DAY] })
    await refuses({ eventTypes: [] }, "BadEventTypes")
    await refuses({ eventTypes: types(17) }, "BadEventTypes")
    await refuses({ eventTypes: types(3, 5, 0) }, "BadEventTypes")
  })

  it("takes event names of 1 to 32 bytes, each once", async () => {
    accepts({ eventTypes: [{ ...ONE_A_DAY, name: "e".repeat(32) }] })
    await refuses({ eventTypes: [{ ...ONE_A_DAY, name: "" }] }, "BadEventName")
    await refuses({ eventTypes: [{ ...ONE_A_DAY, name: "e".repeat(33) }] }, "BadEventName")
    await refuses({ eventTypes: [ONE_A_DAY, { ...ONE_A_DAY, weight: 2 }] }, "BadEventName")
  })

  it("takes a daily limit for each scored type", async () => {
    await refuses({ eventTypes: [ONE_A_DAY, { name: "Other", weight: 1, dailyLimit: 0 }] }, "BadDailyLimit")
  })

  it("takes counts of at most 64 bits a week", async () => {
    // Three counts up to 458,745 need 19 bits each; one up to 126 needs 7, one up to 133 needs 8.
    const wide = types(3, 65_535)
    accepts({ eventTypes: [...wide, { name: "Last", weight: 1, dailyLimit: 18 }] })
    await refuses({ eventTypes: [...wide, { name: "Last", weight: 1, dailyLimit: 19 }] }, "CountsTooWide")
  })

  it("takes a positive coefficient for level 1 and for every step of the consistency", async () => {
    const level = (tenths: number) => ({ name: "Level", tenths, requirement: "none" })
    accepts({ levels: [level(1), level(0), level(7)] })
    await refuses({ levels: [level(0), level(10)] }, "BadCoefficient")
    await refuses({ streakHundredths: [100, 100, 100, 100, 0] }, "BadCoefficient")
    await refuses({ streakHundredths: [0, 100, 100, 100, 100] }, "BadCoefficient")
  })

  it("takes 3 to 9 decimals", async () => {
    for (const decimals of [3, 9]) accepts({ decimals })
    for (const decimals of [0, 2, 10, 255]) await refuses({ decimals }, "BadDecimals")
  })

  it("takes weights whose highest weekly points fit 32 bits", async () => {
    // 7 × 613,566,756 = 4,294,967,292 = 2^32 − 4
    accepts({ eventTypes: [{ ...ONE_A_DAY, weight: 613_566_756 }] })
    await refuses({ eventTypes: [{ ...ONE_A_DAY, weight: 613_566_757 }] }, "RewardTooLarge")
  })

  it("takes coefficients at which a full page of highest rewards fits 64 bits", async () => {
    // 7 points × 65,535 × 39,268 × 10^6 × 1,024 members < 2^64; with 39,269 it is not.
    const highest = { decimals: 9, eventTypes: [ONE_A_DAY] }
    const levels = [{ name: "Level", tenths: 65_535, requirement: "none" }]
    accepts({ ...highest, levels, streakHundredths: [1, 1, 1, 1, 39_268] })
    await refuses({ ...highest, levels, streakHundredths: [1, 1, 1, 1, 39_269] }, "RewardTooLarge")
  })

  it("takes delays of up to 30 days", async () => {
    accepts({ settleDelaySeconds: LONGEST_DELAY_SECONDS, holdSeconds: LONGEST_DELAY_SECONDS })
    await refuses({ settleDelaySeconds: 2_592_001 }, "DelayTooLong")
    await refuses({ holdSeconds: 2_592_001 }, "DelayTooLong")
  })
})
