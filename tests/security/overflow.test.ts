import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { Keypair, PublicKey, TransactionInstruction } from "@solana/web3.js"
import { expect } from "chai"
import { Chain, TransactionFailed, type Sent } from "../utils/svm"

const ROOT = join(__dirname, "..", "..")
const PROBE = join(ROOT, "tests", "programs", "overflow-probe")
const PROGRAM = new PublicKey("8dHEsGLzkAN5gaSZmhXBkmEGVKJ9Q1S8ncLRiYXGTSB4")
const MAX = 2n ** 64n - 1n

/** The first 8 bytes of a name's hash, by which Anchor tells instructions and accounts apart. */
function discriminator(name: string): Buffer {
  return createHash("sha256").update(name).digest().subarray(0, 8)
}

function u64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(value)
  return bytes
}

/** The release profile of a Cargo manifest, as its lines say it. */
function releaseProfile(manifest: string): Record<string, string> {
  const section = /\[profile\.release\]\n((?:.+\n?)*)/.exec(readFileSync(manifest, "utf8"))?.[1] ?? ""
  const lines = section.split("\n").flatMap((line): [string, string][] => {
    const [, key, value] = /^([\w-]+) = (.+)$/.exec(line) ?? []
    return key === undefined || value === undefined ? [] : [[key, value]]
  })
  return Object.fromEntries(lines)
}

describe("overflow", function () {
  // The first build compiles Anchor for the virtual machine.
  this.timeout(15 * 60_000)

  let chain: Chain
  let cell: PublicKey

  before("builds the probe", () => {
    const build = spawnSync(
      join(ROOT, "toolchain", "build-program.sh"),
      ["--manifest-path", join(PROBE, "Cargo.toml"), "--", "--locked"],
      { cwd: ROOT, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] },
    )
    expect(build.status, build.stderr).to.equal(0)
  })

  beforeEach(() => {
    const path = join(PROBE, "target", "deploy", "overflow_probe.so")
    chain = new Chain({ programs: [{ name: "overflow_probe", address: PROGRAM, path }] })
    cell = Keypair.generate().publicKey
    chain.setAccount(cell, {
      data: Buffer.concat([discriminator("account:Cell"), u64(111n), u64(222n)]),
      owner: PROGRAM,
      executable: false,
      lamports: chain.rentFor(24),
    })
  })

  function run(name: string, left: bigint, right: bigint): Sent {
    return chain.send(
      new TransactionInstruction({
        programId: PROGRAM,
        keys: [{ pubkey: cell, isSigner: false, isWritable: true }],
        data: Buffer.concat([discriminator(`global:${name}`), u64(left), u64(right)]),
      }),
    )
  }

  function refusal(name: string, left: bigint, right: bigint): TransactionFailed | null {
    try {
      run(name, left, right)
      return null
    } catch (error) {
      if (error instanceof TransactionFailed) return error
      throw error
    }
  }

  const stored = (kind: string) =>
    chain.getAccount(cell)?.data.readBigUInt64LE(kind === "native" ? 8 : 16) ?? null

  it("is checked by the release profile of the workspace, with which the probe is compiled too", () => {
    const profile = releaseProfile(join(ROOT, "Cargo.toml"))
    expect(profile["overflow-checks"]).to.equal("true")
    expect(releaseProfile(join(PROBE, "Cargo.toml"))).to.deep.equal(profile)
  })

  for (const kind of ["native", "pod"] as const) {
    for (const [operation, left, right, fits] of [
      ["add", MAX, 1n, [MAX - 1n, 1n, MAX]],
      ["subtract", 0n, 1n, [1n, 1n, 0n]],
      ["multiply", 2n ** 32n, 2n ** 32n, [2n ** 32n, 2n ** 32n - 1n, 2n ** 64n - 2n ** 32n]],
    ] as const) {
      it(`ends the transaction where ${kind} integers ${operation} beyond 64 bits, and changes nothing`, () => {
        const before = chain.snapshot([cell])

        const failure = refusal(`${operation}_${kind}`, left, right)

        expect(failure?.instruction).to.equal(0)
        expect(failure?.logs.join("\n")).to.match(/panicked|failed to complete/)
        expect(chain.snapshot([cell])).to.deep.equal(before)
      })

      it(`stores what ${kind} integers ${operation} up to the limit`, () => {
        const [first, second, result] = fits
        run(`${operation}_${kind}`, first, second)
        expect(stored(kind)).to.equal(result)
      })
    }
  }
})
