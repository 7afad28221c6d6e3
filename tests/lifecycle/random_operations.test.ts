import { createTransferInstruction } from "@solana/spl-token"
import { setLevelsInstruction, weekEnd, WeekStatus, type EconomyPreset } from "@stk/sdk"
import type { PublicKey } from "@solana/web3.js"
import { expect } from "chai"
import { absorb, depositOf, hold, memberKey, pause, resume, withdrawalOf } from "../utils/actions"
import {
  addMembers,
  createEconomy,
  openWeek,
  readEconomy,
  readPage,
  releaseEmission,
  seal,
  settlePage,
  submitScores,
  tokenAccountOf,
  type TestEconomy,
} from "../utils/economy"
import { expectError, expectLedgerInvariant, tokenBalance, tokenSupply } from "../utils/expect"
import { expectRebuilt } from "../utils/rebuilt"
import { Random } from "../utils/random"
import { Chain, START_UNIX_TIME } from "../utils/svm"
import { Model } from "./model"

/** Operations that must have worked; those that were refused come on top. */
const OPERATIONS = 10_000
/** After so many, every account is compared field by field. */
const INSPECTION = 250
const MOST_MEMBERS = 60

/** Emission so small that some weeks are short of pool, and halvings within the test. */
const PRESET: EconomyPreset = {
  name: "Random",
  symbol: "RND",
  decimals: 6,
  emissionFirstYear: 1_234_567_890_123n,
  halvingYears: 1,
  emissionCap: 2_469_135_780_246n,
  fundBps: [4_001, 2_499, 1_700, 1_300, 500],
  levels: [10, 12, 15, 18, 22, 26, 30, 36].map((tenths) => ({ name: "Level", tenths, requirement: "none" })),
  streakHundredths: [100, 102, 105, 110, 120],
  eventTypes: [
    { name: "Post", weight: 37, dailyLimit: 3 },
    { name: "Note", weight: 0, dailyLimit: 0 },
    { name: "Vote", weight: 3, dailyLimit: 11 },
    { name: "Talk", weight: 211, dailyLimit: 1 },
  ],
  settleDelaySeconds: 3_600,
  holdSeconds: 7_200,
}

/** A chain, the model of its economy and what its transactions told. */
class Walk {
  readonly chain = new Chain()
  readonly economy: TestEconomy
  readonly model: Model
  readonly done = new Map<string, number>()
  refused = 0
  private readonly accounts = new Map<number, PublicKey>()

  constructor(readonly random: Random) {
    this.economy = createEconomy(this.chain, { preset: PRESET })
    this.model = new Model(PRESET, START_UNIX_TIME)
  }

  private get now(): number {
    return this.chain.unixTime
  }

  /** What can be done now; each does it on the chain and in the model. */
  private choices(): Record<string, () => void> {
    const { chain, economy, model, random, now } = this
    if (model.isPaused) {
      return {
        resume: () => {
          model.isPaused = false
          resume(chain, economy)
        },
      }
    }
    const choices: Record<string, () => void> = {}
    if (random.chance(2)) {
      choices.pause = () => {
        model.isPaused = true
        pause(chain, economy)
      }
    }
    if (model.daysEnded(now) > model.releasedDays) {
      choices.release = () => {
        model.release(now)
        releaseEmission(chain, economy)
      }
    }
    if (model.members.length < MOST_MEMBERS && random.chance(10)) {
      choices.register = () => this.register(random.between(1, 3))
    }
    if (model.status !== "open" && model.members.length > 0) choices.setLevels = () => this.setLevels()
    const next = model.week === 0 ? 2_919 : model.week + 1
    if (model.status === "settled" && now >= weekEnd(next)) {
      choices.openWeek = () => {
        model.open(next)
        openWeek(chain, economy)
      }
    }
    if (model.status === "open") {
      if (model.cursor < model.weekMembers) choices.submit = () => this.submit()
      else {
        choices.seal = () => {
          model.seal(now)
          seal(chain, economy)
        }
      }
    }
    if (model.status !== "settled" && !model.isHeld && random.chance(5)) {
      choices.hold = () => {
        model.hold()
        hold(chain, economy)
      }
    }
    if (model.status === "sealed" && now >= model.settleFrom) {
      choices.settle = () => {
        model.settle()
        settlePage(chain, economy)
      }
    }
    if (model.surplus > 0n && random.chance(20)) {
      choices.absorb = () => {
        model.absorb()
        absorb(chain, economy)
      }
    }
    const rich = this.membersWith((member) => member.balance)
    if (rich !== null) choices.withdraw = () => this.withdraw(rich)
    const holder = this.membersWith((member) => member.tokens)
    if (holder !== null) {
      choices.deposit = () => this.deposit(holder)
      if (random.chance(30)) choices.donate = () => this.donate(holder)
    }
    return choices
  }

