import { createTransferInstruction } from "@solana/spl-token"
import { MOST_STAKES, STAKE_TERMS_DAYS, type StkEvent } from "@stk/sdk"
import type { Keypair, TransactionInstruction } from "@solana/web3.js"
import { expect } from "chai"
import { depositOf, memberKey, withdrawalOf } from "../utils/actions"
import {
  addMembers,
  balances,
  createEconomy,
  readPage,
  releaseDays,
  runWeek,
  tokenAccountOf,
  type TestEconomy,
} from "../utils/economy"
import { eventsOf } from "../utils/events"
import { expectError, expectLedgerInvariant } from "../utils/expect"
import { PLAIN_PRESET } from "../utils/presets"
import { Random } from "../utils/random"
import {
  addStakePage,
  readSnapshot,
  readStakePage,
  snapshotPageOf,
  stakeOf,
  takeSnapshot,
  unstakeOf,
} from "../utils/staking"
import { Chain } from "../utils/svm"

const STEPS = 2_000
/** After so many steps the weights of all members are counted. */
const INSPECTION = 20
const MEMBERS = 9
const DAY = 86_400
const WHOLE_TOKEN = 1_000n

interface ModelStake {
  id: number
  member: number
  amount: bigint
  termDays: number
  unlockAt: number
  snapshot: number
}

/** What every member had, and what was taken back since of the stakes that vote on it. */
interface Taken {
  had: bigint[]
  takenBack: bigint[]
}

/** The rules of staking written once more, without looking at the program or the SDK. */
class Model {
  readonly places: (ModelStake | null)[] = []
  readonly taken = new Map<number, Taken>()
  nextId = 0
  latest = 0
  kept = 0

  constructor(readonly balances: bigint[]) {}

  stakesOf(member: number): ModelStake[] {
    return this.places.filter((stake) => stake?.member === member) as ModelStake[]
  }

  refusalOfStake(member: number, amount: bigint, termDays: number): string | null {
    if (this.kept !== this.latest) return "SnapshotDue"
    if (![30, 90, 180, 365].includes(termDays)) return "UnknownTerm"
    if (amount < WHOLE_TOKEN) return "StakeTooSmall"
    if (this.stakesOf(member).length >= 4) return "TooManyStakes"
    return amount > this.balanceOf(member) ? "BalanceTooSmall" : null
  }

  stake(member: number, amount: bigint, termDays: number, now: number): void {
    const free = this.places.indexOf(null)
    const place = free < 0 ? this.places.length : free
    const unlockAt = now + termDays * DAY
    this.places[place] = { id: this.nextId, member, amount, termDays, unlockAt, snapshot: this.latest }
    this.nextId += 1
    this.move(member, -amount)
  }

  refusalOfUnstake(member: number, place: number, id: number, now: number): string | null {
    if (this.kept !== this.latest) return "SnapshotDue"
    const stake = this.places[place]
    if (!stake || stake.id !== id || stake.member !== member) return "StaleStake"
    return now < stake.unlockAt ? "StakeIsLocked" : null
  }

  unstake(place: number): void {
    const stake = this.places[place]
    if (!stake) throw new Error("there is no such stake")
    this.places[place] = null
    this.move(stake.member, stake.amount)
    for (const [number, { takenBack }] of this.taken) {
      if (stake.snapshot < number) takenBack[stake.member] = (takenBack[stake.member] ?? 0n) + stake.amount
    }
  }

  takeSnapshot(): void {
    this.latest += 1
    const had = this.balances.map((balance, member) =>
      this.stakesOf(member).reduce((sum, stake) => sum + stake.amount, balance),
    )
    this.taken.set(this.latest, { had, takenBack: had.map(() => 0n) })
  }

  balanceOf(member: number): bigint {
    return this.balances[member] ?? 0n
  }

  move(member: number, amount: bigint): void {
    this.balances[member] = this.balanceOf(member) + amount
  }
}

/** Balances and stakes from events alone. */
class Ledger {
  readonly stakes = new Map<number, { id: number; amount: bigint; wallet: string }>()
  snapshot = 0

  constructor(readonly balances: Map<string, bigint>) {}

