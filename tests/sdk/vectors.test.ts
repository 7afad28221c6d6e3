import { readFileSync } from "node:fs"
import { join } from "node:path"
import {
  activityVerdict,
  bandOf,
  bytesPerMember,
  checkBands,
  checkEmission,
  countWidths,
  cumulativeEmission,
  daysEnded,
  freezeEnd,
  Fund,
  InvalidArgumentError,
  isIncluded,
  leafHash,
  merkleRoot,
  MerkleTree,
  packCounts,
  pointsOf,
  pointsOfDays,
  ratingVerdict,
  quarterName,
  quarterOf,
  quarterStart,
  redistribution,
  rewardOf,
  rewardOutcome,
  scoredTypes,
  shareFloor,
  splitByBps,
  splitPrice,
  STAKE_TERMS_DAYS,
  stakeUnlocksAt,
  isPassed,
  quorumCeil,
  snapshotOfProposal,
  streakAfter,
  totalEmission,
  unitOf,
  unixDay,
  unpackCounts,
  vestedFloor,
  weekEnd,
  weekOf,
  weekStart,
  yearAmount,
  type RewardOutcome,
  type RewardVerdictName,
  type ScoringRules,
  type Share,
} from "@stk/sdk"
import { expect } from "chai"

/** Integers of 64 bits are texts in the file, bytes are hexadecimal. */
interface Vectors {
  emission: {
    emissionFirstYear: string
    halvingYears: number
    emissionCap: string
    fits: boolean
    total: string | null
    years: [string, string][] | null
    days: [string, string][] | null
  }[]
  daysEnded: [number, number, string][]
  split: [string, number[], string[] | null][]
  price: [string, number[], number | null, string[]][]
  week: {
    second: number
    week: number | null
    start: number | null
    end: number | null
    day: number | null
  }[]
  proRata: [string, string, string, string][]
  score: {
    name: string
    rules: ScoringRules
    bits: number
    bytes: number
    widths: number[]
    members: {
      counts: number[]
      bytes: string
      points: number | null
      level: number
      streak: number
      unit: string
      reward: string | null
    }[]
    daily: [string, number][]
  }[]
  streak: [number, number, number][]
  stake: [number, number, number][]
  vesting: [string, number, number, number, string][]
  freeze: {
    createdAt: number
    days: number
    endsAt: number
    outcomes: [number, [RewardOutcome, RewardOutcome, RewardOutcome]][]
  }[]
  rating: [number, RewardVerdictName | null][]
  activity: [number, number, number, number, RewardVerdictName | null][]
  quorum: [string, number, string][]
  outcome: [string, string, string, boolean][]
  snapshot: [number, number, number, number, boolean][]
  merkle: { leaves: string[]; root: string; proofs: string[][] }[]
  quarter: [number, number | null][]
  redistribution: {
    bands: { days: number; bps: number }[]
    isAccepted: boolean
    members: {
      today: number
      lastActiveWeek: number
      lastRewardDay: number
      balance: string
      staked: string
      band: number | null
      fromBalance: string
      fromStakes: string
    }[]
  }[]
}

const FILE = join(__dirname, "../../crates/stk-math/vectors.json")
const vectors = JSON.parse(readFileSync(FILE, "utf8")) as Vectors
const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, "hex"))
const hex = (data: Uint8Array): string => Buffer.from(data).toString("hex")

