import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import type { AnchorProvider } from "@coral-xyz/anchor"
import {
  createEconomyInstruction,
  economyParameters,
  economyPda,
  fetchEconomy,
  STK_PRESET,
  vaultPda,
} from "@stk/sdk"
import { Keypair, Transaction } from "@solana/web3.js"

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

/** What `anchor migrate` runs: creates the economy of the STK preset; whoever pays receives every role. */
module.exports = async function deploy(provider: AnchorProvider): Promise<void> {
  const mint = mintKeypair()
  const [economy] = economyPda(mint.publicKey)
  const [vault] = vaultPda(economy)
  const isThere = (await fetchEconomy(provider.connection, economy)) !== null
  if (!isThere) {
    const instruction = createEconomyInstruction({
      payer: provider.publicKey,
      mint: mint.publicKey,
      decimals: STK_PRESET.decimals,
      parameters: economyParameters(STK_PRESET),
    })
    await provider.sendAndConfirm(new Transaction().add(instruction), [mint], { commitment: "confirmed" })
  }
  console.log(
    `${isThere ? "exists already" : "created"}: ${STK_PRESET.name} (${STK_PRESET.symbol})\n` +
      `economy  ${economy.toBase58()}\nmint     ${mint.publicKey.toBase58()}\nvault    ${vault.toBase58()}`,
  )
}
