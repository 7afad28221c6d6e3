import { createHash } from "node:crypto"
import { STK_POLICY, STK_PRESET, type Member } from "@stk/sdk"
import { Keypair, type PublicKey, type Signer, type TransactionInstruction } from "@solana/web3.js"
import { expect } from "chai"
import { memberKey } from "../../utils/actions"
import { createEconomy, readEconomy, readPages, tokenAccountOf, type TestEconomy } from "../../utils/economy"
import { expectError, expectLedgerInvariant, tokenBalance, tokenSupply } from "../../utils/expect"
import { Random } from "../../utils/random"
import { Chain, START_UNIX_TIME, type Sent } from "../../utils/svm"
import { Cast } from "./cast"
import { DAY, PAGE, pageOf, WEEK } from "../rules/calendar"
import { Emission } from "../rules/emission"
import { Escrow } from "../rules/escrow"
import { Ledger, type Person } from "../rules/ledger"
import { Market } from "../rules/market"
import { Prices } from "../rules/prices"
import { Spending } from "../rules/spending"
import { Stakes } from "../rules/stakes"
import { Votes } from "../rules/votes"
import { Weeks } from "../rules/weeks"

/** When somebody acts: weeks and days of the play, both from 0; day 0 is a Monday. */
export interface Today {
  readonly week: number
  readonly weekday: number
}

/** What one topic contributes to the play. */
export interface Story {
  /** What happens on a day. */
  day?(today: Today): void | Promise<void>
  /** Compares the accounts of the topic with the model, once a quarter. */
  check?(): void
  /** What must have come of it at the end. */
  outcome?(): void | Promise<void>
}

/** A SOL: enough for the rents that a member pays. */
const POCKET_LAMPORTS = 1_000_000_000n
/** Seven days of voting, and three hundredths of the circulating tokens. */
export const VOTING_SECONDS = WEEK
export const QUORUM_BPS = 300

/** A chain that says when a transaction was carried out. */
class TellingChain extends Chain {
  transactions = 0
  afterEach: () => void = () => undefined

  override sendBytes(bytes: Uint8Array): Sent {
    const sent = super.sendBytes(bytes)
    this.transactions++
    this.afterEach()
    return sent
  }
}

/** The compiled program with one economy on a chain, the model of it, and who does what. */
export class Play {
  readonly chain = new TellingChain()
  readonly economy: TestEconomy
  readonly random: Random
  readonly cast: Cast
  readonly ledger = new Ledger()
  readonly weeks = new Weeks(STK_PRESET)
  readonly emission = new Emission(STK_PRESET, START_UNIX_TIME)
  readonly stakes = new Stakes()
  readonly escrow = new Escrow()
  readonly market = new Market()
  readonly spending = new Spending(STK_POLICY, START_UNIX_TIME)
  readonly prices = new Prices()
  readonly votes = new Votes(VOTING_SECONDS, BigInt(QUORUM_BPS))
  transferFeeBps = 0
  /** Whether the treasurer's key still is the treasurer. */
  treasurerActs = true
  refused = 0
  private readonly counts = new Map<string, number>()
  private readonly accounts = new Map<number, PublicKey>()
  private keys = 0

  constructor(readonly seed: number) {
    this.random = new Random(seed)
    this.cast = new Cast(this.random)
    this.economy = createEconomy(this.chain)
    this.chain.afterEach = () => this.compareTotals()
  }

  get now(): number {
    return this.chain.unixTime
  }

  /** How often something happened. */
  count(what: string): number {
    return this.counts.get(what) ?? 0
  }

  tell(what: string, times = 1): void {
    this.counts.set(what, this.count(what) + times)
  }

  /** All counts, for a failing assertion and for who wants to see what a play was about. */
  get summary(): Record<string, number> {
    return Object.fromEntries([...this.counts].sort(([left], [right]) => left.localeCompare(right)))
  }

  /** Moves the clock to a day's beginning, or leaves it when the day before went on for longer. */
  begin({ week, weekday }: Today): void {
    this.chain.unixTime = Math.max(this.now + 1, START_UNIX_TIME + week * WEEK + weekday * DAY + 3_600)
  }

  /**
   * Lets some seconds pass, moves the model in `prepare`, and sends what that gives: the totals must be the model's
   * afterwards.
   */
  act(
    what: string,
    prepare: (now: number) => TransactionInstruction | readonly TransactionInstruction[],
    signers: readonly Signer[] = [],
    payer?: Signer,
  ): Sent {
    this.chain.unixTime = this.now + this.random.between(1, 90)
    const instructions = prepare(this.now)
    this.tell(what)
    return this.chain.send(instructions, signers, payer === undefined ? {} : { payer })
  }

  /** Sends what must be refused with this error: nothing of the model moves, and nothing of the totals. */
  async refuse(
    error: string,
    what: TransactionInstruction | readonly TransactionInstruction[],
    signers: readonly Signer[] = [],
  ): Promise<void> {
    await expectError(() => this.chain.send(what, signers), error)
    this.compareTotals()
    this.refused++
    this.tell(`refused: ${error}`)
  }

  /** The next key of the play: the same ones in the same order whenever the seed is the same. */
  nextKey(): Keypair {
    const text = `${this.seed} ${this.keys++}`
    return Keypair.fromSeed(createHash("sha256").update(text).digest())
  }

