import { sha256 } from "@noble/hashes/sha2"
import { Fund, ServiceKind, type FundIndex, type ServiceKindValue } from "../enumerations.js"
import type { ServiceParameters } from "../instructions/marketplace/create_service.js"

/** A share of a service's price: of its author, or of a fund. */
export type PresetShare =
  | { readonly author: true; readonly bps: number }
  | { readonly fund: FundIndex; readonly bps: number }

/** A service of a catalogue, before somebody offers it. */
export interface ServicePreset {
  /** Its name in the catalogue. */
  id: string
  name: string
  description: string
  kind: ServiceKindValue
  /** Base units. */
  price: bigint
  /** 0 for good. */
  termSeconds: number
  /** Sessions in a purchase; 0 when none are counted. */
  sessions: number
  split: readonly PresetShare[]
}

const STK = 1_000_000n
const MONTH_SECONDS = 30 * 86_400

/** The three services that STK's catalogue begins with. */
export const SAMPLE_SERVICES: readonly ServicePreset[] = [
  {
    id: "course_basic",
    name: "Basic course",
    description: "The basic course, without end",
    kind: ServiceKind.Programme,
    price: 500n * STK,
    termSeconds: 0,
    sessions: 0,
    split: [
      { author: true, bps: 7_000 },
      { fund: Fund.Treasury, bps: 3_000 },
    ],
  },
  {
    id: "mentor_session_1h",
    name: "Mentor session, 1 hour",
    description: "One hour with the mentor",
    kind: ServiceKind.Mentoring,
    price: 200n * STK,
    termSeconds: 0,
    sessions: 1,
    split: [
      { author: true, bps: 8_000 },
      { fund: Fund.Treasury, bps: 2_000 },
    ],
  },
  {
    id: "ai_agent_premium",
    name: "Premium AI agent, month",
    description: "The premium AI agent for 30 days",
    kind: ServiceKind.Agent,
    price: 1_000n * STK,
    termSeconds: MONTH_SECONDS,
    sessions: 0,
    split: [
      { author: true, bps: 6_000 },
      { fund: Fund.Treasury, bps: 4_000 },
    ],
  },
]

/** What `createServiceInstruction` takes of a service of a catalogue; `author` is the global index of the member. */
export function serviceParameters(preset: ServicePreset, author: number): ServiceParameters {
  const { kind, name, description, price, termSeconds, sessions } = preset
  const descriptionHash = sha256(new TextEncoder().encode(description))
  const split = preset.split.map((share) =>
    "fund" in share ? { fund: share.fund, bps: share.bps } : { member: author, bps: share.bps },
  )
  return { kind, name, descriptionHash, price, termSeconds, sessions, split }
}
