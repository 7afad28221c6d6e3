import type { PublicKey } from "@solana/web3.js"
import { STK_PROGRAM_ID } from "../constants.js"
import { createEconomyInstruction } from "../instructions/economy/create_economy.js"
import { economyPda } from "../pdas.js"
import { ESTIMATED_COMPUTE_UNITS } from "../plan/estimate.js"
import { economyParameters, type EconomyPreset } from "../presets/preset.js"
import type { StkClientOptions } from "./base.js"
import { RewardsClient } from "./rewards.js"
import type { SentTransaction } from "./send.js"
import type { StkSigner } from "./signer.js"

export interface CreateEconomyOptions extends Omit<StkClientOptions, "economy" | "signer"> {
  /** Pays, and receives every role. */
  signer: StkSigner
  /** The new mint's key: with the same one a second call finds the economy of the first. */
  mint: StkSigner
  preset: EconomyPreset
  /** Unix seconds; the time of the creation by default. */
  genesis?: number | undefined
}

/** A client of an economy that was created, and what that took. */
export interface CreatedEconomy {
  client: StkClient
  economy: PublicKey
  /** Nothing when the economy was there with its policy. */
  sent: SentTransaction[]
}

/** Reads one economy and sends for one signer. Every method is a few lines over the layers below, which stand alone. */
export class StkClient extends RewardsClient {
  /**
   * Creates an economy with the rules and the policy of a preset; where the mint has one, sets what is missing of the
   * policy. The signer is the admin.
   * @throws {BadEmission} @throws {FundSharesDoNotAddUp} @throws {NotAdmin} when the economy has another admin by now
   */
  static async createEconomy(options: CreateEconomyOptions): Promise<CreatedEconomy> {
    const { mint, preset, genesis, ...rest } = options
    const [economy] = economyPda(mint.publicKey, options.programId ?? STK_PROGRAM_ID)
    const client = new StkClient({ ...rest, economy })
    const sent: SentTransaction[] = []
    if ((await client.connection.getAccountInfo(economy)) === null) {
      const instruction = createEconomyInstruction({
        payer: options.signer.publicKey,
        mint: mint.publicKey,
        decimals: preset.decimals,
        parameters: economyParameters(preset, genesis ?? null),
        programId: options.programId,
      })
      const { createEconomy } = ESTIMATED_COMPUTE_UNITS
      sent.push(await client.sendEstimated("creation of the economy", [instruction], createEconomy, [mint]))
    }
    if (preset.policy) sent.push(...(await client.setPolicy(preset.policy)))
    return { client, economy, sent }
  }
}
