import { existsSync, readFileSync } from "node:fs"
import { dirname, join, resolve } from "node:path"
import { parse } from "smol-toml"
import { PublicKey } from "@solana/web3.js"
import { LocalnetError } from "./errors"

/** A compiled program and the address that it is deployed at. */
export interface LocalProgram {
  readonly name: string
  readonly address: PublicKey
  /** The `.so` file. */
  readonly path: string
}

/** The nearest folder, from `start` upwards, that holds an `Anchor.toml`; null where there is none. */
export function findWorkspace(start: string): string | null {
  let folder = resolve(start)
  for (;;) {
    if (existsSync(join(folder, "Anchor.toml"))) return folder
    const parent = dirname(folder)
    if (parent === folder) return null
    folder = parent
  }
}

function tableOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {}
}

/** Anchor writes an address as text, or as a table with `address` beside other keys. */
function addressOf(entry: unknown): string | null {
  if (typeof entry === "string") return entry
  const address = tableOf(entry)["address"]
  return typeof address === "string" ? address : null
}

/**
 * The programs of `[programs.localnet]` in the workspace's `Anchor.toml`, with their files in `target/deploy`.
 *
 * @throws {LocalnetError} `InvalidOption` when an address is none.
 */
export function readWorkspacePrograms(workspace: string): LocalProgram[] {
  const settings = tableOf(parse(readFileSync(join(workspace, "Anchor.toml"), "utf8")))
  const entries = Object.entries(tableOf(tableOf(settings["programs"])["localnet"]))
  return entries.map(([name, entry]) => {
    const address = addressOf(entry)
    try {
      return {
        name,
        address: new PublicKey(address ?? ""),
        path: join(workspace, "target", "deploy", `${name}.so`),
      }
    } catch (cause) {
      const message = `Anchor.toml: programs.localnet.${name} is not an address`
      throw new LocalnetError("InvalidOption", message, { name, address }, { cause })
    }
  })
}

/**
 * Reads a program's bytes.
 *
 * @throws {LocalnetError} `ProgramMissing` when the file does not exist.
 */
export function readProgram(program: LocalProgram): Buffer {
  if (!existsSync(program.path)) {
    const message = `the program ${program.name} is not built: ${program.path} does not exist (npm run build:program)`
    throw new LocalnetError("ProgramMissing", message, { name: program.name, path: program.path })
  }
  return readFileSync(program.path)
}
