import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import type { AnchorProvider } from "@coral-xyz/anchor"
import {
  createEconomyInstruction,
  decodeEconomy,
  economyParameters,
  economyPda,
  planPolicy,
  policyDifferences,
  policySetOtherwise,
  STK_POLICY,
  STK_PRESET,
  transactionsOf,
  vaultPda,
  type Economy,
  type PolicyPart,
} from "@stk/sdk"
import { Keypair, Transaction, type PublicKey } from "@solana/web3.js"

/** Where the mint's key is kept, unless `STK_MINT_KEYPAIR` names another file. */
const MINT_KEYPAIR = join(__dirname, "..", ".stk", "mint.json")
const OWNER_ONLY = 0o600

/** The key is written before anything is sent: a second run finds the economy of the first. */
function mintKeypair(): Keypair {
  const path = process.env.STK_MINT_KEYPAIR ?? MINT_KEYPAIR
  if (existsSync(path))
    return Keypair.fromSecretKey(Uint8Array.from(JSON.parse(readFileSync(path, "utf8")) as number[]))
  const mint = Keypair.generate()
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, `${JSON.stringify([...mint.secretKey])}\n`, { mode: OWNER_ONLY, flag: "wx" })
  return mint
}

async function readEconomy(provider: AnchorProvider, economy: PublicKey): Promise<Economy | null> {
  const account = await provider.connection.getAccountInfo(economy, "confirmed")
  return account === null ? null : decodeEconomy(account.data)
}

/** Sets what nobody has set of STK's policy; gives the names of it. */
async function setPolicy(provider: AnchorProvider, economy: PublicKey): Promise<readonly PolicyPart[]> {
  const state = await readEconomy(provider, economy)
  if (state === null) throw new Error(`there is no economy ${economy.toBase58()}`)
  const parts = policyDifferences(state, STK_POLICY)
  const changed = policySetOtherwise(state, STK_POLICY)
  if (changed.length > 0)
    throw new Error(`the admin has set another policy than the preset's, which stays: ${changed.join(", ")}`)
  const admin = provider.publicKey
  if (parts.length > 0 && !state.roles.admin.equals(admin))
    throw new Error(
      `policy: ${parts.join(", ")}: not set yet, and ${admin.toBase58()} is not the admin ${state.roles.admin.toBase58()}, who may`,
    )
  const plan = planPolicy({ admin, economy, state, policy: STK_POLICY })
  for (const { instructions } of transactionsOf(plan))
    await provider.sendAndConfirm(new Transaction().add(...instructions), [], { commitment: "confirmed" })
  return parts
}

/**
 * What `anchor migrate` runs: creates the economy of the STK preset with its policy, or completes what an earlier run has
 * done; whoever pays receives every role.
 */
module.exports = async function deploy(provider: AnchorProvider): Promise<void> {
  const mint = mintKeypair()
  const [economy] = economyPda(mint.publicKey)
  const [vault] = vaultPda(economy)
  const isThere = (await readEconomy(provider, economy)) !== null
  if (!isThere) {
    const instruction = createEconomyInstruction({
      payer: provider.publicKey,
      mint: mint.publicKey,
      decimals: STK_PRESET.decimals,
      parameters: economyParameters(STK_PRESET),
    })
    await provider.sendAndConfirm(new Transaction().add(instruction), [mint], { commitment: "confirmed" })
  }
  const parts = await setPolicy(provider, economy)
  console.log(
    `${isThere ? "exists already" : "created"}: ${STK_PRESET.name} (${STK_PRESET.symbol})\n` +
      `economy  ${economy.toBase58()}\nmint     ${mint.publicKey.toBase58()}\nvault    ${vault.toBase58()}\n` +
      `policy   ${parts.length === 0 ? "set already, as in the preset" : `set: ${parts.join(", ")}`}`,
  )
}