  apply({ name, data }: StkEvent): void {
    switch (name) {
      case "Deposited":
      case "Withdrawn":
      case "Unstaked":
      case "Staked": {
        const wallet = data.wallet.toBase58()
        const sign = name === "Deposited" || name === "Unstaked" ? 1n : -1n
        const balance = (this.balances.get(wallet) ?? 0n) + sign * data.amount
        expect(balance, `balance after ${name}`).to.equal(data.balance)
        this.balances.set(wallet, balance)
        if (name === "Staked") this.stakes.set(data.place, { id: data.id, amount: data.amount, wallet })
        if (name === "Unstaked") {
          expect(this.stakes.get(data.place)).to.deep.equal({ id: data.id, amount: data.amount, wallet })
          this.stakes.delete(data.place)
        }
        if (name === "Staked" || name === "Unstaked") {
          const total = [...this.stakes.values()].reduce((sum, stake) => sum + stake.amount, 0n)
          expect(total, `stakes after ${name}`).to.equal(data.total)
        }
        break
      }
      case "PageSnapshotted":
        this.snapshot = data.snapshot
        break
      default:
        throw new Error(`nothing here leads to ${name}`)
    }
  }
}

describe("random stakes, transfers and snapshots", () => {
  let chain: Chain
  let economy: TestEconomy
  let random: Random
  let model: Model
  let ledger: Ledger
  const done = new Map<string, number>()

  before(() => {
    chain = new Chain()
    economy = createEconomy(chain, { preset: PLAIN_PRESET })
    addMembers(chain, economy, MEMBERS)
    releaseDays(chain, economy, 7)
    runWeek(
      chain,
      economy,
      economy.members.map((_, index) => [20_000 * (index + 1)]),
    )
    addStakePage(chain, economy)
    for (const { publicKey } of economy.members) tokenAccountOf(chain, economy, publicKey)
    random = new Random(136)
    model = new Model(balances(chain, economy))
    const wallets = economy.members.map(({ publicKey }) => publicKey.toBase58())
    ledger = new Ledger(new Map(wallets.map((wallet, index) => [wallet, model.balanceOf(index)])))
  })

  function send(instructions: TransactionInstruction | TransactionInstruction[], signers: Keypair[]): void {
    for (const event of eventsOf(chain.send(instructions, signers))) ledger.apply(event)
  }

  /** Sends what the model allows, and expects the model's refusal otherwise. */
  async function attempt(
    name: string,
    refusal: string | null,
    member: number | null,
    instructions: TransactionInstruction | TransactionInstruction[],
    apply: () => void,
  ): Promise<void> {
    const signers = member === null ? [] : [memberKey(economy, member)]
    const outcome = refusal ?? name
    done.set(outcome, (done.get(outcome) ?? 0) + 1)
    if (refusal !== null) {
      await expectError(() => chain.send(instructions, signers), refusal)
      return
    }
    send(instructions, signers)
    apply()
  }

  function amountFor(member: number): bigint {
    const balance = model.balanceOf(member)
    if (random.chance(10)) return random.amountBelow(WHOLE_TOKEN)
    if (random.chance(10)) return balance + 1n + random.amountBelow(WHOLE_TOKEN)
    return random.chance(10) ? balance : random.amountBelow(balance / 4n + 1n)
  }

  const steps: Record<string, { weight: number; act: () => Promise<void> | void }> = {
    stake: {
      weight: 30,
      act: () => {
        const member = random.below(MEMBERS)
        const amount = amountFor(member)
        const termDays = random.chance(10) ? random.below(400) : random.pick(STAKE_TERMS_DAYS)
        const refusal = model.refusalOfStake(member, amount, termDays)
        const instruction = stakeOf(economy, member, amount, termDays)
        return attempt("stake", refusal, member, instruction, () => {
          model.stake(member, amount, termDays, chain.unixTime)
        })
      },
    },
    unstake: {
      weight: 30,
      act: () => {
        const live = model.places.flatMap((stake, place) => (stake === null ? [] : [{ ...stake, place }]))
        const chosen = live.length > 0 && random.chance(85) ? random.pick(live) : null
        const member = random.chance(5) || chosen === null ? random.below(MEMBERS) : chosen.member
        const place = chosen?.place ?? random.below(40)
        const id = random.chance(5) || chosen === null ? random.below(model.nextId + 1) : chosen.id
        const refusal = model.refusalOfUnstake(member, place, id, chain.unixTime)
        const instruction = unstakeOf(economy, member, place, id)
        return attempt("unstake", refusal, member, instruction, () => model.unstake(place))
      },
    },
    /** A member pays another one outside: the tokens leave one balance and enter the other. */
    pay: {
      weight: 15,
      act: () => {
        const [from, to] = [random.below(MEMBERS), random.below(MEMBERS)]
        const amount = 1n + random.amountBelow(model.balanceOf(from) / 3n + 1n)
        if (amount > model.balanceOf(from)) return
        const accounts = [from, to].map((member) =>
          tokenAccountOf(chain, economy, memberKey(economy, member).publicKey),
        )
        const [source, target] = accounts
        if (source === undefined || target === undefined) throw new Error("two accounts")
        const owner = memberKey(economy, from)
        const refusal = model.kept === model.latest ? null : "SnapshotDue"
        const leaving = [
          withdrawalOf(economy, from, source, amount),
          createTransferInstruction(source, target, owner.publicKey, amount),
        ]
        return attempt("pay", refusal, from, leaving, () => {
          send(depositOf(economy, to, target, amount), [memberKey(economy, to)])
          model.move(from, -amount)
          model.move(to, amount)
        })
      },
    },
    wait: {
      weight: 10,
      act: () => {
        chain.unixTime += random.below(40 * DAY)
      },
    },
    waitForAStake: {
      weight: 5,
      act: () => {
        const ends = model.places.flatMap((stake) => (stake === null ? [] : [stake.unlockAt]))
        const next = Math.min(...ends.filter((end) => end > chain.unixTime))
        // The last second of a term, or the first after it.
        if (Number.isFinite(next)) chain.unixTime = next - random.below(2)
      },
    },
    propose: {
      weight: 4,
      act: () => {
        takeSnapshot(chain, economy)
        model.takeSnapshot()
      },
    },
    snapshotPage: {
      weight: 10,
      act: () => {
        const refusal = model.kept === model.latest ? "SnapshotNotDue" : null
        return attempt("snapshot", refusal, null, snapshotPageOf(chain, economy), () => {
          model.kept = model.latest
        })
      },
    },
  }

  /** What every member's vote weighs is what it had when the snapshot was taken, less the stakes taken back since. */
  function inspect(): void {
    expect(balances(chain, economy)).to.deep.equal(model.balances)
    const page = readStakePage(chain, economy)
    const expected = model.places.flatMap((stake, place) => {
      if (stake === null) return []
      const { member: slot, ...rest } = stake
      return [{ place, slot, ...rest }]
    })
    expect(page.stakes).to.deep.equal(expected)
    expect(page).to.include({ nextId: model.nextId, places: model.places.length })
    for (let slot = 0; slot < MEMBERS; slot++)
      expect(page.stakes.filter((stake) => stake.slot === slot).length).to.be.at.most(MOST_STAKES)
    expect(readPage(chain, economy).header.snapshot).to.equal(model.kept)
    expect(ledger.snapshot).to.equal(model.kept)
    const wallets = economy.members.map(({ publicKey }) => publicKey.toBase58())
    expect(wallets.map((wallet) => ledger.balances.get(wallet))).to.deep.equal(model.balances)
    const rebuilt = [...ledger.stakes].sort(([a], [b]) => a - b)
    expect(rebuilt.map(([place, { id, amount }]) => [place, id, amount])).to.deep.equal(
      page.stakes.map(({ place, id, amount }) => [place, id, amount]),
    )

    const taken = model.taken.get(model.kept)
    if (taken === undefined) return
    const { balances: kept, number } = readSnapshot(chain, economy, 0, model.kept)
    expect(number).to.equal(model.kept)
    const weights = model.balances.map((_, slot) =>
      page.stakes
        .filter((stake) => stake.slot === slot && stake.snapshot < number)
        .reduce((sum, stake) => sum + stake.amount, kept[slot] ?? 0n),
    )
    const allowed = taken.had.map((had, slot) => had - (taken.takenBack[slot] ?? 0n))
    expect(weights, `weights of snapshot ${number}`).to.deep.equal(allowed)
  }

  it(`do what the rules say over ${STEPS.toLocaleString("en")} steps, and nobody's vote counts twice [STK-136]`, async function () {
    this.timeout(120_000)
    const choices = Object.values(steps).flatMap(
      ({ weight, act }) => new Array(weight).fill(act) as (typeof act)[],
    )
    for (let step = 1; step <= STEPS; step++) {
      await random.pick(choices)()
      if (step % INSPECTION !== 0) continue
      inspect()
      expectLedgerInvariant(chain, economy)
    }

    for (const outcome of [
      ...["stake", "unstake", "pay", "snapshot"],
      ...["SnapshotDue", "SnapshotNotDue", "UnknownTerm", "StakeTooSmall", "TooManyStakes"],
      ...["BalanceTooSmall", "StaleStake", "StakeIsLocked"],
    ]) {
      expect(done.get(outcome) ?? 0, outcome).to.be.at.least(20)
    }
  })
})
