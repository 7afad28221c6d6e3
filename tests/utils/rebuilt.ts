import {
  applyEvent,
  decodeActivation,
  decodeBallots,
  decodeEscrowPage,
  decodeEvents,
  decodeGovernance,
  decodeProposal,
  decodeReserve,
  decodeService,
  decodeSnapshot,
  decodeStabilisation,
  decodeStakePage,
  decodeStartup,
  escrowPda,
  governancePda,
  proposalPda,
  rebuild,
  reservePda,
  stabilisationPda,
  stakePagePda,
  startupPda,
  type LedgerState,
  type StkEvent,
} from "@stk/sdk"
import { PublicKey } from "@solana/web3.js"
import { expect } from "chai"
import { readEconomy, readPages, readWeek, type TestEconomy } from "./economy"
import type { Chain } from "./svm"

/** What has been followed of a chain, as an indexer would: no account is ever read for it. */
interface Followed {
  /** Transactions that are applied. */
  transactions: number
  readonly events: StkEvent[]
  /** By the economy's address, in base58. */
  readonly ledgers: Map<string, LedgerState>
}

const FOLLOWED = new WeakMap<Chain, Followed>()

function follow(chain: Chain): Followed {
  const followed: Followed = FOLLOWED.get(chain) ?? { transactions: 0, events: [], ledgers: new Map() }
  FOLLOWED.set(chain, followed)
  for (const logs of chain.history.slice(followed.transactions)) {
    for (const event of decodeEvents(logs)) {
      followed.events.push(event)
      apply(followed.ledgers, event)
    }
  }
  followed.transactions = chain.history.length
  return followed
}

function apply(ledgers: Followed["ledgers"], event: StkEvent): void {
  if (event.name === "EconomyCreated") {
    ledgers.set(event.data.economy.toBase58(), rebuild([event]))
    return
  }
  // Events that name no economy concern whoever has what they name.
  const economy = "economy" in event.data ? event.data.economy.toBase58() : null
  for (const [address, ledger] of ledgers) {
    if (economy === null || economy === address) applyEvent(ledger, event)
  }
}

/** Every event of a chain so far, oldest first. */
export function allEvents(chain: Chain): readonly StkEvent[] {
  return follow(chain).events
}

/** An economy as its events tell it. */
export function ledgerOf(chain: Chain, economy: PublicKey): LedgerState {
  const ledger = follow(chain).ledgers.get(economy.toBase58())
  if (ledger === undefined) throw new Error(`no event created ${economy.toBase58()}`)
  return ledger
}

type Decoder = (data: Uint8Array) => unknown

/** The accounts besides economy, pages and weeks that the events tell of: address, what was rebuilt, and the decoder. */
function* accountsOf(ledger: LedgerState): Generator<readonly [PublicKey, unknown, Decoder]> {
  const { address } = ledger
  for (const [page, stakes] of ledger.stakePages)
    yield [stakePagePda(address, page)[0], stakes, decodeStakePage]
  for (const [key, snapshot] of ledger.snapshots) yield [new PublicKey(key), snapshot, decodeSnapshot]
  for (const page of ledger.escrowPages) {
    yield [escrowPda(address, page.header.index)[0], page, decodeEscrowPage]
  }
  for (const [key, service] of ledger.services) yield [new PublicKey(key), service, decodeService]
  for (const [key, activation] of ledger.activations) yield [new PublicKey(key), activation, decodeActivation]
  if (ledger.reserve) yield [reservePda(address)[0], ledger.reserve, decodeReserve]
  if (ledger.stabilisation) yield [stabilisationPda(address)[0], ledger.stabilisation, decodeStabilisation]
  if (ledger.governance) yield [governancePda(address)[0], ledger.governance, decodeGovernance]
  for (const [index, proposal] of ledger.proposals) {
    yield [proposalPda(address, index)[0], proposal, decodeProposal]
  }
  for (const [key, ballots] of ledger.ballots) yield [new PublicKey(key), ballots, decodeBallots]
  for (const [id, startup] of ledger.startups) yield [startupPda(address, id)[0], startup, decodeStartup]
}

/** A value that `deep.equal` compares fast: addresses and bytes as text. */
function comparable(value: unknown): unknown {
  if (value instanceof PublicKey) return Buffer.from(value.toBytes()).toString("hex")
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex")
  if (Array.isArray(value)) return value.map(comparable)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, comparable(field)]))
}

function expectSame(rebuilt: unknown, actual: unknown, what: string): void {
  expect(comparable(rebuilt), `${what}, rebuilt from events`).to.deep.equal(comparable(actual))
}

/** Expects that the events alone give every account of the economy, field by field. */
export function expectRebuilt(chain: Chain, economy: TestEconomy): void {
  const ledger = ledgerOf(chain, economy.address)
  expectSame(ledger.economy, readEconomy(chain, economy), "economy")
  expectSame(ledger.pages, readPages(chain, economy), "pages")
  for (const [index, week] of ledger.weeks) expectSame(week, readWeek(chain, economy, index), `week ${index}`)
  for (const [address, rebuilt, decode] of accountsOf(ledger)) {
    const account = chain.getAccount(address)
    expectSame(rebuilt, account === null ? null : decode(account.data), address.toBase58())
  }
}
