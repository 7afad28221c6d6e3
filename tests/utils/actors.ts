import { acceptRoleInstruction, proposeRoleInstruction, Role, ROLE_NAMES, type RoleName } from "@stk/sdk"
import type { Keypair, PublicKey } from "@solana/web3.js"
import type { Chain } from "./svm"

/** One key for each role, and one for somebody without any. */
export type Actors = Record<RoleName | "stranger", Keypair>

const ROLE_INDEXES: Record<RoleName, number> = {
  admin: Role.Admin,
  registrar: Role.Registrar,
  oracle: Role.Oracle,
  validator: Role.Validator,
  treasurer: Role.Treasurer,
  guardian: Role.Guardian,
}

/** Seven different keys with lamports. */
export function createActors(chain: Chain): Actors {
  return {
    admin: chain.newSigner(),
    registrar: chain.newSigner(),
    oracle: chain.newSigner(),
    validator: chain.newSigner(),
    treasurer: chain.newSigner(),
    guardian: chain.newSigner(),
    stranger: chain.newSigner(),
  }
}

/** Hands every role of a new economy, which its admin holds, to its own actor. */
export function assignRoles(chain: Chain, economy: PublicKey, actors: Actors): void {
  const handed = ROLE_NAMES.filter((name) => name !== "admin")
  const authority = actors.admin.publicKey
  const proposals = handed.map((name) =>
    proposeRoleInstruction({
      authority,
      economy,
      role: ROLE_INDEXES[name],
      proposed: actors[name].publicKey,
    }),
  )
  chain.send(proposals, [actors.admin])
  const acceptances = handed.map((name) =>
    acceptRoleInstruction({ holder: actors[name].publicKey, economy, role: ROLE_INDEXES[name] }),
  )
  const holders = handed.map((name) => actors[name])
  chain.send(acceptances, holders)
}
