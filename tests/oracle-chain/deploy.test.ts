import { AnchorProvider, Wallet } from "@coral-xyz/anchor"
import {
  decodeEconomy,
  economyPda,
  keypairSigner,
  POLICY_PARTS,
  STK_POLICY,
  STK_PRESET,
  StkClient,
} from "@stk/sdk"
import { Keypair, PublicKey } from "@solana/web3.js"
import { expect } from "chai"
import { readFileSync } from "node:fs"
import { Cluster, scoreGenerated, type Created } from "./utils/cluster"

type Deploy = (provider: AnchorProvider) => Promise<void>

describe("the migration that Anchor runs", () => {
  let cluster: Cluster

  before(async () => (cluster = await Cluster.start()))
  after(async () => {
    delete process.env.STK_MINT_KEYPAIR
    await cluster.stop()
  })

  it("creates the economy of the preset, and the second time finds it", async () => {
    const path = cluster.folder.at("mint.json")
    process.env.STK_MINT_KEYPAIR = path
    const deploy = (await import("../../migrations/deploy")) as unknown as { default?: Deploy } & Deploy
    const run = deploy.default ?? deploy
    const provider = new AnchorProvider(cluster.connection, new Wallet(cluster.operator), {
      commitment: "confirmed",
    })

    await run(provider)
    const mint = Keypair.fromSecretKey(Uint8Array.from(JSON.parse(readFileSync(path, "utf8")) as number[]))
    const [address] = economyPda(mint.publicKey)
    const created = await cluster.connection.getAccountInfo(address, "confirmed")
    await run(provider)
    const again = await cluster.connection.getAccountInfo(address, "confirmed")

    const economy = decodeEconomy(created?.data ?? new Uint8Array())
    expect(economy.name).to.equal(STK_PRESET.name)
    expect(economy).to.deep.include(STK_POLICY)
    expect(again?.data).to.deep.equal(created?.data)
  })

  it("leaves a policy that the admin has set otherwise, and says so", async () => {
    const deploy = (await import("../../migrations/deploy")) as unknown as { default?: Deploy } & Deploy
    const provider = new AnchorProvider(cluster.connection, new Wallet(cluster.operator), {
      commitment: "confirmed",
    })
    const path = process.env.STK_MINT_KEYPAIR ?? ""
    const mint = Keypair.fromSecretKey(Uint8Array.from(JSON.parse(readFileSync(path, "utf8")) as number[]))
    const [economy] = economyPda(mint.publicKey)
    const client = new StkClient({
      connection: cluster.connection,
      economy,
      signer: keypairSigner(cluster.operator),
      pollMilliseconds: 50,
    })
    await client.setSpendingLimits([0n, 1n, 2n, 3n, 4n])

    const error = await (deploy.default ?? deploy)(provider).then(
      () => expect.fail("it was overwritten"),
      (refusal: unknown) => refusal,
    )

    expect(error).to.be.an("error")
    expect((error as Error).message).to.match(/another policy .*: spendingLimits$/)
    expect((await client.fetchEconomy()).spendingLimits).to.deep.equal([0n, 1n, 2n, 3n, 4n])
  })
})

describe("stk-oracle create", () => {
  let cluster: Cluster

  before(async () => (cluster = await Cluster.start()))
  after(() => cluster.stop())

  it("finds with the same mint what an earlier run has created, and refuses other rules for it", async () => {
    const mint = cluster.folder.at("mint.json")
    const first = await cluster.json<Created>("create", "--preset", "stk", "--mint-keypair", mint)
    const second = await cluster.json<Created>("create", "--preset", "stk", "--mint-keypair", mint)

    expect(first.outcome).to.equal("created")
    expect(first.policy).to.deep.include({ outcome: "set", parts: POLICY_PARTS })
    const policy = { outcome: "unchanged", parts: [], signature: null }
    expect(second).to.deep.equal({ ...first, outcome: "exists", signature: null, policy })
    expect(first.economy).to.equal(economyPda(new PublicKey(first.mint))[0].toBase58())
    expect(await cluster.economy(new PublicKey(first.economy))).to.deep.include(STK_POLICY)

    const other = await cluster.run(
      "create",
      "--preset",
      "stk",
      "--mint-keypair",
      mint,
      "--genesis",
      "2030-01-01",
    )
    expect(other.code).to.equal(6)
    expect(other.stderr).to.contain("economy: genesis: directory 1893456000")
  })

  it("names the field of a preset file that is wrong", async () => {
    const preset = cluster.folder.file("preset.json", JSON.stringify({ name: "X", emissionFirstYear: 12 }))
    const result = await cluster.run("create", "--preset", preset)
    expect(result.code).to.equal(3)
    expect(result.stderr).to.contain("emissionFirstYear: ").and.to.contain("decimals: ")
  })
})

describe("a rehearsal", () => {
  it("posts and settles a week that is long over, with its weeks in a row, on a chain of its own", async () => {
    const cluster = await Cluster.start()
    await cluster.localnet.stop()
    const before = await scoreGenerated(cluster.folder, { week: 2918, members: 40 })
    const directory = await scoreGenerated(cluster.folder, { week: 2919, members: 40, previous: before })

    const report = await cluster.json<{
      post: { outcome: string; totals: { due: string; members: number }; settlement: { outcome: string } }
      once: { transactions: number }
      weekly: { transactions: number }
    }>("post", directory, "--embedded")

    const { totals } = JSON.parse(readFileSync(`${directory}/summary.json`, "utf8")) as {
      totals: { reward: string }
    }
    expect(report.post).to.deep.include({ outcome: "posted" })
    expect(report.post.totals).to.deep.include({ due: totals.reward, members: 40 })
    expect(report.post.settlement.outcome).to.equal("settled")
    expect([report.once.transactions, report.weekly.transactions]).to.satisfy((numbers: number[]) =>
      numbers.every((number) => number > 3),
    )
    cluster.folder.remove()
  })
})
