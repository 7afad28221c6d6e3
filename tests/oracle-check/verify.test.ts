import { expect } from "chai"
import { appendFileSync, cpSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { isIncluded, isoWeek } from "@stk/sdk"
import { STK_RULES } from "stk-oracle"
import { explainMember } from "../../oracle/src/explain/explain"
import { generateDataSet } from "../../oracle/src/generate/generate"
import { DEFAULT_FRAUD_RULES } from "../../oracle/src/config/checks"
import { scoreWeek } from "../../oracle/src/score/score"
import { DifferenceList } from "../../oracle/src/verify/compare"
import { verifyFiles } from "../../oracle/src/verify/verify"
import { type Detail, Folder, jsonLines, WEEK_INDEX } from "../oracle/utils/fixtures"

const hex = (text: string): Uint8Array => Buffer.from(text, "hex")

describe("a scored week, explained and verified", () => {
  let folder: Folder
  let directory: string
  let data: string
  const files = ["posthog.jsonl", "discourse-posts.json", "discourse-likes.json"]

  before(async () => {
    folder = new Folder()
    await generateDataSet({
      members: 150,
      week: WEEK_INDEX,
      weeks: 1,
      out: folder.at("data"),
      seed: "explained",
      eventsPerMember: 30,
      late: 30,
      duplicates: 40,
      unknown: 20,
      malformed: 2,
      keypairs: 0,
    })
    data = join(folder.at("data"), isoWeek(WEEK_INDEX))
    directory = folder.at("scored")
    await scoreWeek({
      week: WEEK_INDEX,
      events: files.map((name) => join(data, name)),
      members: join(data, "members.csv"),
      out: directory,
      skipMalformed: true,
      fraud: { rules: DEFAULT_FRAUD_RULES, released: [] },
    })
  })
  after(() => folder.remove())

  it("[STK-52] explains every member's points to the last event, with a proof that holds", async () => {
    const members = jsonLines<Detail>(readFileSync(join(directory, "detail.jsonl"), "utf8"))
    const outcomes = new Set<string>()
    for (const member of members) {
      const explained = await explainMember({
        userId: member.user_id,
        directory,
        rules: STK_RULES,
        events: files.map((name) => join(data, name)),
      })
      expect(explained.differences, member.user_id).to.deep.equal([])
      expect(explained.score).to.include({
        weight_sum: member.weight_sum,
        points: member.points,
        reward: member.reward,
      })
      const { proof } = explained
      const siblings = proof.proof.map(hex)
      expect(isIncluded(hex(proof.leaf), proof.index, proof.leaves, siblings, hex(proof.root))).to.equal(true)
      for (const outcome of Object.keys(explained.outcomes)) outcomes.add(outcome)
    }
    expect([...outcomes]).to.include.members([
      "counted",
      "over_limit",
      "late",
      "duplicate",
      "outside_week",
      "recorded",
    ])
  })

  /** Verifies a copy after a change to it. */
  const differencesAfter = async (change: (copy: string) => void): Promise<string[]> => {
    const copy = folder.at(`copy-${Math.abs(Date.now())}-${process.hrtime()[1]}`)
    cpSync(directory, join(copy, "scored"), { recursive: true })
    cpSync(data, join(copy, "data"), { recursive: true })
    change(copy)
    const out = new DifferenceList()
    await verifyFiles(
      {
        directory: join(copy, "scored"),
        rules: STK_RULES,
        events: files.map((name) => join(copy, "data", name)),
        members: join(copy, "data", "members.csv"),
        secondCount: true,
      },
      out,
    )
    return out.kept.map(({ subject, field }) => `${subject}: ${field}`)
  }

  /** Flips the lowest bit of one digit: a 3 becomes a 2. */
  const flip = (path: string, pattern: RegExp): void => {
    const text = readFileSync(path, "utf8")
    const match = pattern.exec(text)
    if (match === null) throw new Error(`${path} has no ${pattern.source}`)
    const place = match.index + match[0].length - 1
    writeFileSync(
      path,
      text.slice(0, place) + String.fromCharCode(text.charCodeAt(place) ^ 1) + text.slice(place + 1),
    )
  }

  it("finds nothing in a week that nobody changed", async () => {
    expect(await differencesAfter(() => undefined)).to.deep.equal([])
  })

  for (const [name, pattern] of [
    ["points.csv", /,\d*[1-9]/],
    ["detail.jsonl", /"reward":"[1-9]/],
    ["rejected.jsonl", /"line":[1-9]/],
    ["capped.jsonl", /"nth":[1-9]/],
    ["state.csv", /\n[0-9]+,[^,]+,[^,]+,[1-9]/],
    ["summary.json", /"weight_sum": "[1-9]/],
  ] as const)
    it(`finds one bit that was changed in ${name}`, async () => {
      const found = await differencesAfter((copy) => flip(join(copy, "scored", name), pattern))
      expect(found.some((difference) => difference.startsWith(name))).to.equal(true)
    })

  it("finds one bit that was changed in a raw file or in the members, and a line that was added", async () => {
    const event = await differencesAfter((copy) =>
      flip(join(copy, "data", "posthog.jsonl"), /"timestamp":"2025-12-1[5-9]/),
    )
    const members = await differencesAfter((copy) =>
      flip(join(copy, "data", "members.csv"), /\n[^,]+,[^,]+,[1-8]/),
    )
    const added = await differencesAfter((copy) => appendFileSync(join(copy, "data", "posthog.jsonl"), "\n"))

    expect(event).to.include("posthog.jsonl: SHA-256")
    expect(members).to.include("members file: SHA-256")
    expect(added).to.include("posthog.jsonl: SHA-256")
  })
})
