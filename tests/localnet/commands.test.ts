import { type ChildProcess, spawn } from "node:child_process"
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { delimiter, dirname, join } from "node:path"
import { Connection, Keypair, PublicKey } from "@solana/web3.js"
import { expect } from "chai"
import { readWorkspacePrograms } from "stk-localnet"

const ROOT = join(__dirname, "..", "..")
const BIN = join(ROOT, "node_modules", ".bin")
const PATIENCE_MS = 20_000

interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A started command whose output can be waited for. */
class Command {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  private stdout = ""
  private stderr = ""

  constructor(file: string, parameters: readonly string[], cwd: string, environment: NodeJS.ProcessEnv = {}) {
    this.child = spawn(file, parameters, { cwd, env: { ...process.env, ...environment } })
    this.child.stdout?.on("data", (chunk: Buffer) => (this.stdout += chunk.toString()))
    this.child.stderr?.on("data", (chunk: Buffer) => (this.stderr += chunk.toString()))
    this.ended = new Promise((resolve) => {
      this.child.once("close", (code) => resolve({ code, stdout: this.stdout, stderr: this.stderr }))
    })
  }

  async untilPrinted(text: string): Promise<string> {
    const deadline = Date.now() + PATIENCE_MS
    while (!this.stdout.includes(text)) {
      if (Date.now() > deadline || this.child.exitCode !== null) {
        throw new Error(`never printed "${text}": ${this.stdout}${this.stderr}`)
      }
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    return this.stdout
  }

  async stop(signal: NodeJS.Signals): Promise<Ended> {
    this.child.kill(signal)
    return this.ended
  }
}

async function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer()
    server.listen({ host: "127.0.0.1", port: 0 }, () => {
      const address = server.address()
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0))
    })
  })
}

