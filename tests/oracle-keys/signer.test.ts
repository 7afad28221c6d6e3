import { spawnSync } from "node:child_process"
import { chmodSync, existsSync, readFileSync, statSync } from "node:fs"
import { connect } from "node:net"
import {
  acceptRoleInstruction,
  buildScoreBatch,
  openWeekInstruction,
  proposeRoleInstruction,
  Role,
  sealWeekInstruction,
  STK_PRESET,
  submitScoresInstruction,
  withdrawFundInstruction,
} from "@stk/sdk"
import {
  AddressLookupTableAccount,
  ComputeBudgetProgram,
  Keypair,
  type PublicKey,
  SystemProgram,
  TransactionInstruction,
  TransactionMessage,
} from "@solana/web3.js"
import { expect } from "chai"
import { ExternalSigner, socketLink } from "../../oracle/src/key/external"
import { isSignedBy } from "../../oracle/src/key/ed25519"
import { Cluster, createAt, presetFile, scoreGenerated } from "../oracle-chain/utils/cluster"
import { cli, Folder } from "../oracle/utils/fixtures"
import { bareMessage, messageOf, startSigner, type RunningSigner } from "./utils/signer"

describe("stk-oracle signer", () => {
  const folder = new Folder()
  const key = Keypair.generate()
  const file = folder.file("oracle.json", JSON.stringify([...key.secretKey]))
  chmodSync(file, 0o600)
  const economy = Keypair.generate().publicKey
  const socket = folder.at("oracle.sock")
  const returnSolTo = Keypair.generate().publicKey
  const policy = folder.file(
    "policy.json",
    JSON.stringify({ economy, mostFee: 20_000, mostPerWeek: 40, returnSolTo }),
  )
  let running: RunningSigner
  let client: ExternalSigner

  const connectTo = (path = socket): Promise<ExternalSigner> =>
    ExternalSigner.open(socketLink(path), { field: "--keypair", where: `unix:${path}`, answerMs: 5_000 })

  before(async () => {
    running = await startSigner(file, socket, "--policy", policy)
    client = await connectTo()
  })
  after(async () => {
    client.close()
    await running.stop()
    folder.remove()
  })

  const open = (week: number, of = economy): TransactionInstruction =>
    openWeekInstruction({
      oracle: key.publicKey,
      economy: of,
      week,
      members: 3,
      detailRoot: new Uint8Array(32),
    })
  const foreign = Keypair.generate().publicKey

  describe("signs", () => {
    const scores = submitScoresInstruction({
      oracle: key.publicKey,
      economy,
      page: 0,
      batch: buildScoreBatch(STK_PRESET, 2_919, 0, [[1, 2, 3, 0, 0, 0, 0], null]),
    })
    const signable: [string, Uint8Array][] = [
      ["the opening of a week", messageOf(key.publicKey, [open(2_919)])],
      ["scores", messageOf(key.publicKey, [scores])],
      [
        "several instructions of the economy, with a priority fee",
        messageOf(
          key.publicKey,
          [scores, sealWeekInstruction({ oracle: key.publicKey, economy, week: 2_919 })],
          { microLamportsPerUnit: 10_000n },
        ),
      ],
      [
        "SOL to the address that it may go back to",
        messageOf(key.publicKey, [
          SystemProgram.transfer({ fromPubkey: key.publicKey, toPubkey: returnSolTo, lamports: 5 }),
        ]),
      ],
    ]
    for (const [what, message] of signable) {
      it(`${what}, and writes it down first`, async () => {
        const signature = await client.sign(message)

        expect(isSignedBy(key.publicKey, message, signature)).to.be.true
        const lines = readFileSync(`${file}.signed.jsonl`, "utf8").trimEnd().split("\n")
        expect(JSON.parse(lines.at(-1) ?? "")).to.include({
          signature: Buffer.from(signature).toString("base64"),
        })
      })
    }
  })

  describe("refuses", () => {
    const table = new AddressLookupTableAccount({
      key: Keypair.generate().publicKey,
      state: {
        deactivationSlot: 2n ** 64n - 1n,
        lastExtendedSlot: 0,
        lastExtendedSlotStartIndex: 0,
        addresses: open(1).keys.map(({ pubkey }) => pubkey),
      },
    })
    const nonce = SystemProgram.nonceAdvance({ noncePubkey: foreign, authorizedPubkey: key.publicKey })
    const budget = ComputeBudgetProgram.setComputeUnitLimit({ units: 5 })
    const transfer = (to: PublicKey): TransactionInstruction =>
      SystemProgram.transfer({ fromPubkey: key.publicKey, toPubkey: to, lamports: 5 })
    const unsignable: [string, Uint8Array, string][] = [
      ["SOL to anybody else", messageOf(key.publicKey, [transfer(foreign)]), "sends SOL to"],
      [
        "SOL to anybody else beside what it signs",
        messageOf(key.publicKey, [open(2_919), transfer(foreign)]),
        "sends SOL to",
      ],
      [
        "to offer a role",
        messageOf(key.publicKey, [
          proposeRoleInstruction({
            authority: key.publicKey,
            economy,
            role: Role.Oracle,
            proposed: foreign,
          }),
        ]),
        "proposeRole is not among the allowed instructions",
      ],
      [
        "to accept a role",
        messageOf(key.publicKey, [
          acceptRoleInstruction({ holder: key.publicKey, economy, role: Role.Admin }),
        ]),
        "acceptRole is not among",
      ],
      [
        "to take from a fund",
        messageOf(key.publicKey, [
          withdrawFundInstruction({
            treasurer: key.publicKey,
            economy,
            mint: foreign,
            destination: foreign,
            fund: 1,
            amount: 5n,
            reason: "rent",
          } as Parameters<typeof withdrawFundInstruction>[0]),
        ]),
        "withdrawFund is not among",
      ],
      ["another economy", messageOf(key.publicKey, [open(2_919, foreign)]), "is about another economy"],
      [
        "an unknown program",
        messageOf(key.publicKey, [
          new TransactionInstruction({
            programId: foreign,
            keys: [{ pubkey: key.publicKey, isSigner: true, isWritable: true }],
            data: Buffer.from([1]),
          }),
        ]),
        "calls the program",
      ],
      [
        "the stk program with arguments that nobody knows",
        messageOf(key.publicKey, [
          new TransactionInstruction({
            ...open(2_919),
            data: Buffer.concat([open(2_919).data, Buffer.from([0])]),
          }),
        ]),
        "in a way that nobody knows",
      ],
      [
        "accounts in a lookup table",
        new TransactionMessage({
          payerKey: key.publicKey,
          recentBlockhash: foreign.toBase58(),
          instructions: [open(2_919)],
        })
          .compileToV0Message([table])
          .serialize(),
        "lookup table",
      ],
      [
        "a fee above its limit",
        messageOf(key.publicKey, [open(2_919)], { microLamportsPerUnit: 100_000n }),
        "its fee is 25000 lamports, more than 20000",
      ],
      ["a durable nonce", bareMessage(key.publicKey, [nonce, open(2_919)]), "durable nonce"],
      [
        "another system instruction",
        bareMessage(key.publicKey, [open(1), nonce]),
        "behind another instruction",
      ],
      [
        "to give its account away",
        bareMessage(key.publicKey, [
          SystemProgram.assign({ accountPubkey: key.publicKey, programId: foreign }),
        ]),
        "something else than a transfer",
      ],
      ["two limits", bareMessage(key.publicKey, [budget, budget, open(1)]), "compute budget twice"],
      [
        "a heap",
        bareMessage(key.publicKey, [ComputeBudgetProgram.requestHeapFrame({ bytes: 32_768 }), open(1)]),
        "other than limit and price",
      ],
      ["nothing at all", bareMessage(key.publicKey, [budget]), "does nothing"],
      ["what another key signs", messageOf(foreign, [transferOf(foreign)]), ""],
      ["bytes behind a message", Buffer.concat([messageOf(key.publicKey, [open(1)]), Buffer.from([0])]), ""],
      ["bytes that are no message", Buffer.from("transfer everything"), ""],
    ]
    function transferOf(from: PublicKey): TransactionInstruction {
      return openWeekInstruction({
        oracle: from,
        economy,
        week: 2_919,
        members: 3,
        detailRoot: new Uint8Array(32),
      })
    }
    for (const [what, message, reason] of unsignable) {
      it(what, async () => {
        const error = await client.sign(message).then(
          () => expect.fail("it was signed"),
          (refusal: Error) => refusal,
        )

        expect(error.message).to.contain("refused to sign").and.to.contain(reason)
      })
    }
  })

  it("lets nobody but its own user connect", async function () {
    expect((statSync(socket).mode & 0o777).toString(8)).to.equal("600")
    if (process.getuid?.() !== 0) this.skip()
    chmodSync(folder.path, 0o755)
    const script = `require("node:net").connect(${JSON.stringify(socket)}).on("connect", () => process.exit(0)).on("error", (e) => { console.log(e.code); process.exit(3) })`
    const other = spawnSync(process.execPath, ["-e", script], { uid: 65_534, gid: 65_534 })
    chmodSync(folder.path, 0o700)

    expect(other.status, other.stderr.toString()).to.equal(3)
    expect(other.stdout.toString()).to.contain("EACCES")
  })

  it("drops who does not speak its protocol, and goes on", async () => {
    for (const text of ["hello\n", `{"id":1,"method":"secretKey"}\n`, "x".repeat(20_000)]) {
      const ended = await new Promise<string>((resolve) => {
        const raw = connect(socket)
        let answer = ""
        raw.on("data", (chunk: Buffer) => (answer += chunk.toString()))
        raw.on("error", () => undefined)
        raw.once("close", () => resolve(answer))
        raw.write(text)
      })
      expect(ended).to.equal("")
    }
    await client.sign(messageOf(key.publicKey, [open(2_920)]))
  })

  it("refuses a second one on its socket, and takes over the socket of one that died", async () => {
    const second = await startSigner(file, socket, "--policy", policy)
    expect(await second.ended).to.equal(7)
    expect(second.log()).to.contain("another signer listens there")

    await running.stop("SIGKILL")
    expect(existsSync(socket)).to.be.true
    running = await startSigner(file, socket, "--policy", policy)

    expect(running.log()).to.contain('"msg":"signing"')
    // The client finds it by itself.
    await client.sign(messageOf(key.publicKey, [open(2_921)]))
    expect(running.log()).to.contain('"what":["openWeek"]')
  })

  it("signs so many a week, across restarts, and counts a message once", async () => {
    const own = folder.at("few.sock")
    const few = folder.file("few.json", JSON.stringify({ economy, mostPerWeek: 3 }))
    const start = (): Promise<RunningSigner> =>
      startSigner(file, own, "--policy", few, "--journal", folder.at("few.jsonl"))
    const messages = [1, 2, 3, 4].map((week) => messageOf(key.publicKey, [open(week)]))
    const [first, second, third, fourth] = messages as [Uint8Array, Uint8Array, Uint8Array, Uint8Array]
    let signer = await start()
    let asking = await connectTo(own)
    for (const message of [first, first, second]) await asking.sign(message)
    asking.close()
    await signer.stop("SIGKILL")
    signer = await start()
    asking = await connectTo(own)

    await asking.sign(third)
    const refusal = await asking.sign(fourth).catch((error: Error) => error.message)
    const again = await asking.sign(first)

    expect(refusal).to.match(/refused to sign: 3 transactions of \d{4}-W\d\d were signed already/)
    expect(isSignedBy(key.publicKey, first, again)).to.be.true
    expect(readFileSync(folder.at("few.jsonl"), "utf8").trimEnd().split("\n")).to.have.length(3)
    asking.close()
    await signer.stop()
    expect(existsSync(own)).to.be.false
  })

  const unusable: [string, string[], number, string][] = [
    ["neither economy nor policy", [], 2, "--economy: is missing, or a --policy"],
    ["an economy that is none", ["--economy", "x"], 2, "--economy: x is not a base58 address"],
    [
      "a policy with a word that it does not know",
      ["--policy", folder.file("odd.json", JSON.stringify({ economy, mostFees: 1 }))],
      3,
      "mostFees",
    ],
    [
      "a policy that allows what moves tokens",
      [
        "--policy",
        folder.file("wide.json", JSON.stringify({ economy, instructions: ["submitScores", "withdrawFund"] })),
      ],
      3,
      "instructions.1",
    ],
  ]
  for (const [what, parameters, code, text] of unusable) {
    it(`does not start with ${what}`, async () => {
      const result = await cli(["signer", "-k", file, "--socket", folder.at("x.sock"), ...parameters])
      expect(result.code).to.equal(code)
      expect(result.stderr).to.contain(text)
    })
  }
})