  /** A random member that has something of this. */
  private membersWith(what: (member: Model["members"][number]) => bigint): number | null {
    const found = this.model.members.flatMap((member, index) => (what(member) > 0n ? [index] : []))
    return found.length === 0 ? null : this.random.pick(found)
  }

  private tokenAccount(index: number): PublicKey {
    const known = this.accounts.get(index)
    if (known !== undefined) return known
    const made = tokenAccountOf(this.chain, this.economy, memberKey(this.economy, index).publicKey)
    this.accounts.set(index, made)
    return made
  }

  private register(count: number): void {
    this.model.register(count)
    addMembers(this.chain, this.economy, count)
  }

  private setLevels(): void {
    const { registrar } = this.economy.actors
    const changes = Array.from({ length: this.random.between(1, 6) }, () => ({
      slot: this.random.below(this.model.members.length),
      level: this.random.between(1, 8),
    }))
    for (const { slot, level } of changes) this.model.member(slot).level = level
    const instruction = setLevelsInstruction({
      registrar: registrar.publicKey,
      economy: this.economy.address,
      page: 0,
      changes,
      evidence: new Uint8Array(32),
    })
    this.chain.send(instruction, [registrar])
  }

  private submit(): void {
    const { model, random } = this
    const firstSlot = model.cursor
    const length = Math.min(8 * random.between(1, 3), model.weekMembers - firstSlot)
    const scores = Array.from({ length }, () =>
      random.chance(30) ? null : [random.below(22), random.below(78), random.below(8)],
    )
    model.submit(scores)
    submitScores(this.chain, this.economy, scores, { firstSlot })
  }

  /** Everything, or any part. */
  private partOf(amount: bigint): bigint {
    return this.random.chance(10) ? amount : this.random.amountBelow(amount) + 1n
  }

  private withdraw(index: number): void {
    const amount = this.partOf(this.model.member(index).balance)
    const destination = this.tokenAccount(index)
    this.model.withdraw(index, amount)
    this.chain.send(withdrawalOf(this.economy, index, destination, amount), [memberKey(this.economy, index)])
  }

  private deposit(index: number): void {
    const amount = this.partOf(this.model.member(index).tokens)
    this.model.deposit(index, amount)
    this.chain.send(depositOf(this.economy, index, this.tokenAccount(index), amount), [
      memberKey(this.economy, index),
    ])
  }

  private donate(index: number): void {
    const amount = this.partOf(this.model.member(index).tokens)
    const key = memberKey(this.economy, index)
    this.model.donate(index, amount)
    this.chain.send(
      createTransferInstruction(this.tokenAccount(index), this.economy.vault, key.publicKey, amount),
      [key],
    )
  }

  /** Tries something that must be refused whatever the state is. */
  async refuse(): Promise<void> {
    const { chain, economy, model, random } = this
    if (model.members.length === 0) return
    const index = random.below(model.members.length)
    const account = this.tokenAccount(index)
    const { balance, tokens } = model.member(index)
    const key = [memberKey(economy, index)]
    const attempts: [action: () => unknown, error: string][] = [
      [() => chain.send(withdrawalOf(economy, index, account, balance + 1n), key), "BalanceTooSmall"],
      [() => chain.send(withdrawalOf(economy, index, account, 0n), key), "AmountIsZero"],
      [() => chain.send(depositOf(economy, index, account, tokens + 1n), key), "TokenInsufficientFunds"],
    ]
    if (model.daysEnded(this.now) === model.releasedDays) {
      attempts.push([() => releaseEmission(chain, economy), "NothingDue"])
    }
    if (model.surplus === 0n) attempts.push([() => absorb(chain, economy), "NoSurplus"])
    if (model.status !== "sealed") attempts.push([() => settlePage(chain, economy), "WeekNotSealed"])
    if (model.status !== "open") attempts.push([() => seal(chain, economy), "WeekNotOpen"])
    const usable = model.week === 0 ? attempts.slice(0, 3) : attempts
    const [action, error] = random.pick(usable)
    await expectError(action, model.isPaused ? "Paused" : error)
    this.refused++
  }

