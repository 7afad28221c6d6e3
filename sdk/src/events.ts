import { Buffer } from "buffer"
import type { PublicKey } from "@solana/web3.js"
import { STK_PROGRAM_ID } from "./constants.js"
import { Reader, readDefined, startsWith, type Defined } from "./idl/codec.js"
import { STK_IDL } from "./idl/constant.js"

type WireName = (typeof STK_IDL)["events"][number]["name"]

/** What each event carries, by its name. Amounts are base units, times unix seconds. */
export type StkEvents = { [Name in WireName as Capitalize<Name>]: Defined<Name> }
/** Name of an event, such as `PageSettled`. */
export type StkEventName = keyof StkEvents
/** One event: its name decides what `data` is. */
export type StkEvent = { [Name in StkEventName]: { name: Name; data: StkEvents[Name] } }[StkEventName]

const INVOKED = /^Program (\w+) invoke \[\d+\]$/
const ENDED = /^Program (\w+) (?:success|failed: .*)$/
const DATA = "Program data: "

/** The event in the bytes of one `Program data:` line; null when they are none of this program's. */
export function decodeEvent(bytes: Uint8Array): StkEvent | null {
  const definition = STK_IDL.events.find((event) => startsWith(bytes, event.discriminator))
  if (!definition) return null
  const data = readDefined(
    new Reader(bytes.subarray(definition.discriminator.length), definition.name),
    definition.name,
  )
  const name = `${definition.name.charAt(0).toUpperCase()}${definition.name.slice(1)}`
  // The discriminator chose the definition that gave both the name and the fields.
  return { name, data } as StkEvent
}

/** All events of this program in a transaction's logs, in order; what other programs log is left out. */
export function decodeEvents(logs: readonly string[], programId: PublicKey = STK_PROGRAM_ID): StkEvent[] {
  const own = programId.toBase58()
  const events: StkEvent[] = []
  const running: string[] = []
  for (const line of logs) {
    const invoked = INVOKED.exec(line)?.[1]
    if (invoked !== undefined) running.push(invoked)
    else if (ENDED.test(line)) running.pop()
    else if (line.startsWith(DATA) && running.at(-1) === own) {
      const event = decodeEvent(Buffer.from(line.slice(DATA.length), "base64"))
      if (event) events.push(event)
    }
  }
  return events
}
