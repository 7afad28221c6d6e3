import { isDeepStrictEqual } from "node:util"
import { getAccount } from "@solana/spl-token"
import { PublicKey, type Connection } from "@solana/web3.js"
import {
  fetchAllActivations,
  fetchAllBallots,
  fetchAllSnapshots,
  rebuild,
  type LedgerState,
  type StkClient,
  type StkEvent,
} from "@stk/sdk"
import { bold, count, green, red } from "../../show"
import { exactly, showEconomy } from "../economy"
import { ledgerOf, type Scene } from "./scene"

/** Most signatures that a node gives at once. */
const MOST_SIGNATURES = 1_000
/** Transactions that are asked for side by side. */
const SIDE_BY_SIDE = 16

/** What the ledger says at the end. Amounts are base units. */
export interface LedgerResult {
  held: string
  booked: string
  vault: string
  transactions: number
  events: number
  accounts: number
  rebuilt: boolean
}

/** The ledger adds up, and its events alone tell all of it. */
export async function playLedger(scene: Scene): Promise<LedgerResult> {
  const { voice, chain, operator } = scene
  const economy = await operator.fetchEconomy()
  voice.heading("The ledger at the end")
  showEconomy(voice, economy)

  const { held, booked } = ledgerOf(economy)
  const { minted, burnt, withdrawn, deposited } = economy
  const vault = (await getAccount(chain.connect(), economy.vault)).amount
  const sign = held === booked && vault === booked ? green("✓") : red("✗")
  voice.say()
  voice.table(
    ["", "STK"],
    [
      ["minted", exactly(minted)],
      ["− burnt", exactly(burnt)],
      ["− withdrawn", exactly(withdrawn)],
      ["+ deposited", exactly(deposited)],
      ["= booked", exactly(booked)],
      ["funds, members, stakes, frozen, unsettled", exactly(held)],
      ["in the vault, says SPL Token", exactly(vault)],
    ],
  )
  voice.say(
    `  ${sign} ${held === booked && vault === booked ? "equal to the last base unit" : "NOT EQUAL"}\n`,
  )

  const { events, transactions } = await voice.step(
    (read) => `${count(read.events.length)} events read from ${count(read.transactions)} transactions`,
    () => readEvents(chain.connect(), operator),
  )
  const compared = await voice.step(
    "the ledger rebuilt from these events alone, and every account compared",
    () => compare(rebuild(events, operator.economy), operator, chain.connect()),
  )
  const rebuilt = compared.every(({ isEqual }) => isEqual)
  const differing = compared.filter(({ isEqual }) => !isEqual).map(({ what }) => what)
  const outcome = rebuilt
    ? `${green("✓")} ${bold("equals the chain")}`
    : `${red("✗")} differs: ${differing.join(", ")}`
  voice.say(`  ${outcome}: ${count(compared.length)} accounts, field by field`)
  return {
    held: `${held}`,
    booked: `${booked}`,
    vault: `${vault}`,
    transactions,
    events: events.length,
    accounts: compared.length,
    rebuilt,
  }
}

/**
 * All events of the program, oldest first, as an indexer reads them: no account is looked at. A vote does not name the
 * economy, so it is the program's transactions that are read.
 */
async function readEvents(connection: Connection, client: StkClient) {
  const signatures: string[] = []
  for (let before: string | undefined; ; before = signatures.at(-1)) {
    const options = { limit: MOST_SIGNATURES, ...(before === undefined ? {} : { before }) }
    const found = await connection.getSignaturesForAddress(client.programId, options, "confirmed")
    signatures.push(...found.filter(({ err }) => err === null).map(({ signature }) => signature))
    if (found.length < MOST_SIGNATURES) break
  }
  signatures.reverse()
  const events: StkEvent[] = []
  for (let start = 0; start < signatures.length; start += SIDE_BY_SIDE) {
    const part = signatures.slice(start, start + SIDE_BY_SIDE)
    events.push(...(await Promise.all(part.map((signature) => client.fetchEvents(signature)))).flat())
  }
  return { events, transactions: signatures.length }
}

/** A value of plain parts that compare: addresses, bytes and amounts as text. */
function plain(value: unknown): unknown {
  if (value instanceof PublicKey) return value.toBase58()
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex")
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, plain(field)]))
}

/** Compares what the events tell with the accounts that the chain has. */
async function compare(ledger: LedgerState, client: StkClient, connection: Connection) {
  const { pages, weeks, escrowPages, services, proposals } = ledger
  const pairs: (readonly [what: string, rebuilt: unknown, chain: unknown])[] = [
    ["economy", ledger.economy, await client.fetchEconomy()],
    ["governance", ledger.governance, await client.fetchGovernance()],
  ]
  const onChain = await client.fetchPages()
  pages.forEach((page, index) => pairs.push([`page ${index}`, page, onChain[index]]))
  const frozen = await client.fetchEscrowPages()
  escrowPages.forEach((page, index) => pairs.push([`escrow page ${index}`, page, frozen[index]]))
  for (const [week, record] of weeks) pairs.push([`week ${week}`, record, await client.fetchWeek(week)])
  for (const service of services.values())
    pairs.push([`service ${service.id}`, service, await client.fetchService(service.id)])
  for (const [index, proposal] of proposals)
    pairs.push([`proposal ${index}`, proposal, await client.fetchProposal(index)])
  for (const [kind, accounts, fetchAll] of [
    ["activation", ledger.activations, fetchAllActivations],
    ["snapshot", ledger.snapshots, fetchAllSnapshots],
    ["ballots", ledger.ballots, fetchAllBallots],
  ] as const) {
    const addresses = [...accounts.keys()].map((address) => new PublicKey(address))
    const found: readonly unknown[] = await fetchAll(connection, addresses)
    for (const [place, account] of [...accounts.values()].entries()) pairs.push([kind, account, found[place]])
  }
  return pairs.map(([what, rebuilt, chain]) => ({
    what,
    isEqual: isDeepStrictEqual(plain(rebuilt), plain(chain)),
  }))
}