  key(index: number): Keypair {
    return memberKey(this.economy, index)
  }

  /** A member's key with lamports for rents. */
  payingKey(index: number): Keypair {
    const key = this.key(index)
    if (this.chain.getAccount(key.publicKey) === null) this.chain.airdrop(key.publicKey, POCKET_LAMPORTS)
    return key
  }

  place(index: number): { page: number; slot: number } {
    return { page: pageOf(index), slot: index % PAGE }
  }

  tokenAccount(index: number): PublicKey {
    const known = this.accounts.get(index)
    if (known !== undefined) return known
    const made = tokenAccountOf(this.chain, this.economy, this.key(index).publicKey)
    this.accounts.set(index, made)
    return made
  }

  /** Somebody who takes part in economic life, other than these. */
  anyone(...others: readonly number[]): number {
    return this.someone(() => true, ...others)
  }

  /** Somebody who takes part and of whom this is true. */
  someone(isRight: (person: Person, index: number) => boolean, ...others: readonly number[]): number {
    for (let tries = 0; tries < 10_000; tries++) {
      const index = this.random.below(this.ledger.people.length)
      const fits = this.cast.takesPart(index) && !others.includes(index)
      if (fits && isRight(this.ledger.person(index), index)) return index
    }
    throw new Error("nobody is like that")
  }

  /** The chain's totals are the model's. */
  private compareTotals(): void {
    const state = readEconomy(this.chain, this.economy)
    const { ledger } = this
    const agrees =
      state.funds.every((fund, index) => fund === ledger.funds[index]) &&
      state.memberBalances === ledger.memberBalances &&
      state.staked === ledger.staked &&
      state.frozen === ledger.frozen &&
      state.unsettled === ledger.unsettled &&
      state.minted === ledger.minted &&
      state.burnt === ledger.burnt &&
      state.deposited === ledger.deposited &&
      state.withdrawn === ledger.withdrawn &&
      state.volume === ledger.volume
    if (agrees && ledger.owed === ledger.minted - ledger.burnt - ledger.withdrawn + ledger.deposited) return
    const { funds, memberBalances, staked, frozen, unsettled, minted, burnt, deposited, withdrawn, volume } =
      ledger
    const expected = {
      funds,
      memberBalances,
      staked,
      frozen,
      unsettled,
      minted,
      burnt,
      deposited,
      withdrawn,
      volume,
    }
    const actual = Object.fromEntries(
      Object.keys(expected).map((key) => [key, state[key as keyof typeof state]]),
    )
    expect(actual, `after ${this.chain.transactions} transactions`).to.deep.equal(expected)
    expect.fail(`the model's ledger is off after ${this.chain.transactions} transactions`)
  }

  /** Every member of every page is as in the model, and the vault holds what is owed. */
  compareMembers(): void {
    const { ledger } = this
    const members = readPages(this.chain, this.economy).flatMap((page) => page.members)
    expect(members.length).to.equal(ledger.people.length)
    members.forEach((member, index) => {
      const person = ledger.person(index)
      if (!isAs(member, person)) expect({ index, ...member }).to.deep.equal({ index, ...person })
    })
    const sum = ledger.people.reduce((total, { balance }) => total + balance, 0n)
    expect(sum, "the members' balances").to.equal(ledger.memberBalances)
    const { vault, mint } = this.economy
    expect(tokenBalance(this.chain, vault), "the vault").to.equal(ledger.owed + ledger.surplus)
    const supply = tokenSupply(this.chain, mint)
    expect(supply, "the supply").to.equal(ledger.minted - ledger.burnt)
    const held = ledger.people.reduce((total, { tokens }) => total + tokens, ledger.outside)
    expect(ledger.owed + ledger.surplus + held, "all that anybody has is the supply").to.equal(supply)
  }

  /** Everything among itself, with the events and with every wallet. */
  compareEverything(): void {
    const { surplus } = this.ledger
    expectLedgerInvariant(this.chain, this.economy, { surplus, lost: this.emission.lost })
    for (const [index, account] of this.accounts) {
      const { tokens } = this.ledger.person(index)
      expect(tokenBalance(this.chain, account), `tokens of member ${index}`).to.equal(tokens)
    }
    const state = readEconomy(this.chain, this.economy)
    const { week } = this.weeks
    expect({ week: state.week, snapshot: state.snapshot, proposals: state.proposals }).to.deep.equal({
      week,
      snapshot: this.votes.snapshot,
      proposals: this.votes.motions.length,
    })
    expect({ services: state.services, fee: state.transferFeeBps, team: state.teamSpent }).to.deep.equal({
      services: this.market.offers.length,
      fee: this.transferFeeBps,
      team: this.spending.teamSpent,
    })
    expect({ days: state.releasedDays, factor: state.emissionFactorBps }).to.deep.equal({
      days: BigInt(this.emission.releasedDays),
      factor: this.emission.factorBps,
    })
  }
}

function isAs(member: Member, person: Person): boolean {
  return (
    member.balance === person.balance &&
    member.pending === person.pending &&
    member.points === person.points &&
    member.level === person.level &&
    member.streak === person.streak &&
    member.lastActiveWeek === person.lastActiveWeek &&
    member.lastRewardDay === person.lastRewardDay &&
    member.lastRedistributionQuarter === person.lastQuarter
  )
}
