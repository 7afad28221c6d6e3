import { decodeEvents, type StkEvent, type StkEventName, type StkEvents } from "@stk/sdk"
import { PublicKey } from "@solana/web3.js"
import { expect } from "chai"
import type { Sent } from "./svm"

/** A value in which equal addresses and equal bytes compare as equal, however they were made. */
export function plain(value: unknown): unknown {
  if (value instanceof PublicKey) return value.toBase58()
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex")
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, plain(field)]))
}

/** The program's events in a transaction, in order. */
export function eventsOf(sent: Sent): StkEvent[] {
  return decodeEvents(sent.logs)
}

/** The only event of this name in a transaction. */
export function eventOf<Name extends StkEventName>(sent: Sent, name: Name): StkEvents[Name] {
  const found = eventsOf(sent).filter((event) => event.name === name)
  expect(found.length, `events ${name}`).to.equal(1)
  return found[0]?.data as StkEvents[Name]
}

/** Expects the transaction to have emitted these events and no others. */
export function expectEvents(sent: Sent, ...expected: readonly StkEvent[]): void {
  expect(eventsOf(sent).map(plain)).to.deep.equal(expected.map(plain))
}
