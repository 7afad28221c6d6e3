import { expect } from "chai"
import { spawnSync } from "node:child_process"
import { join } from "node:path"

const ROOT = join(__dirname, "..", "..")
const TSX = join(ROOT, "node_modules", ".bin", "tsx")
/** Base units of a whole token. */
const STK = 1_000_000n

interface Summary {
  economy: string
  weeks: {
    week: string
    totals: { active: number; due: string }
    settlement: { paid: string; returned: string }
  }[]
  withdrawal?: { member: string; amount: string; account: string; signature: string }
  circulation?: {
    policy: { reward_kinds: string[]; bands: { days: number; bps: number }[] }
    purchase: { author: string; buyer: string; price: string; payments: { to: string; amount: string }[] }
    reviews: {
      amount: string
      confirmed: { before: string; after: string }
      rejected: { before: string; after: string }
      frozen: { before: string; after: string }
      returned: string
    }
    governance: {
      proposals: { yes: string; no: string; quorum: string; voters: number; passed: boolean }[]
      treasurer: string
      authority: string
      refused: { early: string; old_treasurer: string }
      transfer: { amount: string; fee: string; received: string }
    }
    inactivity: {
      weeks_posted: number
      warned: number
      affected: number
      taken: string
      rewards_pool: { before: string; after: string }
      member: { days: number; before: string; after: string }
      refused: string
    }
    ledger: { held: string; booked: string; vault: string; accounts: number; rebuilt: boolean }
  }
  unattended?: {
    steps: string[]
    explained: { points: string }
    killed: { during: string; status: number }
    balances: { members: number; equal: number; credited: string; due: string }
    notices: { received: number; distinct: number; refused: number }
  }
}

/** What the demo gives to programs, and what it tells people. */
interface Output {
  stdout: string
  stderr: string
  status: number | null
}

/** The demo's story on a small community. */
function runDemo(...parameters: string[]): Output {
  const { stdout, stderr, status } = spawnSync(TSX, ["demo/demo.ts", ...parameters], {
    cwd: ROOT,
    encoding: "utf8",
  })
  return { stdout, stderr, status }
}

function playSmall(...parameters: string[]): { summary: Summary; story: string } {
  const { stdout, stderr, status } = runDemo("--members", "60", "--weeks", "2", "--json", ...parameters)
  expect(status, stderr).to.equal(0)
  return { summary: JSON.parse(stdout) as Summary, story: stderr }
}

const change = ({ before, after }: { before: string; after: string }) => BigInt(after) - BigInt(before)

