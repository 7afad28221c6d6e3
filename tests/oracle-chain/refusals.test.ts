import { cpSync, readFileSync, writeFileSync } from "node:fs"
import { createHash } from "node:crypto"
import { join } from "node:path"
import { isoWeek, pauseInstruction, resumeInstruction } from "@stk/sdk"
import {
  sendAndConfirmTransaction,
  Transaction,
  type PublicKey,
  type TransactionInstruction,
} from "@solana/web3.js"
import { expect } from "chai"
import { cli } from "../oracle/utils/fixtures"
import { Cluster, createAt, presetFile, scoreGenerated } from "./utils/cluster"

interface Summary {
  outputs: Record<string, string>
  totals: { reward: string }
}

/** Rewrites a file of a scored week; `rehash` makes the summary agree, as somebody who wants to cheat would. */
function rewrite(directory: string, file: string, change: (text: string) => string, rehash = false): void {
  const path = join(directory, file)
  const text = change(readFileSync(path, "utf8"))
  writeFileSync(path, text)
  if (!rehash) return
  const summaryPath = join(directory, "summary.json")
  const summary = JSON.parse(readFileSync(summaryPath, "utf8")) as Summary
  summary.outputs[file] = createHash("sha256").update(text).digest("hex")
  writeFileSync(summaryPath, JSON.stringify(summary, null, 2) + "\n")
}

interface Detail {
  user_id: string
  level: number
  weight_sum: number
}

const details = (directory: string): Detail[] =>
  readFileSync(join(directory, "detail.jsonl"), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Detail)

