import { isoWeek, type ScoreBatch } from "@stk/sdk"
import { PublicKey } from "@solana/web3.js"
import { sol } from "../chain/sol"
import { printable } from "../output"
import type { Action, ReadMessage } from "./message"

/** What a message does, in lines for people; everything comes from its bytes. */
export function describeActions(read: ReadMessage): string[] {
  const lines = read.actions.map(describeAction)
  if (read.nonce !== null) lines.unshift(`uses the nonce ${read.nonce.account.toBase58()}`)
  return lines
}

function describeAction(action: Action): string {
  if (action.program === "system") {
    const { from, to, lamports } = action
    return `TRANSFER of ${sol(lamports)} SOL from ${from.toBase58()} to ${to.toBase58()}`
  }
  const { name, args, remaining } = action.instruction
  const texts = Object.entries(args).map(([field, value]) => `${field} ${describeValue(field, value)}`)
  const more = remaining.length > 0 ? [`${remaining.length} more accounts`] : []
  return printable([name, ...texts, ...more].join(", "))
}

/** So many items of a list are written out. */
const ITEMS = 8

function describeValue(field: string, value: unknown): string {
  if (value instanceof PublicKey) return value.toBase58()
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex")
  if (Array.isArray(value)) {
    const items = value.slice(0, ITEMS).map((item) => describeValue("", item))
    return `[${items.join(" ")}${value.length > ITEMS ? ` … ${value.length} in all` : ""}]`
  }
  if (isBatch(value)) {
    const members = value.counts.length / value.bytesPerMember
    return `of ${isoWeek(value.week)}: ${members} active members from slot ${value.firstSlot} on`
  }
  if (typeof value === "object" && value !== null)
    return JSON.stringify(value, (_, member: unknown) =>
      typeof member === "bigint" ? member.toString() : member,
    )
  // `index` of open_week is a week, too; of create_page it is a page.
  return field === "week" && typeof value === "number" ? isoWeek(value) : String(value)
}

function isBatch(value: unknown): value is ScoreBatch {
  const batch = value as Partial<ScoreBatch> | null
  return batch?.counts instanceof Uint8Array && typeof batch.bytesPerMember === "number"
}