describe("demo", function () {
  this.timeout(600_000)

  describe("all acts", () => {
    let summary: Summary
    let story: string
    const circulation = () => {
      if (summary.circulation === undefined) throw new Error("there was no second act")
      return summary.circulation
    }

    before(() => {
      ;({ summary, story } = playSmall())
    })

    it("takes a community from its events to a withdrawn reward", () => {
      expect(summary.weeks).to.have.length(2)
      for (const week of summary.weeks) {
        expect(week.totals.active).to.be.greaterThan(0)
        expect(BigInt(week.settlement.paid) + BigInt(week.settlement.returned)).to.equal(
          BigInt(week.totals.due),
        )
      }
      const paid = summary.weeks.reduce((sum, week) => sum + BigInt(week.settlement.paid), 0n)
      const withdrawn = BigInt(summary.withdrawal?.amount ?? 0)
      expect(withdrawn > 0n && withdrawn <= paid).to.equal(true)
      expect(story).to.include("what Phantom and Solflare show")
    })

    it("sets the policy", () => {
      const { reward_kinds: kinds, bands } = circulation().policy
      expect(kinds).to.include("peer_review").and.to.have.length(7)
      expect(bands.map(({ days }) => days)).to.deep.equal([90, 180, 365])
      expect(story).to.match(/peer_review +30 days +Rewards Pool +the validator/)
    })

    it("splits the price of a service between its author and the Treasury", () => {
      const { author, buyer, price, payments } = circulation().purchase
      const amount = BigInt(price)
      expect(amount > 0n && amount <= 1_000n * STK).to.equal(true)
      expect(author).not.to.equal(buyer)
      expect(payments).to.deep.equal([
        { to: author, amount: `${(amount * 6n) / 10n}` },
        { to: "Treasury", amount: `${amount - (amount * 6n) / 10n}` },
      ])
      expect(story).to.match(/active until \d{4}-\d\d-\d\d/)
    })

    it("credits the confirmed review and takes the rejected one back", () => {
      const { amount, confirmed, rejected, frozen, returned } = circulation().reviews
      expect(change(confirmed)).to.equal(BigInt(amount))
      expect(change(rejected)).to.equal(0n)
      expect(BigInt(returned)).to.equal(BigInt(amount))
      expect(change(frozen)).to.equal(-2n * BigInt(amount))
    })

    it("hands the treasury to the members' votes", () => {
      const { proposals, treasurer, authority, refused, transfer } = circulation().governance
      expect(proposals).to.have.length(2)
      for (const { yes, no, quorum, voters, passed } of proposals) {
        expect(passed && BigInt(yes) > BigInt(no) && BigInt(no) > 0n).to.equal(true)
        expect(BigInt(yes) + BigInt(no) >= BigInt(quorum)).to.equal(true)
        expect(voters).to.be.greaterThan(3)
      }
      expect(treasurer).to.equal(authority)
      expect(refused).to.deep.equal({ early: "TimeLocked", old_treasurer: "NotTreasurer" })
      expect(BigInt(transfer.fee)).to.equal((BigInt(transfer.amount) * 50n) / 10_000n)
      expect(BigInt(transfer.received)).to.equal(BigInt(transfer.amount) - BigInt(transfer.fee))
      expect(story).to.match(/yes +[\d,]+ +█/)
    })

    it("takes a share from the inactive, once a quarter", () => {
      const { warned, affected, taken, rewards_pool: pool, member, ...rest } = circulation().inactivity
      expect(rest.weeks_posted).to.equal(13)
      expect(affected).to.be.greaterThan(0).and.at.most(warned)
      expect(change(pool)).to.equal(BigInt(taken))
      expect(member.days).to.be.at.least(90)
      expect(-change(member)).to.equal((BigInt(member.before) * 5n) / 100n)
      expect(rest.refused).to.equal("AlreadyRedistributed")
    })

    it("adds up, and is rebuilt from its events", () => {
      const { held, booked, vault, accounts, rebuilt } = circulation().ledger
      expect(held).to.equal(booked)
      expect(vault).to.equal(booked)
      expect(rebuilt).to.equal(true)
      expect(accounts).to.be.greaterThan(20)
      expect(story).to.include("equal to the last base unit").and.to.include("equals the chain")
    })
  })

  it("[STK-61] lets Mondays pass unattended, one of them with a power cut, and pays nothing twice", () => {
    const { summary, story } = playSmall("--acts", "3")
    expect(summary.weeks).to.equal(undefined)
    const { steps, killed, balances, notices } = summary.unattended ?? {}
    const monday = ["aggregate", "score", "report", "post", "notify"]
    expect(steps?.slice(0, 5)).to.deep.equal(monday)
    // What was done before the power cut is not done again.
    expect(killed?.during).to.equal("post")
    expect(steps?.slice(5)).to.deep.equal(["post", "notify"])
    expect(balances?.equal).to.equal(balances?.members)
    expect(balances?.credited).to.equal(balances?.due)
    expect(notices?.received).to.be.greaterThan(0)
    expect(notices?.distinct).to.equal(notices?.received)
    expect(notices?.refused).to.equal(0)
    expect(story)
      .to.match(/kill -9 during post/)
      .and.to.match(/reports\/week\.html/)
  })

  it("plays one act alone", () => {
    const first = playSmall("--acts", "1")
    expect(first.summary.withdrawal).not.to.equal(undefined)
    expect(first.summary.circulation).to.equal(undefined)
    const second = playSmall("--acts", "2")
    expect(second.summary.withdrawal).to.equal(undefined)
    expect(second.summary.circulation?.ledger.rebuilt).to.equal(true)
    expect(second.summary.unattended).to.equal(undefined)
    expect(second.story).not.to.include("What it cost")
  })

  it("explains its options and refuses others", () => {
    const { stdout } = runDemo("--help")
    expect(stdout).to.include("--members <n>").and.to.include("--acts <which>")
    expect(runDemo("--members", "many")).to.deep.include({
      status: 2,
      stderr: 'demo: --members: "many" is not a whole number from 10 to 100000\n',
    })
    expect(runDemo("--acts", "4")).to.deep.include({
      status: 2,
      stderr: 'demo: --acts: "4" is not 1, 2, 3 or all\n',
    })
  })
})