describe("what post and settle refuse", () => {
  let cluster: Cluster
  let economy: PublicKey
  let week: number
  let first: string
  let second: string

  before(async () => {
    cluster = await Cluster.start()
    week = await cluster.nextWeek()
    first = await scoreGenerated(cluster.folder, { week, members: 40 })
    second = await scoreGenerated(cluster.folder, { week: week + 1, members: 50, previous: first })
    economy = await createAt(cluster, presetFile(cluster.folder, "preset.json", 10n ** 15n), week)
  })
  after(() => cluster.stop())

  let copies = 0
  const copyOf = (directory: string): string => {
    const copy = cluster.folder.at(`copy-${++copies}`)
    cpSync(directory, copy, { recursive: true, filter: (path) => !path.endsWith("journal.jsonl") })
    return copy
  }

  /** Runs a command that must be refused with this code and text, and checks that nothing was sent. */
  async function expectRefusal(code: number, text: string | RegExp, ...parameters: string[]): Promise<void> {
    const lamports = await cluster.connection.getBalance(cluster.operator.publicKey, "confirmed")
    const state = await cluster.connection.getAccountInfo(economy, "confirmed")
    const result = await cluster.run(...parameters, "--economy", economy.toBase58())
    expect(result.stderr).to.match(typeof text === "string" ? new RegExp(escape(text)) : text)
    expect(result.code, result.stderr).to.equal(code)
    expect(result.stdout).to.equal("")
    expect(await cluster.connection.getBalance(cluster.operator.publicKey, "confirmed")).to.equal(lamports)
    expect((await cluster.connection.getAccountInfo(economy, "confirmed"))?.data).to.deep.equal(state?.data)
  }
  const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")

  const post = (directory: string, ...more: string[]): string[] => ["post", directory, "--yes", ...more]
  const send = (...instructions: TransactionInstruction[]): Promise<string> =>
    sendAndConfirmTransaction(cluster.connection, new Transaction().add(...instructions), [cluster.operator])

  it("a week that has not ended", async () => {
    await expectRefusal(5, `week: ${isoWeek(week)} ends at `, ...post(first))
  })

  it("to settle before any week was opened", async () => {
    await cluster.passWeek(week)
    await expectRefusal(5, "was never opened", "settle", "--week", isoWeek(week))
  })

  it("a week that is not the next one", async () => {
    // Before the first week any from genesis on may begin; here the first is posted below.
    const earlier = await scoreGenerated(cluster.folder, { week: week - 1, members: 40 })
    await expectRefusal(5, "is before the economy began", ...post(earlier))
  })

  it("points.csv that was changed after scoring", async () => {
    const copy = copyOf(first)
    rewrite(copy, "points.csv", (text) => text.replace(/,(\d+)$/m, ",9$1"))
    await expectRefusal(3, "points.csv: sha256: was changed after it was scored", ...post(copy))
  })

  it("points.csv that was changed together with its hash", async () => {
    const copy = copyOf(first)
    rewrite(copy, "points.csv", (text) => text.replace(/,(\d+)$/m, ",9$1"), true)
    await expectRefusal(3, /points\.csv:\d+: points: is not what detail\.jsonl says/, ...post(copy))
  })

  it("a reward that does not follow from the counts, in all files alike", async () => {
    const copy = copyOf(first)
    const victim = details(copy).find((detail) => detail.weight_sum > 0) ?? expect.fail("nobody is active")
    const more = 1_000_000n
    rewrite(
      copy,
      "detail.jsonl",
      (text) =>
        text
          .split("\n")
          .map((line) =>
            line.includes(`"user_id":${JSON.stringify(victim.user_id)}`)
              ? line.replace(/"reward":"(\d+)"/, (_, reward: string) => `"reward":"${BigInt(reward) + more}"`)
              : line,
          )
          .join("\n"),
      true,
    )
    const reward = /"reward":"(\d+)"/.exec(
      readFileSync(join(copy, "detail.jsonl"), "utf8")
        .split("\n")
        .find((line) => line.includes(`"user_id":${JSON.stringify(victim.user_id)}`)) ?? "",
    )?.[1]
    const points = (BigInt(reward ?? 0) / 1_000n).toString()
    const text = `${points.slice(0, -3)}.${points.slice(-3)}`.replace(/\.?0+$/, "")
    rewrite(
      copy,
      "points.csv",
      (csv) =>
        csv
          .split("\n")
          .map((line) =>
            line.slice(11).startsWith(`${victim.user_id},`) ? line.replace(/,[^,]*$/, `,${text}`) : line,
          )
          .join("\n"),
      true,
    )
    rewrite(copy, "summary.json", (json) => {
      const summary = JSON.parse(json) as Summary
      summary.totals.reward = (BigInt(summary.totals.reward) + more).toString()
      return JSON.stringify(summary)
    })
    await expectRefusal(6, `${victim.user_id}: reward: directory`, ...post(copy))
  })

  it("a key that is not the oracle's", async () => {
    const stranger = await cluster.newKey("stranger.json")
    await expectRefusal(
      5,
      `keypair: ${stranger.keypair.publicKey.toBase58()} is not the oracle ${cluster.operator.publicKey.toBase58()}`,
      ...post(first, "-k", stranger.file),
    )
  })

  it("a registrar's key that is not the registrar's", async () => {
    const stranger = await cluster.newKey("other.json")
    await expectRefusal(5, "is not the registrar", ...post(first, "--registrar", stranger.file))
  })

  it("rules that the week was not scored by", async () => {
    const rules = cluster.folder.file(
      "rules.json",
      JSON.stringify({
        name: "Other",
        symbol: "OTH",
        decimals: 6,
        levelTenths: [10, 12, 15, 18, 22, 26, 30, 36],
        streakHundredths: [100, 102, 105, 110, 120],
        events: [{ name: "Thing", weight: 1, dailyLimit: 1 }],
        discourse: {
          topicCreated: "Thing",
          commentCreated: "Thing",
          commentReceived: "Thing",
          likeGiven: "Thing",
          likeReceived: "Thing",
        },
      }),
    )
    await expectRefusal(3, "was scored by the rules of SysTok", ...post(first, "--rules", rules))
  })

  it("an economy with other rules than the week's", async () => {
    const preset = presetFile(cluster.folder, "other.json", 10n ** 15n, {
      streakHundredths: [100, 103, 105, 110, 120],
    })
    const other = await createAt(cluster, preset, week + 2)
    const result = await cluster.run(...post(first), "--economy", other.toBase58())
    expect(result.code).to.equal(6)
    expect(result.stderr).to.contain("rules: 2 weeks in a row in hundredths: directory 102, chain 103")
  })

  it("an economy that is not there", async () => {
    const result = await cluster.run(...post(first), "--economy", cluster.operator.publicKey.toBase58())
    expect(result.code).to.equal(5)
    expect(result.stderr).to.contain("economy: there is none at")
  })

  it("a paused economy", async () => {
    const guardian = cluster.operator.publicKey
    await send(pauseInstruction({ guardian, economy }))
    await expectRefusal(5, "economy: is paused", ...post(first))
    await send(resumeInstruction({ admin: guardian, economy }))
  })

  it("a balance that is too small, before anything is sent", async () => {
    const { file } = await cluster.newKey("poor.json", 40_000_000)
    const preset = presetFile(cluster.folder, "own.json", 10n ** 15n)
    const created = await cluster.json<{ economy: string }>("create", "--preset", preset, "-k", file)
    await cluster.passWeek(week + 1)
    const soon = await scoreGenerated(cluster.folder, { week: week + 1, members: 45, out: "weeks/soon" })

    const result = await cluster.run("post", soon, "--economy", created.economy, "-k", file, "--yes")

    expect(result.stderr).to.match(/keypair: \w+ has 0\.\d+ SOL, and this needs 0\.\d+ SOL/)
    expect(result.code).to.equal(5)
  })

  it("to ask nobody when there is no terminal", async () => {
    await expectRefusal(2, "--yes: is needed without a terminal", "post", first)
  })

  it("to send anything in a dry run, which lists every transaction", async () => {
    const result = await cluster.run("post", first, "--economy", economy.toBase58(), "--dry-run", "--json")
    const report = JSON.parse(result.stdout) as {
      outcome: string
      plan: { transactions: { kind: string }[] }
    }
    expect(result.code).to.equal(0)
    expect(report.outcome).to.equal("planned")
    expect([...new Set(report.plan.transactions.map((each) => each.kind))]).to.deep.equal([
      "release_emission",
      "create_page",
      "register_members",
      "set_levels",
      "open_week",
      "submit_scores",
      "seal_week",
    ])
    expect((await cluster.economy(economy)).members).to.equal(0)
  })

  describe("after the first week", () => {
    before(async () => {
      await cluster.json("post", first, "--economy", economy.toBase58(), "--yes")
    })

    it("the next week before this one is settled", async () => {
      await cluster.passWeek(week + 1)
      await expectRefusal(5, "is sealed but not settled: run stk-oracle settle", ...post(second))
      await cluster.json("settle", "--economy", economy.toBase58())
    })

    it("a week that was scored without the week before", async () => {
      const alone = await scoreGenerated(cluster.folder, { week: week + 1, members: 50, out: "weeks/alone" })
      await expectRefusal(6, /weeks in a row: directory 1, chain 2/, ...post(alone))
    })

    it("a week after the next one", async () => {
      const later = await scoreGenerated(cluster.folder, { week: week + 2, members: 50 })
      await cluster.passWeek(week + 2)
      await expectRefusal(5, `the chain is next at ${isoWeek(week + 1)}`, ...post(later))
    })

    it("a week that was posted with other levels", async () => {
      const other = copyOf(second)
      const active = details(second).find((detail) => detail.weight_sum > 0 && detail.level === 1)
      if (active === undefined) expect.fail("nobody active has level 1")
      const data = cluster.folder.at(`data-${isoWeek(week + 1)}-50/${isoWeek(week + 1)}`)
      const members = readFileSync(join(data, "members.csv"), "utf8")
      const promoted = members.replace(new RegExp(`^(${escape(active.user_id)},[^,]+),1$`, "m"), "$1,5")
      expect(promoted).to.not.equal(members)
      const out = cluster.folder.at("weeks/promoted")
      const files = ["posthog.jsonl", "discourse-posts.json", "discourse-likes.json"]
      const scored = await cli([
        ...["score", "--week", isoWeek(week + 1), "--members", cluster.folder.file("promoted.csv", promoted)],
        ...["--out", out, "--previous", first, "--events", ...files.map((file) => join(data, file))],
      ])
      expect(scored.code, scored.stderr).to.equal(0)

      await cluster.json("post", other, "--economy", economy.toBase58(), "--yes")

      await expectRefusal(6, `${active.user_id}: reward: directory`, ...post(out))
    })
  })

  it("never shows a key", async () => {
    const secret = cluster.folder.file("broken.json", "[1,2,3")
    const result = await cluster.run(...post(first), "--economy", economy.toBase58(), "-k", secret)
    expect(result.code).to.equal(3)
    expect(result.stderr).to.contain("keypair: is not a JSON array of 64 bytes").and.not.contain("1,2,3")
  })
})
