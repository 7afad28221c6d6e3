import { spawn } from "node:child_process"
import { chmodSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import bs58 from "bs58"
import { Keypair } from "@solana/web3.js"
import { expect } from "chai"
import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { cli, Folder } from "../oracle/utils/fixtures"
import { startSigner } from "./utils/signer"

const CLI = join(__dirname, "..", "..", "oracle", "bin", "stk-oracle.js")
const API_KEY = "hx-4f81c0de-9b7a-secret"
const PASSWORD = "correct-horse-battery"

/** A key as anybody might print it. */
function formsOf(secretKey: Uint8Array): Record<string, string> {
  const forms: Record<string, string> = {}
  for (const [name, bytes] of [
    ["key", secretKey],
    ["seed", secretKey.subarray(0, 32)],
  ] as const) {
    const buffer = Buffer.from(bytes)
    forms[`${name}, JSON`] = [...bytes].join(",")
    forms[`${name}, JSON with spaces`] = [...bytes].join(", ")
    forms[`${name}, base58`] = bs58.encode(bytes)
    forms[`${name}, base64`] = buffer.toString("base64").replace(/=+$/, "")
    forms[`${name}, base64url`] = buffer.toString("base64url")
    forms[`${name}, hex`] = buffer.toString("hex")
    forms[`${name}, HEX`] = buffer.toString("hex").toUpperCase()
  }
  return forms
}

describe("secrets", function () {
  this.timeout(300_000)
  const folder = new Folder()
  const key = Keypair.generate()
  const forms = { ...formsOf(key.secretKey), "API key": API_KEY, password: PASSWORD }
  const array = JSON.stringify([...key.secretKey])
  const file = folder.file("key.json", array)
  const economy = Keypair.generate().publicKey.toBase58()
  let server: Server
  /** An RPC server that is down, and repeats in its answer what it was asked. */
  let url: string

  before(async () => {
    chmodSync(file, 0o600)
    server = createServer((request, response) => {
      response.statusCode = 403
      response.end(`no access: ${request.url ?? ""} ${request.headers.authorization ?? ""}`)
    })
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/${API_KEY}/?api-key=${API_KEY}`
  })
  after(() => {
    server.close()
    folder.remove()
  })

  function expectNone(text: string, where: string): void {
    for (const [form, secret] of Object.entries(forms))
      expect(text.includes(secret), `${form} in ${where}:\n${text.slice(0, 2_000)}`).to.be.false
  }

  const mixed = JSON.stringify([...key.secretKey.subarray(0, 32), ...Keypair.generate().publicKey.toBytes()])
  const failing = (): [what: string, parameters: string[], environment?: Record<string, string>][] => [
    ["a key as an argument", ["settle", "--economy", economy, "-k", array]],
    ["a key as an argument, base58", ["settle", "--economy", economy, "-k", bs58.encode(key.secretKey)]],
    [
      "a key as an argument, hex",
      ["settle", "--economy", economy, "-k", Buffer.from(key.secretKey).toString("hex")],
    ],
    ["a key for an address", ["status", "--economy", bs58.encode(key.secretKey), "-u", "localhost"]],
    [
      "a key file whose halves differ",
      ["settle", "--economy", economy, "-k", folder.file("mixed.json", mixed)],
    ],
    [
      "a key that is cut off",
      ["settle", "--economy", economy, "-k", folder.file("cut.json", array.slice(0, -1))],
    ],
    [
      "a key in the environment, cut off",
      ["settle", "--economy", economy],
      { STK_KEYPAIR: array.slice(0, -1) },
    ],
    [
      "a cluster that gives no access",
      ["settle", "--economy", economy, "--json"],
      { STK_KEYPAIR: array, STK_RPC_URL: url },
    ],
    ["its URL as an argument", ["status", "--economy", economy, "-u", url]],
    [
      "a URL that is none",
      ["status", "--economy", economy, "-u", `htp://${PASSWORD}@host/?api-key=${API_KEY}`],
    ],
    [
      "a creation that nobody answers",
      ["create", "--preset", "stk", "--mint-keypair", file, "-k", file],
      { STK_RPC_URL: url },
    ],
    [
      "an external signer that is gone",
      ["settle", "--economy", economy, "-k", "exec:false"],
      { STK_RPC_URL: url },
    ],
    ["a key as a file to sign", ["sign", file, "-k", file]],
    ["a key as a policy", ["signer", "-k", file, "--socket", folder.at("s"), "--policy", file]],
    ["a key as a list of nonces", ["nonce", "create", "--out", file, "-k", file], { STK_RPC_URL: url }],
    ["a key as rules", ["post", folder.path, "--economy", economy, "--rules", file, "-k", file]],
    ["a key as a preset", ["create", "--preset", file, "-k", file], { STK_RPC_URL: url }],
  ]

  it("are in no output of a command that fails", async () => {
    const waiting = failing()
    const runNext = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const [what, parameters, environment] = next
        const result = await cli(parameters, { STK_LOG_LEVEL: "trace", STK_KEYPAIR: file, ...environment })
        expect(result.code, `${what}: ${result.stdout}`).to.not.equal(0)
        expect(result.stderr, what).to.contain("error")
        expectNone(result.stdout + result.stderr, what)
      }
    }
    await Promise.all([runNext(), runNext(), runNext()])
  })

  it("are not in what a signer logs and writes down, nor in any file of its folder but the key", async () => {
    const signer = await startSigner(file, folder.at("signer.sock"), "--economy", economy)
    await signer.stop()
    expect(signer.log()).to.contain(key.publicKey.toBase58())
    expectNone(signer.log(), "the log of the signer")
    for (const name of readdirSync(folder.path).filter((each) => each.endsWith(".jsonl")))
      expectNone(folder.read(name), name)
  })

  it("are not in the list of processes, nor in what a crash leaves", async function () {
    if (process.platform !== "linux") this.skip()
    const crash = folder.file(
      "crash.cjs",
      `process.on("SIGUSR2", () => {
  const secret = Buffer.from(JSON.parse(process.env.STK_KEYPAIR))
  throw new Error([process.env.STK_KEYPAIR, secret.toString("hex"), secret.toString("base64"), process.argv.join(" ")].join(" "))
})`,
    )
    // Nobody listens on port 1: it tries again for a minute.
    const hidden = url.replace(/127\.0\.0\.1:\d+/, "127.0.0.1:1")
    const child = spawn(
      process.execPath,
      ["--require", crash, CLI, "settle", "--economy", economy, "-u", hidden],
      {
        env: { ...process.env, STK_KEYPAIR: array, CI: "1" },
      },
    )
    let output = ""
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => (output += chunk.toString()))
    const ended = new Promise<number | null>((resolve) => child.once("close", resolve))
    while (!output.includes("trying again")) await new Promise((resolve) => setTimeout(resolve, 20))

    const listed = readFileSync(`/proc/${child.pid}/cmdline`, "utf8")
    child.kill("SIGUSR2")

    expect(await ended).to.equal(1)
    expect(listed).to.match(/^stk-oracle/)
    expectNone(listed, "the list of processes")
    expect(output).to.match(/Error: \S*\[redacted\]/)
    expectNone(output, "the output of the crash")
  })
})
