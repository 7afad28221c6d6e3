import { randomBytes } from "node:crypto"
import { readFileSync } from "node:fs"
import { Keypair, VersionedMessage, VersionedTransaction } from "@solana/web3.js"
import { openWeekInstruction } from "@stk/sdk"
import { expect } from "chai"
import { ExternalSigner, commandLink, socketLink } from "../../oracle/src/key/external"
import { isSignedBy, signBytes } from "../../oracle/src/key/ed25519"
import { resolveSigner } from "../../oracle/src/key/resolve"
import { Folder } from "../oracle/utils/fixtures"
import { FakeSigner, messageOf } from "./utils/signer"

describe("the client of an external signer", () => {
  const folder = new Folder()
  const open: FakeSigner[] = []
  after(() => folder.remove())
  afterEach(async () => {
    for (const each of open.splice(0)) await each.close()
  })

  const key = Keypair.generate()
  const honest =
    (keypair: Keypair) =>
    ({ id, method, message }: { id: number; method: string; message?: string }): unknown =>
      method === "publicKey"
        ? { id, publicKey: keypair.publicKey.toBase58() }
        : {
            id,
            signature: Buffer.from(signBytes(keypair, Buffer.from(message ?? "", "base64"))).toString(
              "base64",
            ),
          }

  let paths = 0
  async function listen(answer: ConstructorParameters<typeof FakeSigner>[1]): Promise<FakeSigner> {
    const fake = new FakeSigner(folder.at(`${++paths}.sock`), answer)
    await fake.listen()
    open.push(fake)
    return fake
  }

  const connect = (fake: FakeSigner, answerMs = 5_000): Promise<ExternalSigner> =>
    ExternalSigner.open(socketLink(fake.path), { field: "--keypair", where: `unix:${fake.path}`, answerMs })

  const message = messageOf(key.publicKey, [
    openWeekInstruction({
      oracle: key.publicKey,
      economy: Keypair.generate().publicKey,
      week: 2_919,
      members: 3,
      detailRoot: randomBytes(32),
    }),
  ])

  async function failure(promise: Promise<unknown>): Promise<Error> {
    return promise.then(
      () => expect.fail("it succeeded"),
      (error: Error) => error,
    )
  }

  it("signs a transaction, and sends nothing but its message", async () => {
    const fake = await listen(honest(key))
    const signer = await connect(fake)
    const transaction = new VersionedTransaction(VersionedMessage.deserialize(message))

    await signer.signTransaction(transaction)

    expect(isSignedBy(key.publicKey, message, transaction.signatures[0] ?? new Uint8Array())).to.be.true
    expect(fake.lines.map((line) => JSON.parse(line) as unknown)).to.deep.equal([
      { id: 1, method: "publicKey" },
      { id: 2, method: "sign", message: Buffer.from(message).toString("base64") },
    ])
    signer.close()
  })

  it("asks for many signatures at once, and takes the answers in any order", async () => {
    const held: unknown[] = []
    const messages = Array.from({ length: 5 }, (_, index) => Buffer.concat([message, Buffer.from([index])]))
    const fake = await listen((request) => {
      if (request.method === "publicKey") return honest(key)(request)
      held.push(honest(key)(request))
      return held.length < messages.length
        ? null
        : held
            .reverse()
            .map((each) => JSON.stringify(each))
            .join("\n")
    })
    const signer = await connect(fake)

    const signatures = await Promise.all(messages.map((each) => signer.sign(each)))

    signatures.forEach(
      (each, index) => expect(isSignedBy(key.publicKey, messages[index] ?? message, each)).to.be.true,
    )
    signer.close()
  })

  const wrong: [string, (request: { id: number; message?: string }) => unknown, RegExp][] = [
    [
      "of another key",
      ({ id }) => ({
        id,
        signature: Buffer.from(signBytes(Keypair.generate(), message)).toString("base64"),
      }),
      /not its key's over this message/,
    ],
    [
      "over other bytes",
      ({ id }) => ({
        id,
        signature: Buffer.from(signBytes(key, Buffer.from("another"))).toString("base64"),
      }),
      /not its key's over this message/,
    ],
    ["that is too short", ({ id }) => ({ id, signature: "AAAA" }), /not its key's over this message/],
    [
      "that is a public key",
      ({ id }) => ({ id, publicKey: key.publicKey.toBase58() }),
      /something else than a signature/,
    ],
  ]
  for (const [what, answer, text] of wrong) {
    it(`refuses a signature ${what}`, async () => {
      const fake = await listen((request) =>
        request.method === "publicKey" ? honest(key)(request) : answer(request),
      )
      const signer = await connect(fake)

      const error = await failure(signer.sign(message))

      expect(error).to.have.property("name", "NotReady")
      expect(error.message).to.match(text)
      signer.close()
    })
  }

  it("passes the reason of a refusal on, without what could change a terminal", async () => {
    const fake = await listen((request) =>
      request.method === "publicKey"
        ? honest(key)(request)
        : { id: request.id, refused: "sends SOL\u001b[2J elsewhere" },
    )
    const signer = await connect(fake)

    const error = await failure(signer.sign(message))

    expect(error.message).to.contain("refused to sign: sends SOL\ufffd[2J elsewhere")
    signer.close()
  })

  it("finds a signer again that was started anew, also in the middle of a request", async () => {
    const fake = await listen(honest(key))
    const signer = await connect(fake)
    let dropped = 0
    fake.answers((request) => {
      if (request.method === "publicKey" || dropped > 1) return honest(key)(request)
      dropped++
      return "hang up"
    })
    const inTheMiddle = await signer.sign(message)

    await fake.close()
    const waiting = signer.sign(message)
    await new Promise((resolve) => setTimeout(resolve, 200))
    await fake.listen()

    expect(dropped).to.equal(2)
    expect(await waiting).to.deep.equal(inTheMiddle)
    signer.close()
  })

  it("refuses a signer that has another key after it was started anew", async () => {
    const fake = await listen(honest(key))
    const signer = await connect(fake)
    await fake.close()
    const other = Keypair.generate()
    fake.answers(honest(other))
    await fake.listen()

    const error = await failure(signer.sign(message))

    expect(error).to.have.property("name", "NotReady")
    expect(error.message).to.contain(`has another key now, ${other.publicKey.toBase58()}`)
    expect(fake.lines.filter((line) => line.includes('"sign"'))).to.deep.equal([])
    signer.close()
  })

  it("gives up on a signer that does not answer, and says which", async () => {
    const fake = await listen((request) => (request.method === "publicKey" ? honest(key)(request) : null))
    const signer = await connect(fake, 300)

    const error = await failure(signer.sign(message))

    expect(error).to.have.property("name", "Interrupted")
    expect(error.message).to.contain(`--keypair: the signer unix:${fake.path} did not answer in time`)
    signer.close()
  })

  it("is not ready when nobody listens, or somebody who speaks otherwise", async () => {
    const nobody = new FakeSigner(folder.at("nobody.sock"), () => null)
    const silent = await failure(connect(nobody, 200))
    expect(silent).to.have.property("name", "NotReady")
    expect(silent.message).to.contain("ENOENT")

    const chatty = await listen(() => "hello")
    const strange = await failure(connect(chatty, 200))
    expect(strange.message).to.contain("answered something that is not of its protocol")

    const endless = await listen(() => "x".repeat(20_000))
    expect(await failure(connect(endless, 200))).to.have.property("name", "NotReady")

    const liar = await listen(({ id }) => ({ id, publicKey: "short" }))
    expect((await failure(connect(liar, 200))).message).to.contain("did not say its key")
  })

  describe("that is a command", () => {
    /** A signer as somebody else would write it: from the protocol alone. */
    const program = (file: string): string =>
      folder.file(
        "signer.cjs",
        `const { readFileSync, appendFileSync } = require("node:fs")
const { createPrivateKey, sign } = require("node:crypto")
const secret = Buffer.from(JSON.parse(readFileSync(process.argv[2], "utf8")))
appendFileSync(process.argv[3], JSON.stringify(process.env) + "\\n")
const der = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), secret.subarray(0, 32)])
const key = createPrivateKey({ key: der, format: "der", type: "pkcs8" })
require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
  const { id, method, message } = JSON.parse(line)
  const reply = method === "publicKey"
    ? { id, publicKey: process.argv[4] }
    : { id, signature: sign(null, Buffer.from(message, "base64"), key).toString("base64") }
  console.log(JSON.stringify(reply))
}).on("close", () => appendFileSync(process.argv[3], "ended\\n"))
// ${file}
`,
      )

    it("is started without this process's environment, signs, and ends with it", async () => {
      const file = folder.file("key.json", JSON.stringify([...key.secretKey]))
      const seen = folder.at("environment")
      const command = [process.execPath, program(file), file, seen, key.publicKey.toBase58()].join(" ")
      process.env.STK_TEST_API_KEY = "phx_do_not_pass_on"
      const signer = await resolveSigner(`exec:${command}`, "--keypair")
      delete process.env.STK_TEST_API_KEY
      const transaction = new VersionedTransaction(VersionedMessage.deserialize(message))

      await signer.signTransaction(transaction)

      expect(isSignedBy(key.publicKey, message, transaction.signatures[0] ?? new Uint8Array())).to.be.true
      const environment = readFileSync(seen, "utf8")
      expect(environment).to.contain('"PATH"')
      expect(environment).not.to.contain("STK_")
      ;(signer as ExternalSigner).close()
    })

    it("is not ready when there is no such command, or it ends at once", async () => {
      const options = { field: "chain.oracle", where: "exec:x", answerMs: 300 }
      const missing = await failure(ExternalSigner.open(commandLink("/no/such/signer"), options))
      expect(missing.message).to.contain("chain.oracle: the signer exec:x ENOENT")
      const short = await failure(ExternalSigner.open(commandLink("true"), { ...options, answerMs: 2_000 }))
      expect(short.message).to.contain("ended (0)")
    })
  })
})
