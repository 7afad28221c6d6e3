import { existsSync, readFileSync, statSync } from "node:fs"
import { homedir } from "node:os"
import { join } from "node:path"
import { Keypair } from "@solana/web3.js"
import { InputRefused, UsageError } from "../failure"
import { registerSecretKey } from "./redact"

const SECRET_KEY_BYTES = 64
const OTHERS = 0o077

/** Where the key comes from when no option names a file. */
export function defaultKeypairPath(): string {
  return join(homedir(), ".config", "solana", "id.json")
}

/** A reference that is a key and not the name of a file: printed by no message. */
const LOOKS_LIKE_KEY = /^\s*\[|^[1-9A-HJ-NP-Za-km-z]{80,90}$|^[0-9a-fA-F]{64,128}$/

/**
 * The key of a file; without a name, of `STK_KEYPAIR` (a path, or the array of numbers itself) or of Solana's own
 * default. No message ever contains a byte of it.
 *
 * @throws {UsageError} @throws {InputRefused}
 */
export function loadKeypair(
  option: string | undefined,
  notes: string[] = [],
  field: string = "--keypair",
): Keypair {
  const environment = process.env.STK_KEYPAIR
  if (option === undefined && environment !== undefined && environment.trim().startsWith("["))
    return parseKeypair(environment, "STK_KEYPAIR")
  const named = option ?? (environment === "" ? undefined : environment)
  const path = named ?? defaultKeypairPath()
  if (named !== undefined && LOOKS_LIKE_KEY.test(named))
    throw new UsageError(
      field,
      "is a key itself; arguments are seen by everybody on this machine: name a file, and take this key out of use",
    )
  if (!existsSync(path))
    throw new UsageError(
      field,
      named === undefined ? `is missing, and there is no ${path}` : `${path} does not exist`,
    )
  if (process.platform !== "win32" && (statSync(path).mode & OTHERS) !== 0)
    notes.push(`${path} can be read by others: chmod 600 ${path}`)
  return parseKeypair(readFileSync(path, "utf8"), path)
}

/** A key in the form of solana-keygen: a JSON array of 64 numbers. @throws {InputRefused} */
function parseKeypair(text: string, source: string): Keypair {
  const refused = (): InputRefused =>
    new InputRefused([{ file: source, field: "keypair", rule: "is not a JSON array of 64 bytes" }])
  let numbers: unknown
  try {
    numbers = JSON.parse(text)
  } catch {
    throw refused()
  }
  const isByte = (value: unknown): boolean =>
    Number.isInteger(value) && Number(value) >= 0 && Number(value) < 256
  if (!Array.isArray(numbers) || numbers.length !== SECRET_KEY_BYTES || !numbers.every(isByte))
    throw refused()
  const secretKey = Uint8Array.from(numbers as number[])
  registerSecretKey(secretKey)
  try {
    return Keypair.fromSecretKey(secretKey)
  } catch {
    throw new InputRefused([
      { file: source, field: "keypair", rule: "its two halves do not belong together" },
    ])
  }
}