describe("SDK mathematics and the program's", () => {
  it("emit the same [STK-05] [STK-07] [STK-09] [STK-10] [STK-11]", () => {
    for (const vector of vectors.emission) {
      const curve = {
        emissionFirstYear: BigInt(vector.emissionFirstYear),
        halvingYears: vector.halvingYears,
        emissionCap: BigInt(vector.emissionCap),
      }
      if (vector.fits) expect(() => checkEmission(curve)).not.to.throw()
      else expect(() => checkEmission(curve)).to.throw(InvalidArgumentError)
      if (vector.total !== null) expect(totalEmission(curve)).to.equal(BigInt(vector.total))
      for (const [year, amount] of vector.years ?? [])
        expect(yearAmount(curve, BigInt(year))).to.equal(BigInt(amount))
      for (const [days, amount] of vector.days ?? []) {
        expect(cumulativeEmission(curve, BigInt(days)), `${days} days`).to.equal(BigInt(amount))
      }
    }
  })

  it("count the same days since genesis [STK-08]", () => {
    for (const [genesis, now, days] of vectors.daysEnded)
      expect(daysEnded(genesis, now)).to.equal(BigInt(days))
  })

  it("vest the same part of the Team fund", () => {
    for (const [received, elapsed, cliffSeconds, vestingSeconds, vested] of vectors.vesting) {
      const schedule = { cliffSeconds, vestingSeconds }
      expect(vestedFloor(BigInt(received), elapsed, schedule)).to.equal(BigInt(vested))
    }
  })

  it("split alike, with the remainder in the Rewards Pool [STK-17]", () => {
    for (const [amount, bps, shares] of vectors.split) {
      if (shares === null) expect(() => splitByBps(BigInt(amount), bps)).to.throw(InvalidArgumentError)
      else expect(splitByBps(BigInt(amount), bps)).to.deep.equal(shares.map(BigInt))
    }
  })

  it("split prices alike, with the rest for the Treasury [STK-68] [STK-69] [STK-70] [STK-71]", () => {
    expect(vectors.price.length).to.be.greaterThan(100)
    for (const [price, bps, treasury, parts] of vectors.price) {
      const shares = bps.map((part, index): Share => {
        return index === treasury ? { fund: Fund.Treasury, bps: part } : { member: index, bps: part }
      })
      expect(
        splitPrice(BigInt(price), shares).map(({ amount }) => amount),
        `${price} by ${bps.join()}`,
      ).to.deep.equal(parts.map(BigInt))
    }
  })

  it("have the same weeks [STK-54] [STK-55]", () => {
    for (const { second, week, start, end, day } of vectors.week) {
      expect(weekOf(second), String(second)).to.equal(week)
      expect(unixDay(second), String(second)).to.equal(day)
      if (week !== null) {
        expect(weekStart(week)).to.equal(start)
        expect(weekEnd(week)).to.equal(end)
      }
    }
  })

  it("scale a short week alike [STK-46]", () => {
    for (const [reward, payable, total, share] of vectors.proRata) {
      expect(shareFloor(BigInt(reward), BigInt(payable), BigInt(total))).to.equal(BigInt(share))
    }
  })

  for (const { name, rules, bits, bytes: width, widths, members, daily } of vectors.score) {
    it(`score alike by the rules of ${name} [STK-22] [STK-30] [STK-45]`, () => {
      expect(countWidths(rules)).to.deep.equal(widths)
      expect(countWidths(rules).reduce((sum, each) => sum + each, 0)).to.equal(bits)
      expect(bytesPerMember(rules)).to.equal(width)
      for (const member of members) {
        expect(unitOf(rules, member.level, member.streak)).to.equal(BigInt(member.unit))
        if (member.points === null) {
          expect(() => packCounts(rules, member.counts)).to.throw(InvalidArgumentError)
          expect(() => pointsOf(rules, member.counts)).to.throw(InvalidArgumentError)
          expect(() => unpackCounts(rules, bytes(member.bytes))).to.throw(InvalidArgumentError)
          continue
        }
        expect(hex(packCounts(rules, member.counts))).to.equal(member.bytes)
        expect(unpackCounts(rules, bytes(member.bytes))).to.deep.equal(member.counts)
        expect(pointsOf(rules, member.counts)).to.equal(member.points)
        expect(rewardOf(rules, member.points, member.level, member.streak)).to.equal(
          BigInt(member.reward ?? -1),
        )
      }
    })

    it(`apply the daily limits of ${name} alike [STK-30]`, () => {
      const scored = scoredTypes(rules).length
      for (const [leaf, points] of daily) {
        const view = new DataView(bytes(leaf).buffer)
        const days = Array.from({ length: 7 }, (_, day) =>
          Array.from({ length: scored }, (_, index) => view.getUint16(2 * (day * scored + index), true)),
        )
        expect(pointsOfDays(rules, days)).to.equal(points)
      }
    })
  }

  it("count weeks in a row alike [STK-43] [STK-44]", () => {
    for (const [streak, gap, next] of vectors.streak)
      expect(streakAfter(streak, 100, 100 + gap)).to.equal(next)
  })

  it("carry votes alike and ask for the same quorum [STK-137]", () => {
    for (const [circulating, bps, quorum] of vectors.quorum)
      expect(quorumCeil(BigInt(circulating), bps)).to.equal(BigInt(quorum))
    for (const [yes, no, quorum, passes] of vectors.outcome) {
      const tally = { yes: BigInt(yes), no: BigInt(no), quorum: BigInt(quorum) }
      expect(isPassed(tally), `${yes} : ${no} of ${quorum}`).to.equal(passes)
    }
  })

  it("take snapshots at the same time [STK-137]", () => {
    for (const [now, snapshotTakenAt, votingSeconds, other, takes] of vectors.snapshot) {
      for (const [latest, votesEnd] of [
        [4, [0, other]],
        [5, [other, 0]],
      ] as const) {
        const taken = snapshotOfProposal(latest, { snapshotTakenAt, votingSeconds, votesEnd }, now)
        expect(taken).to.equal(takes ? latest + 1 : latest)
      }
    }
    expect(snapshotOfProposal(0, { snapshotTakenAt: 0, votingSeconds: 9, votesEnd: [0, 0] }, 1)).to.equal(1)
  })

  it("end the terms of stakes alike [STK-136]", () => {
    expect(vectors.stake.map(([, termDays]) => termDays).slice(0, 4)).to.deep.equal([...STAKE_TERMS_DAYS])
    for (const [made, termDays, unlockAt] of vectors.stake)
      expect(stakeUnlocksAt(made, termDays)).to.equal(unlockAt)
  })

  it("end and decide frozen rewards alike [STK-79] [STK-80] [STK-85]", () => {
    for (const { createdAt, days, endsAt, outcomes } of vectors.freeze) {
      expect(freezeEnd(createdAt, days)).to.equal(endsAt)
      for (const [now, expected] of outcomes) {
        const verdicts = [null, "confirmed", "rejected"] as const
        expect(verdicts.map((verdict) => rewardOutcome(endsAt, verdict, now))).to.deep.equal(expected)
      }
    }
    expect(() => freezeEnd(0, 0.5)).to.throw(InvalidArgumentError)
  })

  it("read ratings and activity alike [STK-81] [STK-82]", () => {
    for (const [rating, verdict] of vectors.rating) expect(ratingVerdict(rating)).to.equal(verdict)
    expect(ratingVerdict(3.5)).to.equal(null)
    for (const [createdAt, endsAt, active, scored, verdict] of vectors.activity)
      expect(activityVerdict(createdAt, endsAt, active, scored)).to.equal(verdict)
    expect(new Set(vectors.activity.map((each) => each[4])).size).to.equal(3)
  })

  it("build the same trees and proofs", () => {
    for (const { leaves, root, proofs } of vectors.merkle) {
      const hashes = leaves.map((leaf) => leafHash(bytes(leaf)))
      const tree = new MerkleTree(hashes)
      expect(hex(tree.root)).to.equal(root)
      expect(hex(merkleRoot(hashes))).to.equal(root)
      proofs.forEach((proof, index) => {
        expect(tree.proof(index).map(hex), `leaf ${index} of ${leaves.length}`).to.deep.equal(proof)
        const leaf = hashes[index] ?? new Uint8Array()
        const siblings = proof.map(bytes)
        expect(isIncluded(leaf, index, leaves.length, siblings, bytes(root))).to.equal(true)
        expect(isIncluded(leaf, index, leaves.length, siblings.slice(1), bytes(root))).to.equal(
          proof.length === 0,
        )
        expect(isIncluded(leaf, index + 1, leaves.length, siblings, bytes(root))).to.equal(false)
      })
    }
  })

  it("have the same calendar quarters [STK-91]", () => {
    for (const [day, quarter] of vectors.quarter) {
      if (quarter === null) {
        expect(() => quarterOf(day * 86_400), String(day)).to.throw(InvalidArgumentError)
        continue
      }
      expect(quarterOf(day * 86_400), String(day)).to.equal(quarter)
      expect(quarterOf(day * 86_400 + 86_399), String(day)).to.equal(quarter)
      expect(quarterOf(quarterStart(quarter))).to.equal(quarter)
      if (quarter > 0) expect(quarterOf(quarterStart(quarter) - 1)).to.equal(quarter - 1)
    }
    expect([223, 224].map(quarterName)).to.deep.equal(["2025-Q4", "2026-Q1"])
  })

  it("take the same from inactive members [STK-86] [STK-87] [STK-88] [STK-89] [STK-90]", () => {
    for (const { bands, isAccepted, members } of vectors.redistribution) {
      if (isAccepted) expect(() => checkBands(bands)).not.to.throw()
      else expect(() => checkBands(bands)).to.throw(InvalidArgumentError, "bands")
      for (const { today, balance, staked, band, fromBalance, fromStakes, ...activity } of members) {
        const [first, rest] = [BigInt(staked) / 3n, BigInt(staked) - BigInt(staked) / 3n]
        const stakes = [first, rest]
        const taken = redistribution({ ...activity, balance: BigInt(balance), stakes }, bands, today)
        expect(taken.band).to.equal(band)
        expect(bandOf(bands, taken.days)).to.equal(band)
        expect(taken.fromBalance).to.equal(BigInt(fromBalance))
        expect(taken.amount).to.equal(BigInt(fromBalance) + BigInt(fromStakes))
        // The first place is emptied before the second one loses anything.
        const ofFirst = BigInt(fromStakes) < first ? BigInt(fromStakes) : first
        expect(taken.fromStakes).to.deep.equal([ofFirst, BigInt(fromStakes) - ofFirst])
      }
    }
  })
})
