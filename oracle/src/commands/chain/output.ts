import { createInterface } from "node:readline/promises"
import { formatAmount } from "@stk/sdk"
import { sol } from "../../chain/sol"
import type { Cost } from "../../chain/run"
import { UsageError } from "../../failure"
import { grouped, table } from "../../output"

/** Texts that the commands with a chain share. */

/** One JSON object, big numbers as decimal text. */
export function printJson(value: unknown): void {
  process.stdout.write(
    JSON.stringify(value, (_, member: unknown) => (typeof member === "bigint" ? member.toString() : member)) +
      "\n",
  )
}

/** Asks on a terminal; without one somebody must have said yes beforehand. @throws {UsageError} */
export async function askToContinue(question: string): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY)
    throw new UsageError("--yes", "is needed without a terminal (or --dry-run, to see what would be sent)")
  const line = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return /^y(es)?$/i.test((await line.question(`${question} [y/N] `)).trim())
  } finally {
    line.close()
  }
}

export function tokens(baseUnits: string | bigint, decimals: number, symbol: string): string {
  return `${grouped(formatAmount(BigInt(baseUnits), decimals))} ${symbol}`
}

export function describeCost(cost: Cost): string {
  if (cost.transactions === 0) return "sent nothing"
  return (
    `sent ${grouped(cost.transactions)} ${cost.transactions === 1 ? "transaction" : "transactions"}: ${grouped(cost.compute_units)} compute units asked for, ` +
    `${sol(BigInt(cost.fee_lamports))} SOL of fees, ${sol(BigInt(cost.rent_lamports))} SOL of rent`
  )
}

/** Signatures by kind: all of a few, the first and the last of many; the journal has every one. */
export function describeSignatures(signatures: readonly { kind: string; signature: string }[]): string {
  const kinds = new Map<string, string[]>()
  for (const { kind, signature } of signatures) kinds.set(kind, [...(kinds.get(kind) ?? []), signature])
  return table(
    ["step", "transactions", "signatures"],
    [...kinds].map(([kind, all]) => [
      kind,
      String(all.length),
      all.length <= 2 ? all.map(short).join(" ") : `${short(all[0] ?? "")} … ${short(all.at(-1) ?? "")}`,
    ]),
  )
}

function short(signature: string): string {
  return `${signature.slice(0, 12)}…${signature.slice(-4)}`
}