describe("the commands of the local chain", () => {
  let workspace: string
  const commands: Command[] = []
  const [program] = readWorkspacePrograms(ROOT)
  if (program === undefined) throw new Error("Anchor.toml names no program")

  const run = (name: string, parameters: readonly string[], environment: NodeJS.ProcessEnv = {}): Command => {
    const command = new Command(join(BIN, name), parameters, workspace, environment)
    commands.push(command)
    return command
  }

  beforeEach(() => {
    workspace = mkdtempSync(join(tmpdir(), "stk-workspace-"))
    mkdirSync(join(workspace, "target", "deploy"), { recursive: true })
    copyFileSync(program.path, join(workspace, "target", "deploy", "stk.so"))
    writeFileSync(
      join(workspace, "Anchor.toml"),
      `[programs.localnet]\nstk = "${program.address.toBase58()}"\n`,
    )
  })

  afterEach(async () => {
    await Promise.all(commands.splice(0).map((command) => command.stop("SIGKILL")))
    rmSync(workspace, { recursive: true })
  })

  describe("stk-localnet", () => {
    it("serves on its ports, says so in one line of JSON and in a file, and cleans up on SIGTERM", async () => {
      const port = await freePort()
      const wsPort = await freePort()
      const command = run("stk-localnet", ["--port", `${port}`, "--ws-port", `${wsPort}`, "--json"])
      const state = JSON.parse(await command.untilPrinted("\n")) as Record<string, unknown>
      const stateFile = join(workspace, ".stk", "localnet.json")

      expect(state).to.deep.include({
        rpcUrl: `http://127.0.0.1:${port}`,
        wsUrl: `ws://127.0.0.1:${wsPort}`,
        payerPath: join(workspace, ".stk", "payer.json"),
        pid: command.child.pid,
        programs: { stk: program.address.toBase58() },
      })
      expect(JSON.parse(readFileSync(stateFile, "utf8"))).to.deep.equal(state)
      const connection = new Connection(`http://127.0.0.1:${port}`, "confirmed")
      expect((await connection.getAccountInfo(program.address))?.executable).to.equal(true)
      const secret = JSON.parse(readFileSync(join(workspace, ".stk", "payer.json"), "utf8")) as number[]
      const payer = Keypair.fromSecretKey(Uint8Array.from(secret)).publicKey
      expect(payer.toBase58()).to.equal(state["payer"])
      expect(await connection.getBalance(payer)).to.be.greaterThan(0)

      expect((await command.stop("SIGTERM")).code).to.equal(0)
      expect(existsSync(stateFile)).to.equal(false)
      expect(existsSync(join(workspace, ".stk", "payer.json"))).to.equal(true)
    })

    it("refuses a port that is taken, in one line, and leaves the other chain's file alone", async () => {
      const port = await freePort()
      const first = run("stk-localnet", ["--port", `${port}`])
      await first.untilPrinted("ready")

      const second = await run("stk-localnet", ["--port", `${port}`]).ended

      expect(second.code).to.equal(1)
      expect(second.stdout).to.equal("")
      expect(second.stderr).to.contain(`localnet: port ${port} on 127.0.0.1 is taken`)
      expect(existsSync(join(workspace, ".stk", "localnet.json"))).to.equal(true)
      expect((await first.stop("SIGINT")).stdout).to.contain("stopped")
    })

    it("prints nothing when quiet", async () => {
      const command = run("stk-localnet", ["--port", `${await freePort()}`, "--quiet", "--ledger-less"])
      while (!existsSync(join(workspace, ".stk", "localnet.json"))) {
        await new Promise((resolve) => setTimeout(resolve, 20))
      }

      expect(await command.stop("SIGINT")).to.deep.equal({ code: 0, stdout: "", stderr: "" })
    })

    it("explains itself", async () => {
      const { code, stdout } = await run("stk-localnet", ["--help"]).ended

      expect(code).to.equal(0)
      for (const option of ["--port", "--ws-port", "--slot-time", "--block-production-mode", "STK_RPC_URL"]) {
        expect(stdout).to.contain(option)
      }
    })

    for (const parameters of [
      ["--port", "80x"],
      ["--port", "0"],
      ["--slot-time", "0"],
      ["--block-production-mode", "never"],
      ["--speed", "9"],
    ]) {
      it(`refuses ${parameters.join(" ")}`, async () => {
        const { code, stderr } = await run("stk-localnet", parameters).ended

        expect(code).to.equal(1)
        expect(stderr)
          .to.match(/^localnet: .+\n$/)
          .and.contain(parameters[0])
      })
    }
  })

  describe("stk-localnet where Surfpool's package is missing", () => {
    /** Makes the packages unfindable for one process, as they are on another platform. */
    const withoutPackages = (path: string): NodeJS.ProcessEnv => {
      const hook = join(workspace, "without_packages.cjs")
      writeFileSync(
        hook,
        `const Module = require("node:module")
         const resolve = Module._resolveFilename
         Module._resolveFilename = function (request, ...rest) {
           if (!request.startsWith("@solana/surfpool")) return resolve.call(this, request, ...rest)
           throw Object.assign(new Error(request), { code: "MODULE_NOT_FOUND" })
         }`,
      )
      return { PATH: path, NODE_OPTIONS: `--require ${hook}` }
    }
    const nodeFolder = dirname(process.execPath)

    it("starts the surfpool on PATH, but never its own stand-in, and ends it", async () => {
      const folder = join(workspace, "commands")
      mkdirSync(folder)
      writeFileSync(join(folder, "surfpool"), `#!/bin/sh\nunset NODE_OPTIONS\nexec ${BIN}/surfpool "$@"\n`, {
        mode: 0o755,
      })
      const port = await freePort()
      const wsPort = await freePort()
      const environment = withoutPackages([BIN, folder, nodeFolder].join(delimiter))
      const ports = ["--port", `${port}`, "--ws-port", `${wsPort}`]
      const command = run("stk-localnet", [...ports, "--json"], environment)

      const state = JSON.parse(await command.untilPrinted("\n")) as { runtime: string; payer: string }

      expect(state.runtime).to.equal(`Surfpool (${join(folder, "surfpool")})`)
      const connection = new Connection(`http://127.0.0.1:${port}`, "processed")
      expect((await connection.getAccountInfo(program.address))?.executable).to.equal(true)
      expect(await connection.getBalance(new PublicKey(state.payer))).to.be.greaterThan(0)
      expect((await command.stop("SIGTERM")).code).to.equal(0)
      const failure = await connection.getSlot().catch((error: unknown) => error)
      expect(failure).to.be.instanceOf(Error)
    })

    it("says what to install where PATH has no local chain either", async () => {
      const environment = withoutPackages([BIN, nodeFolder].join(delimiter))
      const { code, stderr } = await run("stk-localnet", ["--port", `${await freePort()}`], environment).ended

      expect(code).to.equal(1)
      expect(stderr)
        .to.match(/^localnet: no local chain for this machine/)
        .and.contain("STK_RPC_URL")
    })
  })

  describe("surfpool, as Anchor calls it", () => {
    it("is ready for anchor test: blockhash, finished runbooks, programs, funded wallet", async () => {
      const port = await freePort()
      const wsPort = await freePort()
      const wallet = Keypair.generate().publicKey
      const command = run("surfpool", [
        ...["start", "--airdrop", wallet.toBase58(), "--host", "127.0.0.1", "--port", `${port}`],
        ...["--ws-port", `${wsPort}`, "--slot-time", "50", "--offline", "--block-production-mode", "clock"],
        ...["--log-level", "none", "--no-tui", "--disable-instruction-profiling", "--max-profiles", "1"],
        ...["--no-studio", "--legacy-anchor-compatibility"],
      ])
      await command.untilPrinted("RPC")

      const url = `http://127.0.0.1:${port}`
      const answer = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "surfnet_getSurfnetInfo", params: null }),
      })
      const info = (await answer.json()) as { result: { value: { runbookExecutions: unknown[] } } }
      expect(info.result.value.runbookExecutions).to.deep.equal([])
      const connection = new Connection(url, "confirmed")
      expect((await connection.getLatestBlockhash()).blockhash).to.have.length.above(30)
      expect((await connection.getAccountInfo(program.address))?.executable).to.equal(true)
      expect(await connection.getBalance(wallet)).to.equal(10_000_000_000_000)
      expect((await command.stop("SIGTERM")).code).to.equal(0)
    })

    it("deploys nothing when told so", async () => {
      const port = await freePort()
      const command = run("surfpool", [
        "start",
        "--port",
        `${port}`,
        "--ws-port",
        `${await freePort()}`,
        "--no-deploy",
      ])
      await command.untilPrinted("RPC")

      expect(await new Connection(`http://127.0.0.1:${port}`).getAccountInfo(program.address)).to.equal(null)
    })

    it("refuses what only the real one can do", async () => {
      for (const parameters of [["start", "--snapshot", "x.json"], ["run"], []]) {
        const { code, stderr } = await run("surfpool", parameters).ended
        expect(code).to.equal(1)
        expect(stderr).to.match(/^surfpool: /)
      }
    })

    it("funds the default wallet of the Solana tools where there is one", async () => {
      const home = join(workspace, "home")
      const wallet = Keypair.generate()
      mkdirSync(join(home, ".config", "solana"), { recursive: true })
      writeFileSync(join(home, ".config", "solana", "id.json"), JSON.stringify([...wallet.secretKey]))
      const port = await freePort()
      const command = run("surfpool", ["start", "--port", `${port}`, "--ws-port", `${await freePort()}`], {
        HOME: home,
      })
      await command.untilPrinted("RPC")

      const balance = await new Connection(`http://127.0.0.1:${port}`).getBalance(
        wallet.publicKey,
        "processed",
      )
      expect(balance).to.equal(10_000_000_000_000)
    })
  })
})
