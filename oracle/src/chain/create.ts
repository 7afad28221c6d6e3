import { existsSync, writeFileSync } from "node:fs"
import {
  createEconomyInstruction,
  economyParameters,
  economyPda,
  fetchEconomy,
  planTransaction,
  vaultPda,
  type Economy,
  type EconomyPreset,
} from "@stk/sdk"
import { Keypair, type Connection } from "@solana/web3.js"
import { canonicalJson } from "../score/rules"
import { Disagreement, Interrupted, NotReady, type Difference } from "./failures"
import { Journal } from "./journal"
import { loadKeypair } from "./keys"
import { Sender, StepExpired, StepRefused } from "./sender"
import { ChainReader } from "./state"

const OWNER_ONLY = 0o600
/** More than a creation uses: it is measured before it is sent. */
const CREATION_COMPUTE_UNITS = 200_000

export interface CreateParameters {
  connection: Connection
  url: string
  keypair: Keypair
  mint: Keypair
  preset: EconomyPreset
  /** Unix seconds; null for the time of the creation. */
  genesis: number | null
}

export interface CreateReport {
  /** `exists`: the mint's economy was there, with the same rules. */
  outcome: "created" | "exists"
  economy: string
  mint: string
  vault: string
  /** Null where nothing was sent. */
  signature: string | null
}

/** The mint's key: from a file, which is made when it does not exist, or a fresh one that nobody needs afterwards. */
export function mintKeypair(path: string | undefined): Keypair {
  if (path === undefined) return Keypair.generate()
  if (existsSync(path)) return loadKeypair(path)
  const mint = Keypair.generate()
  // Written before anything is sent, so that a second run finds what the first one made.
  writeFileSync(path, JSON.stringify([...mint.secretKey]) + "\n", { mode: OWNER_ONLY, flag: "wx" })
  return mint
}

/**
 * Creates an economy, or finds it created.
 * @throws {Disagreement} the mint has an economy with other rules @throws {NotReady} the program refuses
 */
export async function createEconomy(p: CreateParameters): Promise<CreateReport> {
  const [economy] = economyPda(p.mint.publicKey)
  const [vault] = vaultPda(economy)
  const report = (outcome: CreateReport["outcome"], signature: string | null): CreateReport => ({
    outcome,
    economy: economy.toBase58(),
    mint: p.mint.publicKey.toBase58(),
    vault: vault.toBase58(),
    signature,
  })
  const existing = await fetchEconomy(p.connection, economy)
  if (existing !== null) {
    const differences = comparePreset(p.preset, p.genesis, existing)
    if (differences.length > 0)
      throw new Disagreement("this mint has an economy with other rules", differences)
    return report("exists", null)
  }
  const instruction = createEconomyInstruction({
    payer: p.keypair.publicKey,
    mint: p.mint.publicKey,
    decimals: p.preset.decimals,
    parameters: economyParameters(p.preset, p.genesis),
  })
  const planned = planTransaction(
    `creation of economy ${economy.toBase58()}`,
    p.keypair.publicKey,
    [instruction],
    CREATION_COMPUTE_UNITS,
  )
  const sender = new Sender({
    connection: p.connection,
    reader: new ChainReader(p.connection, p.url),
    keys: [p.keypair, p.mint],
    journal: Journal.none(),
    concurrency: 1,
    onLanded: () => undefined,
  })
  const [failure] = await sender.run([[[{ kind: "create_economy", planned, rentBytes: 0 }]]])
  if (failure instanceof StepRefused)
    throw new NotReady([`create_economy: ${failure.refusal.name}: ${failure.message}`])
  if (failure instanceof StepExpired) throw new Interrupted(`${failure.message}; run the same command again`)
  return report("created", sender.landed[0]?.signature ?? null)
}

/** What an existing economy has otherwise than the preset that was asked for. */
function comparePreset(preset: EconomyPreset, genesis: number | null, economy: Economy): Difference[] {
  const parameters = economyParameters(preset, genesis)
  const expected: Record<string, unknown> = {
    ...parameters,
    decimals: preset.decimals,
    genesis: genesis ?? economy.genesis,
  }
  const actual: Record<string, unknown> = { ...economy }
  return Object.entries(expected).flatMap(([field, value]) => {
    const [wanted, found] = [text(value), text(actual[field])]
    return wanted === found ? [] : [{ subject: "economy", field, expected: wanted, actual: found }]
  })
}

function text(value: unknown): string {
  const plain = JSON.stringify(value, (_, member: unknown) =>
    typeof member === "bigint" ? member.toString() : member,
  )
  return canonicalJson(JSON.parse(plain))
}
