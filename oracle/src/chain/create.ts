import { existsSync, writeFileSync } from "node:fs"
import {
  createEconomyInstruction,
  economyParameters,
  economyPda,
  fetchEconomy,
  planPolicy,
  planTransaction,
  policyDifferences,
  policySetOtherwise,
  transactionsOf,
  vaultPda,
  type Economy,
  type EconomyPreset,
  type PlannedTransaction,
  type PolicyPart,
  type PolicyPreset,
  keypairSigner,
  type StkSigner,
} from "@stk/sdk"
import { Keypair, type PublicKey } from "@solana/web3.js"
import { loadKeypair } from "../key/keypair"
import { registerSecretKey } from "../key/redact"
import { canonicalJson } from "../score/rules"
import type { Cluster } from "./cluster"
import { Disagreement, Interrupted, NotReady, type Difference } from "./failures"
import { FileJournal } from "./journal"
import { Sender, StepExpired, StepRefused } from "./sender"
import { ChainReader } from "./state"
import type { StepKind } from "./steps"

const OWNER_ONLY = 0o600
/** More than a creation uses: it is measured before it is sent. */
const CREATION_COMPUTE_UNITS = 200_000

export interface CreateParameters {
  cluster: Cluster
  signer: StkSigner
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
  /** Of the creation; null where the economy was there. */
  signature: string | null
  /** Null where the preset has none. */
  policy: PolicyReport | null
}

export interface PolicyReport {
  /** `unchanged`: the economy had the preset's policy. */
  outcome: "set" | "unchanged"
  /** What was set now. */
  parts: readonly PolicyPart[]
  /** Null where nothing was sent. */
  signature: string | null
}

/** The mint's key: from a file, which is made when it does not exist, or a fresh one that nobody needs afterwards. */
export function mintKeypair(path: string | undefined): Keypair {
  if (path === undefined) return Keypair.generate()
  if (existsSync(path)) return loadKeypair(path, [], "--mint-keypair")
  const mint = Keypair.generate()
  registerSecretKey(mint.secretKey)
  // Written before anything is sent, so that a second run finds what the first one made.
  writeFileSync(path, JSON.stringify([...mint.secretKey]) + "\n", { mode: OWNER_ONLY, flag: "wx" })
  return mint
}

/**
 * Creates an economy and sets its preset's policy, or finds or completes what an earlier run has done.
 * @throws {Disagreement} the mint has an economy with other rules or another policy @throws {NotReady} the program
 * refuses, or somebody else is the admin
 */
export async function createEconomy(p: CreateParameters): Promise<CreateReport> {
  const [economy] = economyPda(p.mint.publicKey)
  const [vault] = vaultPda(economy)
  const reader = new ChainReader(p.cluster)
  const send = (kind: StepKind, planned: PlannedTransaction) => sendStep(p, reader, kind, planned)
  const report = async (
    outcome: CreateReport["outcome"],
    signature: string | null,
  ): Promise<CreateReport> => ({
    outcome,
    economy: economy.toBase58(),
    mint: p.mint.publicKey.toBase58(),
    vault: vault.toBase58(),
    signature,
    policy:
      p.preset.policy === undefined
        ? null
        : await setPolicy(p.signer.publicKey, economy, p.preset.policy, await reader.economy(economy), send),
  })
  const existing = await fetchEconomy(p.cluster.connection, economy)
  if (existing !== null) {
    const differences = comparePreset(p.preset, p.genesis, existing)
    if (differences.length > 0)
      throw new Disagreement("this mint has an economy with other rules", differences)
    return report("exists", null)
  }
  const instruction = createEconomyInstruction({
    payer: p.signer.publicKey,
    mint: p.mint.publicKey,
    decimals: p.preset.decimals,
    parameters: economyParameters(p.preset, p.genesis),
  })
  const planned = planTransaction(
    `creation of economy ${economy.toBase58()}`,
    p.signer.publicKey,
    [instruction],
    CREATION_COMPUTE_UNITS,
  )
  return report("created", await send("create_economy", planned))
}

/** Sends one transaction; gives its signature. */
async function sendStep(
  p: CreateParameters,
  reader: ChainReader,
  kind: StepKind,
  planned: PlannedTransaction,
): Promise<string | null> {
  const sender = new Sender({
    cluster: p.cluster,
    reader,
    signers: [p.signer, keypairSigner(p.mint)],
    journal: FileJournal.none(),
    concurrency: 1,
    onLanded: () => undefined,
  })
  const [failure] = await sender.run([[[{ kind, planned, rentBytes: 0 }]]])
  if (failure instanceof StepRefused)
    throw new NotReady([`${kind}: ${failure.refusal.name}: ${failure.message}`])
  if (failure instanceof StepExpired) throw new Interrupted(`${failure.message}; run the same command again`)
  return sender.landed[0]?.signature ?? null
}

/**
 * Sets what of the policy was never set. What the admin has set otherwise was decided after the creation: this command
 * does not undo it.
 */
async function setPolicy(
  admin: PublicKey,
  economy: PublicKey,
  policy: PolicyPreset,
  state: Economy,
  send: (kind: StepKind, planned: PlannedTransaction) => Promise<string | null>,
): Promise<PolicyReport> {
  const parts = policyDifferences(state, policy)
  if (parts.length === 0) return { outcome: "unchanged", parts, signature: null }
  const changed = policySetOtherwise(state, policy)
  if (changed.length > 0)
    throw new Disagreement(
      "this economy has another policy, which its admin has set; this command sets only what nobody has set",
      changed.map((part) => ({
        subject: "policy",
        field: part,
        expected: text(valueOf(policy, part)),
        actual: text(valueOf(state, part)),
      })),
    )
  const missing = `policy: ${parts.join(", ")}: not set yet`
  if (!state.roles.admin.equals(admin))
    throw new NotReady([
      `${missing}: keypair: ${admin.toBase58()} is not the admin ${state.roles.admin.toBase58()}, who may`,
    ])
  if (parts.includes("teamSchedule") && state.teamSpent > 0n)
    throw new NotReady([
      `${missing}: teamSchedule can only be set until something of the Team fund is spent, and ${state.teamSpent} base units were`,
    ])
  const [planned] = transactionsOf(planPolicy({ admin, economy, state, policy }))
  return {
    outcome: "set",
    parts,
    signature: planned === undefined ? null : await send("set_policy", planned),
  }
}

function valueOf(policy: PolicyPreset, part: PolicyPart): unknown {
  const { teamCliffSeconds, teamVestingSeconds } = policy
  return part === "teamSchedule" ? { teamCliffSeconds, teamVestingSeconds } : policy[part]
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