  /** Does one random thing; false when there was nothing to do. */
  step(): boolean {
    this.chain.unixTime = this.now + this.random.between(1, 4 * 3_600)
    const choices = this.choices()
    const names = Object.keys(choices)
    if (names.length === 0) return false
    const name = this.random.pick(names)
    choices[name]?.()
    this.done.set(name, (this.done.get(name) ?? 0) + 1)
    return true
  }

  /** Compares the totals of chain and model, and of the accounts among themselves. */
  compare(): void {
    const { chain, economy, model } = this
    const state = readEconomy(chain, economy)
    const context = () => `after ${[...this.done.values()].reduce((sum, count) => sum + count, 0)} operations`
    const statuses = { settled: WeekStatus.Settled, open: WeekStatus.Open, sealed: WeekStatus.Sealed }
    const { memberBalances, pending } = model
    const agrees =
      state.funds.every((fund, index) => fund === model.funds[index]) &&
      state.minted === model.minted &&
      state.deposited === model.deposited &&
      state.withdrawn === model.withdrawn &&
      state.unsettled === model.unsettled &&
      state.memberBalances === memberBalances &&
      state.members === model.members.length &&
      state.week === model.week &&
      state.weekStatus === statuses[model.status] &&
      state.paused === model.isPaused &&
      tokenBalance(chain, economy.vault) === model.vault &&
      tokenSupply(chain, economy.mint) === model.minted
    if (!agrees) expect({ ...state }, context()).to.deep.equal({ ...model })
    // STK-142: what was minted is in a fund, with a member, between both, or outside.
    const funds = state.funds.reduce((sum, fund) => sum + fund, 0n)
    const inside = funds + state.memberBalances + state.staked + state.frozen + state.unsettled
    const supply = tokenSupply(chain, economy.mint)
    if (inside + state.withdrawn - state.deposited !== supply) expect.fail(`the ledger is off ${context()}`)
    if (state.members === 0) return
    const { header, members } = readPage(chain, economy)
    const sums = members.reduce(
      (sum, member) => ({ balance: sum.balance + member.balance, pending: sum.pending + member.pending }),
      { balance: 0n, pending: 0n },
    )
    if (sums.balance !== memberBalances || sums.pending !== pending || header.due !== pending) {
      expect.fail(`the slots are off ${context()}`)
    }
  }

  /** Compares everything, field by field, with the model and with what the events tell. */
  inspect(): void {
    const { chain, economy, model } = this
    expectLedgerInvariant(chain, economy, { surplus: model.surplus })
    if (model.members.length === 0) return
    const { members } = readPage(chain, economy)
    const of = ({ balance, pending, points, level, streak, lastActiveWeek }: (typeof members)[number]) => ({
      balance,
      pending,
      points,
      level,
      streak,
      lastActiveWeek,
    })
    expect(members.map(of)).to.deep.equal(model.members.map(({ tokens: _tokens, ...member }) => member))
    expectRebuilt(chain, economy)
    for (const [index, account] of this.accounts) {
      expect(tokenBalance(chain, account)).to.equal(model.member(index).tokens)
    }
  }
}

describe("a random walk", () => {
  it(`[STK-142] keeps the ledger after each of ${OPERATIONS} operations, equal to a model and to what the events tell`, async () => {
    const walk = new Walk(new Random(20_251_215))
    let operations = 0
    while (operations < OPERATIONS) {
      if (walk.random.chance(5)) await walk.refuse()
      else if (walk.step()) operations++
      walk.compare()
      if (operations % INSPECTION === 0) walk.inspect()
    }
    walk.inspect()

    // The walk went everywhere, and weeks were paid in full as well as short.
    for (const [name, least] of Object.entries(LEAST)) {
      expect(walk.done.get(name) ?? 0, name).to.be.at.least(least)
    }
    expect(walk.refused).to.be.at.least(300)
    expect(walk.model.week - 2_919).to.be.at.least(50)
  }).timeout(180_000)
})

const LEAST: Readonly<Record<string, number>> = {
  release: 200,
  register: 10,
  setLevels: 500,
  openWeek: 50,
  submit: 100,
  seal: 50,
  settle: 50,
  hold: 5,
  withdraw: 1_000,
  deposit: 1_000,
  donate: 100,
  absorb: 50,
  pause: 20,
  resume: 20,
}
