import { spawnSync } from "node:child_process"
import { join } from "node:path"
import type { PublicKey } from "@solana/web3.js"
import { expect } from "chai"
import { type LocalProgram, readWorkspacePrograms } from "stk-localnet"
import { Chain, TransactionFailed } from "../../utils/svm"

const ROOT = join(__dirname, "..", "..", "..")
const PUBLISHED = join(ROOT, "tests", "programs", "published")

/** What a first build may take: it installs the compiler where there is none. */
export const BUILD_TIMEOUT_MILLISECONDS = 15 * 60_000

/** A program of somebody else's, compiled from the crate that its authors published. */
export interface PublishedProgram {
  /** The package in tests/programs/published. */
  readonly name: string
  /** Where it is deployed on mainnet, or where its crate says that it is. */
  readonly address: PublicKey
}

/** Compiles a published program; takes a second where nothing changed. */
export function buildPublished({ name, address }: PublishedProgram): LocalProgram {
  const build = spawnSync(
    join(ROOT, "toolchain", "build-program.sh"),
    ["--manifest-path", join(PUBLISHED, name, "Cargo.toml"), "--", "--locked"],
    { cwd: ROOT, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] },
  )
  expect(build.status, build.stderr).to.equal(0)
  return { name, address, path: join(PUBLISHED, "target", "deploy", `${name.replaceAll("-", "_")}.so`) }
}

/** A chain with the programs of this repository and one of somebody else's. */
export function chainWith(published: LocalProgram): Chain {
  return new Chain({ programs: [...readWorkspacePrograms(ROOT), published] })
}

/** Expects a program of somebody else's to refuse `action` with this code of its own. */
export function expectCode(action: () => unknown, code: number): void {
  try {
    action()
  } catch (error) {
    if (!(error instanceof TransactionFailed)) throw error
    expect(error.custom, error.message).to.equal(code)
    return
  }
  expect.fail(`expected error ${code}, but it worked`)
}
