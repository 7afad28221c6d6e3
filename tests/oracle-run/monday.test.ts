import { isoWeek } from "@stk/sdk"
import { expect } from "chai"
import { readFileSync } from "node:fs"
import { Cluster, dueByWallet } from "../oracle-chain/utils/cluster"
import { quickTextsOf, textsOf } from "../oracle-reports/utils/pdf"
import { differences, Mondays } from "./utils/monday"
import { Community } from "./utils/operator"

const MEMBERS = 12

/** The whole weekly process as a user has it: the command, a chain, a database, a platform that is told. */
describe("Two Mondays", function () {
  this.timeout(600_000)
  let cluster: Cluster
  let community: Community
  let mondays: Mondays
  let first: number
  /** Base units by wallet, on chain, at the end of each week. */
  const balances: Map<string, bigint>[] = []

  before(async () => {
    cluster = await Cluster.start()
    first = await cluster.nextWeek()
    community = await Community.generate(first, 2, MEMBERS)
    mondays = await Mondays.start({ cluster, community })
  })
  after(async () => {
    await mondays.stop()
    community.remove()
    await cluster.stop()
  })

  const balancesOnChain = async (): Promise<Map<string, bigint>> =>
    new Map([...(await cluster.members(mondays.economy))].map(([wallet, { balance }]) => [wallet, balance]))
  const notices = () => mondays.receiver.requests.map(({ body }) => body)
  const earners = (week: number): string[] =>
    mondays
      .read(week, "score/points.csv")
      .trimEnd()
      .split("\n")
      .slice(1)
      .flatMap((line) => (/,0$/.test(line) ? [] : [line.split(",")[1] ?? ""]))

  it("[STK-58] [STK-59] [STK-60] scores, reports, posts and tells at its time, and tells nobody before it is final", async () => {
    mondays.operator.drop(first)
    const name = isoWeek(first)
    const early = await mondays.run(first, 5)
    expect(early.steps()).to.deep.equal(["aggregate", "score", "report"].map((step) => `${name} ${step}`))
    expect(await balancesOnChain()).to.deep.equal(new Map())
    const statements = Object.keys(mondays.operator.files()).filter((path) => path.endsWith(".pdf"))
    expect(statements).to.have.length(MEMBERS)

    const later = await mondays.run(first, 7)
    expect(later.steps()).to.deep.equal([`${name} post`])
    expect((await cluster.week(mondays.economy, first)).paid > 0n).to.equal(true)
    expect(notices()).to.deep.equal([])

    const last = await mondays.run(first, 8)
    expect(last.steps()).to.deep.equal([`${name} notify`])
    balances.push(await balancesOnChain())
  })

  it("does the next week at once when it is late", async () => {
    mondays.operator.drop(first + 1)
    const daemon = await mondays.run(first + 1, 9)
    expect(daemon.steps()).to.deep.equal(
      ["aggregate", "score", "report", "post", "notify"].map((step) => `${isoWeek(first + 1)} ${step}`),
    )
    balances.push(await balancesOnChain())
  })

  it("[STK-53] [STK-59] credits every member exactly what points.csv says", () => {
    expect(balances).to.have.length(2)
    const due = new Map<string, bigint>()
    for (const [place, onChain] of balances.entries()) {
      const points = mondays.read(first + place, "score/points.csv")
      for (const [wallet, units] of dueByWallet(points, mondays.read(first + place, "inputs/members.csv")))
        due.set(wallet, (due.get(wallet) ?? 0n) + units)
      expect(onChain).to.deep.equal(due)
    }
    expect([...due.values()].some((units) => units > 0n)).to.equal(true)
  })

  it("[STK-58] [STK-63] has on every statement what the chain credited", async () => {
    expect(balances).to.have.length(2)
    for (const [place, onChain] of balances.entries()) {
      const week = first + place
      const wallets = walletsOf(mondays.read(week, "inputs/members.csv"))
      const { statements } = JSON.parse(mondays.read(week, "reports/manifest.json")) as {
        statements: { user_id: string; file: string }[]
      }
      expect(statements).to.have.length(MEMBERS)
      for (const [number, { user_id, file }] of statements.entries()) {
        const wallet = wallets.get(user_id) ?? ""
        const credit = (onChain.get(wallet) ?? 0n) - (balances[place - 1]?.get(wallet) ?? 0n)
        const pdf = readFileSync(mondays.path(week, `reports/${file}`))
        // One of each week as a reader's program shows it.
        const texts = number === 0 ? await textsOf(pdf) : quickTextsOf(pdf)
        const said = texts.filter((text) => /^Credited on chain: |^Nothing was earned/.test(text))
        expect(said.map(unitsOf), `${user_id} in ${isoWeek(week)}`).to.deep.equal([credit])
      }
    }
  })

  it("[STK-60] tells every member with a result once, with the chain's figure and the statement's hash", () => {
    expect(balances).to.have.length(2)
    for (const [place, onChain] of balances.entries()) {
      const week = first + place
      const wallets = walletsOf(mondays.read(week, "inputs/members.csv"))
      const told = notices().filter((notice) => notice.week === isoWeek(week))
      expect(told.map((notice) => String(notice.user_id)).sort()).to.deep.equal(earners(week).sort())
      const { statements } = JSON.parse(mondays.read(week, "reports/manifest.json")) as {
        statements: { user_id: string; file: string; sha256: string }[]
      }
      for (const notice of told) {
        const wallet = wallets.get(String(notice.user_id)) ?? ""
        const credit = (onChain.get(wallet) ?? 0n) - (balances[place - 1]?.get(wallet) ?? 0n)
        const statement = statements.find((one) => one.user_id === notice.user_id)
        expect(notice).to.include({
          credited: String(credit),
          report_file: statement?.file,
          report_sha256: statement?.sha256,
        })
      }
    }
    expect(new Set(notices().map((notice) => notice.id)).size).to.equal(notices().length)
  })

  it("[STK-61] changes nothing when it runs again, not even the operator's balance", async () => {
    const before = await mondays.everything()
    const told = notices().length
    const once = await mondays.run(first + 1, 10)
    expect(once.steps()).to.deep.equal([])
    expect(differences(before, await mondays.everything())).to.deep.equal([])
    const again = await mondays.run(first + 1, 11, "--again")
    expect(again.steps()).to.have.length(10)
    expect(again.steps("step-failed")).to.deep.equal([])
    expect(differences(before, await mondays.everything())).to.deep.equal([])
    expect(notices()).to.have.length(told)
  })
})

/** Base units of a text such as `Credited on chain: 1,584.25 STK`. */
function unitsOf(text: string): bigint {
  const [whole = "0", fraction = ""] = (/([\d,.]+) STK/.exec(text)?.[1] ?? "").replaceAll(",", "").split(".")
  return BigInt(whole + fraction.padEnd(6, "0"))
}

function walletsOf(membersCsv: string): Map<string, string> {
  const rows = membersCsv
    .trimEnd()
    .split("\n")
    .slice(1)
    .map((line) => line.split(","))
  return new Map(rows.map(([user = "", wallet = ""]) => [user, wallet]))
}
