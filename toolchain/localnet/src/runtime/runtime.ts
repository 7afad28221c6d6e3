import type { Keypair } from "@solana/web3.js"
import type { LocalProgram } from "../programs"

/** When the chain makes a block: by the clock, with each transaction, or when told to. */
export type BlockProductionMode = "clock" | "transaction" | "manual"

/** What every kind of local chain is started with. */
export interface RuntimeOptions {
  readonly host: string
  readonly port: number
  readonly wsPort: number
  readonly slotTimeMs: number
  readonly blockProductionMode: BlockProductionMode
  readonly payer: Keypair
  /** For runtimes that take programs only at their start. */
  readonly programs: readonly LocalProgram[]
  /** Where a runtime that writes a ledger keeps it; null for a temporary folder that `stop` removes. */
  readonly ledger: string | null
}

/** A running chain, not yet prepared. */
export interface Runtime {
  /** What runs, for people. */
  readonly name: string
  readonly rpcUrl: string
  readonly wsUrl: string
  /** Opens the fixed ports, once the chain is prepared; nothing to do where they are open from the start. */
  open(): Promise<{ readonly rpcUrl: string; readonly wsUrl: string }>
  stop(): Promise<void>
}
