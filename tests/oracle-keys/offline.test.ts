import { chmodSync, cpSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { isoWeek } from "@stk/sdk"
import { Keypair, SystemProgram, type PublicKey } from "@solana/web3.js"
import { expect } from "chai"
import { signBytes } from "../../oracle/src/key/ed25519"
import { Cluster, createAt, presetFile, scoreGenerated } from "../oracle-chain/utils/cluster"
import { cli, type CliResult } from "../oracle/utils/fixtures"
import { messageOf } from "./utils/signer"

interface Bundle {
  economy: string
  week_name: string
  stage: string
  summary_sha256: string
  detail_root: string
  members: number
  active: number
  points: string
  durable: boolean
  more: number
  transactions: {
    lane: number
    kind: string
    actions: string[]
    signers: string[]
    message: string
    signatures: Record<string, string>
  }[]
}

const STAGES = [
  "registering members",
  "setting levels",
  "releasing emission",
  "opening the week",
  "posting scores",
  "sealing",
]

describe("posting with a key on a machine without network", function () {
  this.timeout(300_000)
  let cluster: Cluster
  let economy: PublicKey
  let week: number
  let scored: string
  /** Of nobody who has a network: only its file lies on the other machine. */
  let key: { keypair: Keypair; file: string }

  before(async () => {
    // A blockhash lives 15 seconds: processes take their time on a machine that is busy.
    cluster = await Cluster.start({ slotTimeMs: 100 })
    week = await cluster.nextWeek()
    scored = await scoreGenerated(cluster.folder, { week, members: 40 })
    key = { keypair: cluster.operator, file: cluster.operatorFile }
    chmodSync(key.file, 0o600)
    economy = await createAt(cluster, presetFile(cluster.folder, "preset.json", 10n ** 15n), week)
    await cluster.passWeek(week)
  })
  after(() => cluster.stop())

  const at = (name: string): string => cluster.folder.at(name)
  const read = (name: string): Bundle => JSON.parse(readFileSync(at(name), "utf8")) as Bundle
  const write = (name: string, bundle: unknown): string => cluster.folder.file(name, JSON.stringify(bundle))

  /** The machine with the network, which has no key at all. */
  const online = (directory: string, ...parameters: string[]): Promise<CliResult> =>
    cli(["post", directory, "--economy", economy.toBase58(), ...parameters], {
      STK_RPC_URL: cluster.localnet.rpcUrl,
      STK_KEYPAIR: "",
      HOME: "/nonexistent",
    })
  /** The machine with the key, which has no network. */
  const offline = (...parameters: string[]): Promise<CliResult> =>
    cli(["sign", ...parameters], { STK_RPC_URL: "http://127.0.0.1:1", STK_KEYPAIR: "" })

  const expectOk = (result: CliResult): CliResult => {
    expect(result.code, result.stderr).to.equal(0)
    return result
  }

  async function refused(result: Promise<CliResult>, code: number, text: string): Promise<void> {
    const state = await cluster.connection.getAccountInfo(economy, "confirmed")
    const { stderr, code: found } = await result
    expect(stderr).to.contain(text)
    expect(found, stderr).to.equal(code)
    expect((await cluster.connection.getAccountInfo(economy, "confirmed"))?.data).to.deep.equal(state?.data)
  }

  it("writes what a person needs to check it, and sends nothing", async () => {
    const result = expectOk(await online(scored, "--unsigned", at("first.json"), "--json"))

    expect(JSON.parse(result.stdout)).to.include({ stage: STAGES[0], more: 0 })
    const bundle = read("first.json")
    const summary = JSON.parse(readFileSync(join(scored, "summary.json"), "utf8")) as {
      totals: { points: string }
      members: { active: number }
    }
    expect(bundle).to.include({
      economy: economy.toBase58(),
      week_name: isoWeek(week),
      members: 40,
      active: summary.members.active,
      points: summary.totals.points,
      durable: false,
    })
    const kinds = bundle.transactions.map(({ kind }) => kind)
    expect(kinds).to.include.members(["release_emission", "create_page", "register_members"])
    for (const each of bundle.transactions) {
      expect(each.signers).to.deep.equal([key.keypair.publicKey.toBase58()])
      expect(each.signatures).to.deep.equal({})
    }
    expect(bundle.transactions.flatMap(({ actions }) => actions).join("\n")).to.contain(
      "registerMembers, wallets [",
    )
    expect((await cluster.economy(economy)).members).to.equal(0)
  })

  it("shows what it signs from the bytes, whatever the file says about them", async () => {
    const bundle = read("first.json")
    for (const each of bundle.transactions) each.actions = ["nothing of importance"]
    const lying = write("lying.json", { ...bundle, economy: Keypair.generate().publicKey.toBase58() })

    const result = expectOk(await offline(lying, "-k", key.file, "--yes", "-o", at("lying-signed.json")))

    expect(result.stderr).to.contain("registerMembers, wallets [").and.to.contain("releaseEmission")
    expect(result.stderr).to.contain(`economy  ${economy.toBase58()}`)
    expect(result.stderr).not.to.contain("nothing of importance")
    await refused(online(scored, "--signed", at("lying-signed.json")), 5, "economy: the file is for")
  })

  it("refuses to sign what is no step of posting, and then signs nothing", async () => {
    const bundle = read("first.json")
    const theft = messageOf(key.keypair.publicKey, [
      SystemProgram.transfer({
        fromPubkey: key.keypair.publicKey,
        toPubkey: Keypair.generate().publicKey,
        lamports: 10 ** 9,
      }),
    ])
    const last = bundle.transactions.at(-1)
    if (last !== undefined) last.message = Buffer.from(theft).toString("base64")
    const file = write("theft.json", bundle)

    const result = await offline(file, "-k", key.file, "--yes", "-o", at("never.json"))

    expect(result.code).to.equal(5)
    expect(result.stderr)
      .to.match(/transaction \d+: sends SOL to/)
      .and.to.contain("nothing was signed")
    expect(() => read("never.json")).to.throw()
    const elsewhere = await offline(
      at("first.json"),
      ...["-k", key.file, "--yes", "--economy", Keypair.generate().publicKey.toBase58()],
    )
    expect(elsewhere.stderr).to.contain("is about another economy")
    const stranger = await cluster.newKey("stranger.json", 0)
    const foreign = await offline(at("first.json"), "-k", stranger.file, "--yes")
    expect(foreign.stderr).to.contain("signs none of these transactions")
    const unasked = await offline(at("first.json"), "-k", key.file)
    expect(unasked.stderr).to.contain("--yes: is needed without a terminal")
  })

  it("sends nothing that is unsigned, signed by others, changed, or of another week", async () => {
    await refused(online(scored, "--signed", at("first.json")), 5, "has not signed it")

    expectOk(await offline(at("first.json"), "-k", key.file, "--yes", "-o", at("signed.json")))
    const signed = read("signed.json")
    const [address] = Object.keys(signed.transactions[0]?.signatures ?? {})
    const changed = read("signed.json")
    const bytes = Buffer.from(changed.transactions[0]?.message ?? "", "base64")
    const forged = Buffer.from(signBytes(Keypair.generate(), bytes)).toString("base64")
    if (changed.transactions[0] !== undefined)
      changed.transactions[0].signatures = { [address ?? ""]: forged }
    await refused(online(scored, "--signed", write("forged.json", changed)), 5, "is not over these bytes")

    await refused(
      online(scored, "--signed", write("hash.json", { ...signed, summary_sha256: "0".repeat(64) })),
      5,
      "summary_sha256: the file is for",
    )
    // Honestly signed, of this economy and by the right key, but not what this week needs.
    const other = read("signed.json")
    const members = other.transactions.find(({ kind }) => kind === "register_members")
    other.transactions =
      members === undefined
        ? []
        : [
            { ...members, lane: 0 },
            { ...members, lane: 0 },
          ]
    await refused(online(scored, "--signed", write("twice.json", other)), 5, "in another order")
  })

  it("[STK-59] posts the whole week, stage by stage, and a file that is sent twice lands once", async () => {
    const seen: string[] = []
    for (let stage: string | null = STAGES[0] ?? null; stage !== null; ) {
      expectOk(await online(scored, "--unsigned", at("out.json")))
      expectOk(await offline(at("out.json"), "-k", key.file, "--yes", "-o", at("in.json")))
      const { transactions } = read("in.json")
      const sent = await online(scored, "--signed", at("in.json"), "--json")
      // What a person does who was too slow.
      if (sent.stderr.includes("its blockhash has expired")) continue
      const result = expectOk(sent)
      const report = JSON.parse(result.stdout) as {
        stage: string
        next: string | null
        landed: number
        earlier: number
      }
      expect(report.landed).to.equal(transactions.length)
      seen.push(report.stage)

      const again = expectOk(await online(scored, "--signed", at("in.json"), "--json"))
      expect(JSON.parse(again.stdout)).to.include({ landed: 0, earlier: transactions.length })
      stage = report.next
    }

    expect(seen).to.deep.equal(STAGES.filter((each) => seen.includes(each)))
    expect(seen).to.include.members(["registering members", "opening the week", "posting scores", "sealing"])
    const record = await cluster.week(economy, week)
    const summary = JSON.parse(readFileSync(join(scored, "summary.json"), "utf8")) as {
      totals: { reward: string }
    }
    expect(record.due).to.equal(BigInt(summary.totals.reward))
    const journal = readFileSync(join(scored, "journal.jsonl"), "utf8").trimEnd().split("\n")
    const entries = journal.map((line) => JSON.parse(line) as { type: string; status?: string })
    expect(entries.filter(({ type }) => type === "sent").length)
      .to.equal(entries.filter(({ status }) => status === "finalized").length)
      .and.to.be.greaterThan(5)
    // The ordinary command agrees that nothing is left.
    const posted = await cluster.json<{ outcome: string }>(
      "post",
      scored,
      "--economy",
      economy.toBase58(),
      "--yes",
      "--settle",
    )
    expect(posted.outcome).to.equal("unchanged")
  })

  describe("when the signature takes longer than a blockhash lives", () => {
    let next: string

    before(async () => {
      next = await scoreGenerated(cluster.folder, { week: week + 1, members: 40, previous: scored })
      await cluster.passWeek(week + 1)
    })

    /** Lets every blockhash of this moment expire. */
    async function expire(): Promise<void> {
      const { blockhash } = await cluster.connection.getLatestBlockhash("processed")
      while ((await cluster.connection.isBlockhashValid(blockhash, { commitment: "processed" })).value)
        await new Promise((resolve) => setTimeout(resolve, 200))
    }

    it("says that it is too late, and that nothing was sent", async () => {
      expectOk(await online(next, "--unsigned", at("late.json")))
      await expire()
      expectOk(await offline(at("late.json"), "-k", key.file, "--yes", "-o", at("late-signed.json")))

      await refused(online(next, "--signed", at("late-signed.json")), 5, "its blockhash has expired")
    })

    it("waits for hours with durable nonces, each good for one transaction", async () => {
      const payer = await cluster.newKey("payer.json")
      const created = expectOk(
        await cluster.run(
          ...["nonce", "create", "--count", "2", "-k", payer.file, "--json"],
          ...["--authority", key.keypair.publicKey.toBase58(), "--out", at("nonces.json")],
        ),
      )
      expect((JSON.parse(created.stdout) as { nonces: string[] }).nonces).to.have.length(2)

      for (let stage: string | null = "any"; stage !== null; ) {
        expectOk(await online(next, "--unsigned", at("slow.json"), "--nonces", at("nonces.json")))
        const bundle = read("slow.json")
        expect(bundle.durable).to.be.true
        expect(bundle.transactions.length).to.be.at.most(2)
        if (bundle.stage === "sealing") await expire()
        const shown = expectOk(
          await offline(at("slow.json"), "-k", key.file, "--yes", "-o", at("slow-signed.json")),
        )
        expect(shown.stderr).to.contain("uses the nonce")
        const result = expectOk(await online(next, "--signed", at("slow-signed.json"), "--json"))
        stage = (JSON.parse(result.stdout) as { next: string | null }).next
      }

      expect((await cluster.week(economy, week + 1)).due).not.to.equal(0n)
      // Used up: the same bytes are no transaction any more, in another directory neither.
      const copy = at("copy")
      cpSync(next, copy, { recursive: true, filter: (path) => !path.endsWith("journal.jsonl") })
      const again = expectOk(await online(copy, "--signed", at("slow-signed.json"), "--json"))
      expect(JSON.parse(again.stdout)).to.include({ landed: 0 })
    })
  })
})
