import { randomBytes } from "node:crypto"
import { readFileSync, renameSync, writeFileSync } from "node:fs"
import { z } from "zod"
import { InputRefused } from "../failure"

/** The file that travels between the oracle's machine and the one that has the key: nothing in it is secret. */

const transactionSchema = z.strictObject({
  /** Transactions of a lane are sent one after the other; lanes do not depend on each other. */
  lane: z.int().min(0),
  /** Kind of step, such as `submit_scores`. */
  kind: z.string(),
  what: z.string(),
  /** Lamports that the payer pays at most, rent apart. */
  fee: z.string(),
  /** Who must sign, base58. */
  signers: z.array(z.string()),
  /** What the message does, for people; nobody who signs relies on it. */
  actions: z.array(z.string()),
  /** Canonical JSON of what an evidence hash stands for. */
  evidence: z.string().optional(),
  /** The bytes that are signed, base64. */
  message: z.base64(),
  /** Base64 by signer; empty in a file that nobody has signed. */
  signatures: z.record(z.string(), z.base64()),
})
export type BundledTransaction = z.infer<typeof transactionSchema>

const bundleSchema = z.strictObject({
  format: z.literal("stk-oracle transactions 1"),
  made_at: z.string(),
  economy: z.string(),
  genesis_hash: z.string(),
  week: z.int(),
  week_name: z.string(),
  /** What is next for the week, such as `posting scores`. */
  stage: z.string(),
  /** SHA-256 of summary.json of the scored week. */
  summary_sha256: z.string(),
  /** Merkle root of the week's detail, hex. */
  detail_root: z.string(),
  members: z.int(),
  active: z.int(),
  /** Points of all members. */
  points: z.string(),
  /** Whether they wait on durable nonces; else they must be back within about a minute. */
  durable: z.boolean(),
  /** Transactions of the stage that did not fit into this file. */
  more: z.int().min(0),
  transactions: z.array(transactionSchema).min(1),
})
export type Bundle = z.infer<typeof bundleSchema>

export const BUNDLE_FORMAT = "stk-oracle transactions 1"

/** `-` is standard input. @throws {InputRefused} */
export function readBundle(path: string): Bundle {
  const refuse = (field: string, rule: string): InputRefused =>
    new InputRefused([{ file: path, field, rule }])
  let json: unknown
  try {
    json = JSON.parse(readFileSync(path === "-" ? 0 : path, "utf8"))
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code
    throw refuse("file", code === undefined ? "is not JSON" : `cannot be read (${code})`)
  }
  const parsed = bundleSchema.safeParse(json)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw refuse(issue?.path.join(".") || "file", issue?.message ?? "is not a file of transactions")
}

/** Writes the whole file or nothing; `-` is standard output. */
export function writeBundle(path: string, bundle: Bundle): void {
  const text = JSON.stringify(bundle, null, 2) + "\n"
  if (path === "-") {
    process.stdout.write(text)
    return
  }
  const partial = `${path}.${randomBytes(4).toString("hex")}`
  writeFileSync(partial, text, { flag: "wx" })
  renameSync(partial, path)
}
