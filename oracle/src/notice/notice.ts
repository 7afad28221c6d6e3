import { createHash } from "node:crypto"

/** What members are told. Amounts are decimal text: points as in points.csv, base units otherwise. */

/** A week's result (STK-60), told when everything of the week is final on chain. */
export interface WeeklyResult {
  kind: "weekly-result"
  /** Such as 2025-W51. */
  week: string
  points: string
  symbol: string
  decimals: number
  /** Base units that were credited; less than earned when the pool was short. */
  credited: string
  earned: string
  level: number
  streak: number
  /** SHA-256 of the member's PDF; null when there is none. */
  report_sha256: string | null
  /** Below the week's folder; null when there is none. */
  report_file: string | null
}

/** What a redistribution took (STK-92). */
export interface Inactivity {
  kind: "inactivity"
  /** Such as 2026-Q1. */
  quarter: string
  symbol: string
  decimals: number
  /** Base units. */
  amount: string
  /** Whole days without activity. */
  days: number
  /** Share of the band, in basis points. */
  bps: number
  /** Base units that are left, stakes included. */
  left: string
}

export type Notice = WeeklyResult | Inactivity

export const CHANNELS = ["email", "telegram", "webhook", "posthog"] as const
export type ChannelName = (typeof CHANNELS)[number]

/** What a channel delivers; `id` is the same in every attempt, so that a receiver can drop a repetition. */
export interface Message {
  id: string
  channel: ChannelName
  economy: string
  userId: string
  name: string | null
  /** E-mail address, chat id, or the URL of webhook or PostHog. */
  address: string
  language: "en" | "ru"
  notice: Notice
  /** The PDF to attach, where there is one. */
  attachment: { name: string; path: string } | null
}

/** The id of a notice on a channel: it follows from what it says to whom, so nothing is queued twice. */
export function noticeId(economy: string, subject: string, userId: string, channel: ChannelName): string {
  const parts = [economy, subject, userId, channel].map((part) => `${Buffer.byteLength(part)}:${part}`)
  return createHash("sha256").update(parts.join("")).digest("hex").slice(0, 40)
}
