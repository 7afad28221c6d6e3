import { expect } from "chai"
import { readdirSync, readFileSync, statSync } from "node:fs"
import { createPrivateKey, createPublicKey } from "node:crypto"
import { join } from "node:path"
import { decodeAddress, encodeAddress, scoreWeek } from "stk-oracle"
import { cli, Folder, jsonLines, pointsOf, type Rejected } from "./utils/fixtures"

describe("stk-oracle generate", () => {
  let folder: Folder

  before(async () => {
    folder = new Folder()
    const made = await generate("data", "--malformed", "5", "--keypairs", "3")
    expect(made.code).to.equal(0)
  })
  after(() => folder.remove())

  const generate = (out: string, ...more: string[]): ReturnType<typeof cli> =>
    cli([
      "generate",
      "--members",
      "400",
      "--week",
      "2025-W50",
      "--weeks",
      "2",
      "--seed",
      "tests",
      "--out",
      folder.at(out),
      ...more,
    ])

  function files(name: string): Record<string, string> {
    const root = folder.at(name)
    return Object.fromEntries(
      (readdirSync(root, { recursive: true }) as string[])
        .filter((file) => statSync(join(root, file)).isFile())
        .sort()
        .map((file) => [file, readFileSync(join(root, file), "utf8")]),
    )
  }

  it("gives the same bytes for the same parameters, and others for another seed", async () => {
    expect((await generate("again", "--malformed", "5", "--keypairs", "3")).code).to.equal(0)
    expect(files("again")).to.deep.equal(files("data"))
    await generate("other", "--seed", "another")
    expect(files("other")["2025-W50/posthog.jsonl"]).to.not.equal(files("data")["2025-W50/posthog.jsonl"])
  })

  it("writes what scoring reads, with all the faults of real exports", async () => {
    let previous: string | undefined
    for (const [number, name] of ["2025-W50", "2025-W51"].entries()) {
      const directory = folder.at(`data/${name}`)
      const score = {
        week: 2918 + number,
        events: ["posthog.jsonl", "discourse-posts.json", "discourse-likes.json"].map((file) =>
          join(directory, file),
        ),
        members: join(directory, "members.csv"),
        out: folder.at(`scored-${name}`),
        ...(previous === undefined ? {} : { previous }),
      }
      let refused = ""
      await scoreWeek(score).catch((error: Error) => (refused = error.message))
      expect(refused).to.include("5 malformed lines")

      const { summary } = await scoreWeek({ ...score, skipMalformed: true })
      const { events, members } = summary
      expect(Object.keys(events.rejected)).to.include.members([
        "late",
        "malformed",
        "outside_week",
        "unknown_member",
        "unknown_type",
      ])
      expect(events.rejected.malformed).to.equal(5)
      expect(events.rejected.conflicting_duplicate).to.equal(undefined)
      expect(events.duplicates).to.be.greaterThan(0)
      expect(events.capped).to.be.greaterThan(0)
      expect(members.active).to.be.greaterThan(100)
      for (const [type, n] of Object.entries(events.by_type))
        if (!["ProjectMilestoneCompleted", "CourseCompleted"].includes(type))
          expect(n.accepted, type).to.be.greaterThan(0)
      expect(Object.keys(pointsOf(folder.read(`scored-${name}/points.csv`)))).to.have.length(members.total)
      previous = score.out
    }
    const late = jsonLines<Rejected>(folder.read("scored-2025-W51/rejected.jsonl"))
    expect(late.every((r) => r.line > 0 && r.file !== "")).to.equal(true)
  })

  it("has people of two alphabets and several time zones, newcomers and changed levels", () => {
    const data = files("data")
    const members = (week: string): Map<string, string> =>
      new Map(
        (data[`${week}/members.csv`] ?? "")
          .trimEnd()
          .split("\n")
          .slice(1)
          .map((row) => [row.split(",")[0] ?? "", row.split(",")[2] ?? ""]),
      )
    const [first, second] = [members("2025-W50"), members("2025-W51")]
    expect(second.size).to.equal(400)
    expect(first.size).to.be.within(300, 399)
    expect([...second.keys()].some((user) => /[а-я]/.test(user))).to.equal(true)
    expect([...second.keys()].some((user) => /[a-z]/.test(user))).to.equal(true)
    expect([...first].some(([user, level]) => second.get(user) !== level)).to.equal(true)
    const offsets = new Set(
      data["2025-W50/posthog.jsonl"]
        ?.match(/"timestamp":"[^"]*?(Z|[+-]\d\d:\d\d)"/g)
        ?.map((t) => t.slice(-7)),
    )
    expect(offsets.size).to.be.greaterThan(5)
  })

  it("writes keypairs that sign for the members' wallets", () => {
    const rows = folder.read("data/keypairs/keypairs.csv").trimEnd().split("\n").slice(1)
    expect(rows).to.have.length(3)
    for (const row of rows) {
      const [user = "", wallet = "", file = ""] = row.split(",")
      expect(folder.read("data/2025-W51/members.csv")).to.include(`${user},${wallet},`)
      const bytes = Uint8Array.from(JSON.parse(folder.read(`data/keypairs/${file}`)) as number[])
      const pkcs8 = Buffer.concat([
        Buffer.from("302e020100300506032b657004220420", "hex"),
        bytes.subarray(0, 32),
      ])
      const key = createPublicKey(createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" }))
      const publicKey = Uint8Array.from(key.export({ format: "der", type: "spki" }).subarray(-32))
      expect(encodeAddress(publicKey)).to.equal(wallet)
      expect(bytes.subarray(32)).to.deep.equal(decodeAddress(wallet))
    }
  })

  it("refuses a folder that holds anything else, and sizes that make no sense", async () => {
    folder.file("mine/letter.txt", "dear")
    expect((await generate("mine")).code).to.equal(4)
    expect((await generate("none", "--members", "0")).code).to.equal(2)
    expect((await generate("none", "--week", "2025-W60")).code).to.equal(2)
  })
})
