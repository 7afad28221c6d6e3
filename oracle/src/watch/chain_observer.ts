import { isoWeek } from "@stk/sdk"
import { SYSVAR_CLOCK_PUBKEY } from "@solana/web3.js"
import { phaseOf, type WeekPhase } from "../chain/agreement"
import { Cluster } from "../chain/cluster"
import { configuredUrls } from "../chain/cluster_url"
import { Endpoint, parseCall } from "../chain/endpoint"
import { parseAddress } from "../chain/run"
import { solBudget, type SolBudget } from "../chain/sol_budget"
import { ChainReader, unixTimeOf } from "../chain/state"
import type { OracleConfig } from "../config/config"
import { inShort } from "./observed"

/** What the endpoints say now. */
export interface ObservedChain {
  endpoints: EndpointState[]
  /** Null when no endpoint gives it. */
  economy: EconomyState | null
  /** Why it is null. */
  error: string | null
}

export interface EndpointState {
  /** Without what may be a secret in its URL. */
  name: string
  isUp: boolean
  error: string | null
  /** Null when it does not answer. */
  slot: number | null
  /** Slots behind the one that is ahead. */
  lag: number | null
  seconds: number
}

export interface EconomyState {
  paused: boolean
  /** Of the week that the chain is at; null before the first. */
  week: { index: number; name: string; phase: WeekPhase; heldByGuardian: boolean } | null
  members: number
  /** Unix seconds. */
  chainTime: number
  slot: number
  sol: { role: "oracle" | "registrar"; address: string; lamports: bigint }[]
}

const SLOT_REQUEST = JSON.stringify({
  jsonrpc: "2.0",
  id: "watch",
  method: "getSlot",
  params: [{ commitment: "confirmed" }],
})
/** An endpoint of a scrape is given up sooner than one of the work. */
const REQUEST_MS = 2_500

/** Looks at the chain through endpoints of its own: how they fare here does not count for the work. */
export class ChainObserver {
  private readonly endpoints: readonly Endpoint[]
  private readonly reader: ChainReader
  private reserve: bigint | null = null

  /** @throws {UsageError} a URL is a secret that is not there */
  constructor(private readonly config: OracleConfig) {
    const urls = configuredUrls(config)
    this.endpoints = urls.map((url) => new Endpoint(url, { requestMs: REQUEST_MS, isAlone: true }))
    this.reader = new ChainReader(new Cluster(urls, { requestMs: REQUEST_MS, patienceMs: REQUEST_MS }))
  }

  async read(): Promise<ObservedChain> {
    const answers = await Promise.all(this.endpoints.map((endpoint) => this.probe(endpoint)))
    const ahead = Math.max(...answers.map(({ slot }) => slot ?? 0))
    const endpoints = answers.map((each) => ({ ...each, lag: each.slot === null ? null : ahead - each.slot }))
    if (!endpoints.some(({ isUp }) => isUp))
      return { endpoints, economy: null, error: "no RPC endpoint answers" }
    try {
      return { endpoints, economy: await this.economy(), error: null }
    } catch (error) {
      return { endpoints, economy: null, error: inShort(error) }
    }
  }

  /** What the oracle's balance is worth in weeks; null when it is not known. */
  budget(economy: EconomyState | null, costs: readonly bigint[]): SolBudget | null {
    const oracle = economy?.sol.find(({ role }) => role === "oracle")
    if (oracle === undefined || this.reserve === null) return null
    return solBudget(oracle.address, oracle.lamports, costs, {
      weeksOfFees: this.config.chain.weeksOfFees,
      reserve: this.reserve,
    })
  }

  private async probe(endpoint: Endpoint): Promise<Omit<EndpointState, "lag">> {
    const { name } = endpoint
    const started = Date.now()
    const took = (): number => (Date.now() - started) / 1000
    try {
      const { result } = JSON.parse(await endpoint.ask(parseCall(SLOT_REQUEST))) as { result: unknown }
      if (typeof result !== "number") throw new Error("gives no slot")
      return { name, isUp: true, error: null, slot: result, seconds: took() }
    } catch (error) {
      return { name, isUp: false, error: inShort(error), slot: null, seconds: took() }
    }
  }

  private async economy(): Promise<EconomyState> {
    const { reader } = this
    const address = parseAddress(this.config.chain.economy, "chain.economy")
    const economy = await reader.economy(address)
    const { oracle, registrar } = economy.roles
    const { slot, accounts } = await reader.accounts([SYSVAR_CLOCK_PUBKEY, oracle, registrar])
    const record = economy.week === 0 ? null : await reader.week(address, economy.week)
    this.reserve ??= BigInt(await reader.connection.getMinimumBalanceForRentExemption(0))
    const payer = (role: "oracle" | "registrar", place: number): EconomyState["sol"][number] => ({
      role,
      address: economy.roles[role].toBase58(),
      lamports: BigInt(accounts[place]?.lamports ?? 0),
    })
    return {
      paused: economy.paused,
      week:
        economy.week === 0
          ? null
          : {
              index: economy.week,
              name: isoWeek(economy.week),
              phase: phaseOf({ economy }, economy.week),
              heldByGuardian: record?.held === true,
            },
      members: economy.members,
      chainTime: unixTimeOf(accounts[0]),
      slot,
      sol: [payer("oracle", 1), payer("registrar", 2)],
    }
  }
}