describe("a week that is posted through a signer", () => {
  let cluster: Cluster
  before(async () => {
    cluster = await Cluster.start()
  })
  after(() => cluster.stop())

  it("[STK-59] needs the key nowhere else, and goes on when the signer is started anew", async () => {
    const { folder } = cluster
    const week = await cluster.nextWeek()
    const directory = await scoreGenerated(folder, { week, members: 60 })
    const economy = await createAt(cluster, presetFile(folder, "preset.json", 10n ** 15n), week)
    await cluster.passWeek(week)
    const socket = folder.at("oracle.sock")
    const parameters = [cluster.operatorFile, socket, "--economy", economy.toBase58()] as const
    const first = await startSigner(...parameters)
    const environment = { STK_RPC_URL: cluster.localnet.rpcUrl, STK_KEYPAIR: `unix:${socket}` }

    const posting = cli(["post", directory, "--economy", economy.toBase58(), "--yes", "--json"], environment)
    while (!first.log().includes('"msg":"signed"')) await new Promise((resolve) => setTimeout(resolve, 5))
    await first.stop("SIGKILL")
    const second = await startSigner(...parameters)
    const result = await posting

    expect(result.code, result.stderr).to.equal(0)
    const report = JSON.parse(result.stdout) as { outcome: string; signatures: unknown[] }
    expect(report.outcome).to.equal("posted")
    const settled = await cli(
      ["settle", "--economy", economy.toBase58(), "-k", `unix:${socket}`, "--json"],
      environment,
    )
    expect(settled.code, settled.stderr).to.equal(0)
    const record = await cluster.week(economy, week)
    expect(record.paid).to.equal(record.due).and.not.to.equal(0n)
    await second.stop()
  })

  it("says why when the signer refuses, and sends nothing", async () => {
    const { folder } = cluster
    const socket = folder.at("other.sock")
    const signer = await startSigner(
      cluster.operatorFile,
      socket,
      "--economy",
      Keypair.generate().publicKey.toBase58(),
    )
    const preset = presetFile(folder, "second.json", 10n ** 15n)

    const result = await cluster.run("create", "--preset", preset, "-k", `unix:${socket}`)

    expect(result.code).to.equal(5)
    expect(result.stderr).to.match(
      /--keypair: the signer unix:\S+ refused to sign: createEconomy is not among/,
    )
    await signer.stop()
  })
})
