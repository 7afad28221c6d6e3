import { readFileSync } from "node:fs"
import type { PublicKey } from "@solana/web3.js"
import { z } from "zod"
import { decodeAddress } from "../base58"
import { InputRefused } from "../failure"
import type { ReadMessage } from "./message"

/** What a signer signs. Whatever is not allowed here is refused, so that a stolen host gets no more than this. */

/** Instructions of the program by which a week is posted, in the names of the IDL. */
const POSTING = [
  "releaseEmission",
  "createPage",
  "growPage",
  "registerMembers",
  "setLevels",
  "openWeek",
  "submitScores",
  "sealWeek",
  "settlePage",
  "snapshotPage",
] as const
/** What a policy may add: prices of a day, which are the oracle's, too. */
const PRICES = ["postPrice", "postAssetPrice"] as const
export type SignableInstruction = (typeof POSTING)[number] | (typeof PRICES)[number]

const address = z.string().refine((text) => decodeAddress(text) !== null, "is not a base58 address")

export const policySchema = z.strictObject({
  /** The only economy. */
  economy: address,
  instructions: z.array(z.enum([...POSTING, ...PRICES])).default([...POSTING]),
  /** Lamports of fees a transaction, priority fee included. */
  mostFee: z.int().min(5_000).default(100_000),
  /** Transactions in a calendar week (UTC, from Monday). */
  mostPerWeek: z.int().min(1).default(2_000),
  /** The only address that SOL may go to. */
  returnSolTo: address.optional(),
})
export type Policy = z.infer<typeof policySchema>

/** @throws {InputRefused} */
export function readPolicy(path: string): Policy {
  let json: unknown
  try {
    json = JSON.parse(readFileSync(path, "utf8"))
  } catch (cause) {
    const rule = `cannot be read as JSON (${(cause as Error).name})`
    throw new InputRefused([{ file: path, field: "policy", rule }])
  }
  const parsed = policySchema.safeParse(json)
  if (parsed.success) return parsed.data
  throw new InputRefused(
    parsed.error.issues.map((issue) => ({
      file: path,
      field: issue.path.join(".") || "policy",
      rule: issue.message,
    })),
  )
}

/** Why a message is not signed with this key; null when it may be. */
export function objection(read: ReadMessage, policy: Policy, key: PublicKey): string | null {
  if (!read.signers.some((signer) => signer.equals(key))) return "this key does not sign it"
  if (read.payer.equals(key) && read.fee > BigInt(policy.mostFee))
    return `its fee is ${read.fee} lamports, more than ${policy.mostFee}`
  const allowed = new Set<string>(policy.instructions)
  for (const action of read.actions) {
    if (action.program === "system") {
      if (action.to.toBase58() !== policy.returnSolTo) return `sends SOL to ${action.to.toBase58()}`
      continue
    }
    const { name, accounts } = action.instruction
    if (!allowed.has(name)) return `${name} is not among the allowed instructions`
    const economy = accounts.economy?.toBase58()
    if (economy !== policy.economy) return `is about another economy, ${economy ?? "none"}`
  }
  return null
}
