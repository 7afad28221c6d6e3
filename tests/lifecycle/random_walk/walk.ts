import { STK_POLICY, WeekStatus, type EconomyPreset, type PolicyPreset } from "@stk/sdk"
import type { PublicKey } from "@solana/web3.js"
import { expect } from "chai"
import { memberKey } from "../../utils/actions"
import {
  addMembers,
  createEconomy,
  readEconomy,
  readPage,
  tokenAccountOf,
  type TestEconomy,
} from "../../utils/economy"
import { expectLedgerInvariant, tokenBalance, tokenSupply } from "../../utils/expect"
import { setLimits, setSchedule } from "../../utils/funds"
import type { Random } from "../../utils/random"
import { addEscrowPage, setRewardKinds } from "../../utils/rewards"
import { addStakePage } from "../../utils/staking"
import { Chain, START_UNIX_TIME } from "../../utils/svm"
import { setBands } from "../../utils/transfers"
import { DAY } from "../rules/calendar"
import { Emission } from "../rules/emission"
import { Escrow } from "../rules/escrow"
import { Ledger, type Person } from "../rules/ledger"
import { Market } from "../rules/market"
import { Spending } from "../rules/spending"
import { Stakes } from "../rules/stakes"
import { Weeks } from "../rules/weeks"

/** Emission so small that some weeks are short of pool, and halvings within the test. */
export const PRESET: EconomyPreset = {
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

/** Limits so small that some are reached, and a schedule that begins and ends within the test. */
const POLICY: PolicyPreset = {
  ...STK_POLICY,
  spendingLimits: [0n, 3_000_000_007n, 2_000_000_011n, 900_000_013n, 500_000_017n],
  teamCliffSeconds: 200 * DAY,
  teamVestingSeconds: 600 * DAY,
}

/** What can be done at a moment, by name; each does it in the model and on the chain. */
export type Choices = Record<string, () => void>

/** A chain with one economy, and the model of it. */
export class Walk {
  readonly chain = new Chain()
  readonly economy: TestEconomy
  readonly ledger = new Ledger()
  readonly emission = new Emission(PRESET, START_UNIX_TIME)
  readonly weeks = new Weeks(PRESET)
  readonly stakes = new Stakes()
  readonly escrow = new Escrow()
  readonly market = new Market()
  readonly spending = new Spending(POLICY, START_UNIX_TIME)
  transferFeeBps = 0
  /** The calendar quarter that was redistributed last. */
  quarter = 0
  isPaused = false
  refused = 0
  readonly done = new Map<string, number>()
  private readonly accounts = new Map<number, PublicKey>()

  constructor(readonly random: Random) {
    this.economy = createEconomy(this.chain, { preset: PRESET })
    setRewardKinds(this.chain, this.economy)
    setBands(this.chain, this.economy)
    setLimits(this.chain, this.economy, POLICY.spendingLimits)
    setSchedule(this.chain, this.economy, POLICY.teamCliffSeconds, POLICY.teamVestingSeconds)
    this.register(3)
    addStakePage(this.chain, this.economy)
    this.escrow.addPage()
    addEscrowPage(this.chain, this.economy)
  }

  get now(): number {
    return this.chain.unixTime
  }

  get members(): number {
    return this.ledger.people.length
  }

  key(index: number) {
    return memberKey(this.economy, index)
  }

  register(count: number): void {
    this.ledger.register(count, this.now)
    addMembers(this.chain, this.economy, count)
  }

  /** A random member of whom this is true. */
  memberWith(isRight: (person: Person, index: number) => boolean): number | null {
    const found = this.ledger.people.flatMap((person, index) => (isRight(person, index) ? [index] : []))
    return found.length === 0 ? null : this.random.pick(found)
  }

  /** Whether somebody is hardly ever there: no rewards but for what little they do. */
  isQuiet(index: number): boolean {
    return index % 4 === 0
  }

  /** Any member who is not quiet. */
  lively(): number {
    return this.memberWith((_, index) => !this.isQuiet(index)) ?? 1
  }

  /** Any member but this one. */
  other(index: number): number {
    return (index + 1 + this.random.below(this.members - 1)) % this.members
  }

  /** Everything now and then, or any part. */
  partOf(amount: bigint): bigint {
    return this.random.chance(10) ? amount : this.random.amountBelow(amount) + 1n
  }

  tokenAccount(index: number): PublicKey {
    const known = this.accounts.get(index)
    if (known !== undefined) return known
    const made = tokenAccountOf(this.chain, this.economy, this.key(index).publicKey)
    this.accounts.set(index, made)
    return made
  }

  /** Does one random thing; false when there was nothing to do. */
  step(choicesOf: (walk: Walk) => Choices): boolean {
    this.chain.unixTime = this.now + this.random.between(1, 4 * 3_600)
    const choices = choicesOf(this)
    const names = Object.keys(choices)
    if (names.length === 0) return false
    const name = this.random.pick(names)
    choices[name]?.()
    this.done.set(name, (this.done.get(name) ?? 0) + 1)
    return true
  }

  /** Compares the totals of chain and model, and of the accounts among themselves. */
  compare(): void {
    const { chain, economy, ledger, weeks } = this
    const state = readEconomy(chain, economy)
    const context = `after ${[...this.done.values()].reduce((sum, count) => sum + count, 0)} operations`
    const statuses = { settled: WeekStatus.Settled, open: WeekStatus.Open, sealed: WeekStatus.Sealed }
    const { funds, minted, burnt, deposited, withdrawn, unsettled, memberBalances, staked, frozen, volume } =
      ledger
    const totals = { minted, burnt, deposited, withdrawn, unsettled, memberBalances, staked, frozen, volume }
    const agrees =
      state.funds.every((fund, index) => fund === funds[index]) &&
      Object.entries(totals).every(([name, amount]) => state[name as keyof typeof totals] === amount) &&
      state.members === this.members &&
      state.week === weeks.week &&
      state.weekStatus === statuses[weeks.status] &&
      state.paused === this.isPaused &&
      tokenBalance(chain, economy.vault) === ledger.owed + ledger.surplus &&
      tokenSupply(chain, economy.mint) === minted - burnt
    if (!agrees) expect({ ...state }, context).to.deep.equal({ ...totals, funds, week: weeks.week })
    // STK-142: what was minted is in a fund, with a member, between both, or outside.
    const inside = state.funds.reduce((sum, fund) => sum + fund, 0n) + state.memberBalances + state.staked
    const all = inside + state.frozen + state.unsettled + state.withdrawn - state.deposited
    if (all !== tokenSupply(chain, economy.mint)) expect.fail(`the ledger is off ${context}`)
    const { header, members } = readPage(chain, economy)
    const sums = members.reduce(
      (sum, member) => ({ balance: sum.balance + member.balance, pending: sum.pending + member.pending }),
      { balance: 0n, pending: 0n },
    )
    const pending = ledger.people.reduce((sum, person) => sum + person.pending, 0n)
    if (sums.balance !== memberBalances || sums.pending !== pending || header.due !== pending) {
      expect.fail(`the slots are off ${context}`)
    }
  }

  /** Compares everything, field by field, with the model and with what the events tell. */
  inspect(): void {
    const { chain, economy, ledger } = this
    expectLedgerInvariant(chain, economy, { surplus: ledger.surplus })
    const members = readPage(chain, economy).members.map(
      ({ wallet: _wallet, lastRedistributionQuarter: lastQuarter, ...member }) => ({
        ...member,
        lastQuarter,
      }),
    )
    expect(members).to.deep.equal(ledger.people.map(({ tokens: _tokens, ...person }) => person))
    for (const [index, account] of this.accounts) {
      expect(tokenBalance(chain, account)).to.equal(ledger.person(index).tokens)
    }
    const held = ledger.people.reduce((sum, { tokens }) => sum + tokens, ledger.outside)
    expect(ledger.owed + ledger.surplus + held, "all that anybody has").to.equal(ledger.minted)
  }
}
