import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { Keypair } from "@solana/web3.js"
import { LocalnetError } from "./errors"
import type { Localnet } from "./localnet"

const OWNER_ONLY = 0o600

/** Where a running local chain says how to reach it: `.stk/localnet.json` of the workspace. */
export function stateFileOf(workspace: string): string {
  return join(workspace, ".stk", "localnet.json")
}

/** Reads the payer's key file, or makes one that stays the same over restarts. */
export function readOrCreatePayer(path: string): Keypair {
  if (existsSync(path)) {
    try {
      return Keypair.fromSecretKey(Uint8Array.from(JSON.parse(readFileSync(path, "utf8")) as number[]))
    } catch (cause) {
      throw new LocalnetError("InvalidOption", `${path} is not a key file of 64 numbers`, { path }, { cause })
    }
  }
  const payer = Keypair.generate()
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, `${JSON.stringify([...payer.secretKey])}\n`, { mode: OWNER_ONLY })
  return payer
}

/** Writes how to reach the chain, for scripts and for people. */
export function writeStateFile(path: string, localnet: Localnet, payerPath: string): Record<string, unknown> {
  const state = {
    rpcUrl: localnet.rpcUrl,
    wsUrl: localnet.wsUrl,
    payer: localnet.payer.publicKey.toBase58(),
    payerPath,
    pid: process.pid,
    runtime: localnet.runtime,
    programs: Object.fromEntries(localnet.programs.map(({ name, address }) => [name, address.toBase58()])),
  }
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, `${JSON.stringify(state, null, 2)}\n`)
  return state
}

/** Removes the file, unless another chain has written its own since. */
export function removeStateFile(path: string): void {
  if (!existsSync(path)) return
  const state = JSON.parse(readFileSync(path, "utf8")) as { readonly pid?: number }
  if (state.pid === process.pid) rmSync(path)
}
