import { createHash } from "node:crypto"
import {
  createEconomyInstruction,
  economyParameters,
  economyPda,
  membershipPda,
  ROLE_NAMES,
  vaultPda,
  weeklyCap,
  scoredTypes,
  type EconomyPreset,
} from "@stk/sdk"
import { Keypair } from "@solana/web3.js"
import { assignRoles, type Actors } from "../../tests/utils/actors"
import type { TestEconomy } from "../../tests/utils/economy"
import type { Chain } from "../../tests/utils/svm"
import { measure, type Measured } from "./meter"

/**
 * The key that belongs to a name. Every address of the bench comes from one: bumps of derived addresses, and with them
 * compute units, are then the same in every run.
 */
export function keyOf(name: string): Keypair {
  return Keypair.fromSeed(createHash("sha256").update(`stk bench: ${name}`).digest())
}

/** The same with lamports. */
export function fundedKey(chain: Chain, name: string): Keypair {
  const key = keyOf(name)
  chain.airdrop(key.publicKey)
  return key
}

/** An economy whose keys all follow from `name`, and what it took to create it. */
export async function createSeededEconomy(
  chain: Chain,
  name: string,
  preset: EconomyPreset,
  genesis: number,
): Promise<{ economy: TestEconomy; creation: Measured }> {
  const signers = [...ROLE_NAMES, "stranger"].map((role) => [role, fundedKey(chain, `${name} ${role}`)])
  const actors = Object.fromEntries(signers) as Actors
  const mint = keyOf(`${name} mint`)
  const instruction = createEconomyInstruction({
    payer: actors.admin.publicKey,
    mint: mint.publicKey,
    decimals: preset.decimals,
    parameters: economyParameters(preset, genesis),
  })
  const creation = await measure(chain, instruction, [actors.admin, mint])
  const [address] = economyPda(mint.publicKey)
  const [vault] = vaultPda(address)
  return { economy: { address, mint: mint.publicKey, vault, actors, preset, members: [] }, creation }
}

/** Hands every role to its holder. */
export function handOverRoles(chain: Chain, economy: TestEconomy): void {
  assignRoles(chain, economy.address, economy.actors)
}

/** Wallets of an economy, by number. */
export function walletsOf(economy: TestEconomy, first: number, count: number): Keypair[] {
  return Array.from({ length: count }, (_, index) =>
    keyOf(`${economy.mint.toBase58()} member ${first + index}`),
  )
}

/** How many bumps the search for a membership's address has to pass over. */
export function lostBumps(economy: TestEconomy, wallet: Keypair): number {
  return 255 - membershipPda(economy.address, wallet.publicKey)[1]
}

/** An integer from 0 to `below − 1` that depends on nothing but the arguments. */
function pick(below: number, ...path: number[]): number {
  const digest = createHash("sha256").update(path.join(",")).digest()
  return digest.readUInt32LE(0) % below
}

/** A level from 1 to 8 for each member, lower ones more often. */
export function levelOf(member: number): number {
  return 1 + Math.min(pick(8, 1, member), pick(8, 2, member))
}

/** Counts of an active member's week: something of each type, up to a third of what counts. */
export function countsOf(economy: TestEconomy, week: number, member: number): number[] {
  return scoredTypes(economy.preset).map(
    (type, index) => 1 + pick(Math.max(1, Math.floor(weeklyCap(type) / 3)), week, member, index),
  )
}

/** Whether a member has a week with something in it when `percent` of all members do. */
export function isActive(week: number, member: number, percent: number): boolean {
  return pick(100, 3, week, member) < percent
}
