import { PublicKey } from "@solana/web3.js"
import { ROLE_NAMES, type RoleName } from "../constants.js"
import { acceptRoleInstruction } from "../instructions/economy/accept_role.js"
import { pauseInstruction } from "../instructions/economy/pause.js"
import { proposeRoleInstruction } from "../instructions/economy/propose_role.js"
import { resumeInstruction } from "../instructions/economy/resume.js"
import { releaseEmissionInstruction } from "../instructions/emission/release_emission.js"
import { ESTIMATED_COMPUTE_UNITS } from "../plan/estimate.js"
import { planPolicy } from "../plan/policy.js"
import type { PolicyPreset } from "../presets/preset.js"
import { ClientBase } from "./base.js"
import type { SentTransaction } from "./send.js"

/** Roles, pause, policy and emission of an economy. */
export abstract class EconomyClient extends ClientBase {
  /**
   * Sets what of a policy the economy does not have, as the admin.
   * @throws {PlanError} when the schedule of the team differs and something of the Team fund was spent
   */
  async setPolicy(policy: PolicyPreset): Promise<SentTransaction[]> {
    const state = await this.fetchEconomy()
    return this.execute(planPolicy({ ...this.planned, admin: this.signer.publicKey, state, policy }))
  }

  /** Stops everything that moves tokens or members, as the guardian. @throws {NotGuardian} @throws {Paused} */
  pause(): Promise<SentTransaction> {
    const instruction = pauseInstruction({ ...this.at, guardian: this.signer.publicKey })
    return this.sendEstimated("pause", [instruction], ESTIMATED_COMPUTE_UNITS.pause)
  }

  /** Ends a pause, as the admin. @throws {NotAdmin} @throws {NotPaused} */
  resume(): Promise<SentTransaction> {
    const instruction = resumeInstruction({ ...this.at, admin: this.signer.publicKey })
    return this.sendEstimated("end of the pause", [instruction], ESTIMATED_COMPUTE_UNITS.resume)
  }

  /** Offers a role to an address, as the admin or its holder; null withdraws the offer. @throws {NotRoleHolder} */
  proposeRole(role: RoleName, proposed: PublicKey | null): Promise<SentTransaction> {
    const offer = { role: ROLE_NAMES.indexOf(role), proposed: proposed ?? PublicKey.default }
    const instruction = proposeRoleInstruction({ ...this.at, authority: this.signer.publicKey, ...offer })
    return this.sendEstimated(`offer of ${role}`, [instruction], ESTIMATED_COMPUTE_UNITS.proposeRole)
  }

  /** Takes over a role that was offered to the signer. @throws {NotProposed} */
  acceptRole(role: RoleName): Promise<SentTransaction> {
    const acceptance = { holder: this.signer.publicKey, role: ROLE_NAMES.indexOf(role) }
    const instruction = acceptRoleInstruction({ ...this.at, ...acceptance })
    return this.sendEstimated(`acceptance of ${role}`, [instruction], ESTIMATED_COMPUTE_UNITS.acceptRole)
  }

  /** Releases the emission of all days that have ended. @throws {NothingDue} */
  async releaseEmission(): Promise<SentTransaction> {
    const { mint } = await this.fetchEconomy()
    const instruction = releaseEmissionInstruction({ ...this.at, mint })
    return this.sendEstimated("release of emission", [instruction], ESTIMATED_COMPUTE_UNITS.releaseEmission)
  }
}
