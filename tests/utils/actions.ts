import { createTransferInstruction } from "@solana/spl-token"
import {
  acceptRoleInstruction,
  absorbSurplusInstruction,
  auditScoreInstruction,
  depositInstruction,
  encodeDailyCounts,
  holdWeekInstruction,
  leafData,
  leafHash,
  MerkleTree,
  PAGE_SLOTS,
  pauseInstruction,
  proposeRoleInstruction,
  resumeInstruction,
  Role,
  withdrawInstruction,
  type RoleName,
} from "@stk/sdk"
import type { Keypair, PublicKey, TransactionInstruction } from "@solana/web3.js"
import { readEconomy, tokenAccountOf, withdraw, type TestEconomy } from "./economy"
import type { Chain, Sent } from "./svm"

/** Index of a role, as the program counts. */
export function roleIndex(name: RoleName): number {
  const key = (name.charAt(0).toUpperCase() + name.slice(1)) as keyof typeof Role
  return Role[key]
}

/** Pauses an economy. */
export function pause(chain: Chain, economy: TestEconomy): Sent {
  const { guardian } = economy.actors
  return chain.send(pauseInstruction({ guardian: guardian.publicKey, economy: economy.address }), [guardian])
}

/** Ends a pause. */
export function resume(chain: Chain, economy: TestEconomy): Sent {
  const { admin } = economy.actors
  return chain.send(resumeInstruction({ admin: admin.publicKey, economy: economy.address }), [admin])
}

/** Holds the current week. */
export function hold(chain: Chain, economy: TestEconomy): Sent {
  const { guardian } = economy.actors
  const { week } = readEconomy(chain, economy)
  const instruction = holdWeekInstruction({ guardian: guardian.publicKey, economy: economy.address, week })
  return chain.send(instruction, [guardian])
}

/** Books what is in the vault beyond the ledger. */
export function absorb(chain: Chain, economy: TestEconomy): Sent {
  return chain.send(absorbSurplusInstruction({ economy: economy.address }))
}

/** Offers a role, as the admin unless `by` says otherwise. */
export function propose(
  chain: Chain,
  economy: TestEconomy,
  role: RoleName,
  proposed: PublicKey,
  by: Keypair = economy.actors.admin,
): Sent {
  const instruction = proposeRoleInstruction({
    authority: by.publicKey,
    economy: economy.address,
    role: roleIndex(role),
    proposed,
  })
  return chain.send(instruction, [by])
}

/** Takes over a role that was offered. */
export function accept(chain: Chain, economy: TestEconomy, role: RoleName, holder: Keypair): Sent {
  const instruction = acceptRoleInstruction({
    holder: holder.publicKey,
    economy: economy.address,
    role: roleIndex(role),
  })
  return chain.send(instruction, [holder])
}

/** The key of the member with this global index. */
export function memberKey(economy: TestEconomy, index: number): Keypair {
  const key = economy.members[index]
  if (key === undefined) throw new Error(`the economy has no member ${index}`)
  return key
}

/** The instruction by which a member deposits from `source`. */
export function depositOf(
  economy: TestEconomy,
  index: number,
  source: PublicKey,
  amount: bigint,
): TransactionInstruction {
  return depositInstruction({
    wallet: memberKey(economy, index).publicKey,
    economy: economy.address,
    page: Math.floor(index / PAGE_SLOTS),
    slot: index % PAGE_SLOTS,
    source,
    amount,
  })
}

/** The instruction by which a member withdraws to `destination`. */
export function withdrawalOf(
  economy: TestEconomy,
  index: number,
  destination: PublicKey,
  amount: bigint,
): TransactionInstruction {
  return withdrawInstruction({
    wallet: memberKey(economy, index).publicKey,
    economy: economy.address,
    page: Math.floor(index / PAGE_SLOTS),
    slot: index % PAGE_SLOTS,
    destination,
    amount,
  })
}

/** A member sends tokens of its own account straight to the vault, past the program. */
export function sendToVault(chain: Chain, economy: TestEconomy, index: number, amount: bigint): Sent {
  const key = memberKey(economy, index)
  const source = tokenAccountOf(chain, economy, key.publicKey)
  return chain.send(createTransferInstruction(source, economy.vault, key.publicKey, amount), [key])
}

/** A member withdraws `amount` and sends it straight to the vault: nothing owes it to anybody. */
export function donate(chain: Chain, economy: TestEconomy, index: number, amount: bigint): Sent {
  withdraw(chain, economy, index, amount)
  return sendToVault(chain, economy, index, amount)
}

/** Raw daily counts of one member's week: seven days of the scored types. */
export type WeekDetail = readonly (readonly number[])[]

/** The published daily detail of a week: who did what, and the tree over it. */
export interface PublishedDetail {
  readonly week: number
  readonly days: readonly WeekDetail[]
  readonly tree: MerkleTree
}

/** Commits to the daily detail of members in the order of their global indexes. */
export function publishDetail(
  wallets: readonly PublicKey[],
  week: number,
  days: readonly WeekDetail[],
): PublishedDetail {
  const leaves = wallets.map((wallet, index) =>
    leafHash(leafData(wallet, week, encodeDailyCounts(days[index] ?? []))),
  )
  return { week, days, tree: new MerkleTree(leaves) }
}

/** The instruction that audits the member with this global index against the published detail. */
export function auditOf(
  economy: TestEconomy,
  detail: PublishedDetail,
  index: number,
): TransactionInstruction {
  return auditScoreInstruction({
    economy: economy.address,
    week: detail.week,
    page: Math.floor(index / PAGE_SLOTS),
    slot: index % PAGE_SLOTS,
    dailyCounts: encodeDailyCounts(detail.days[index] ?? []),
    proof: detail.tree.proof(index),
  })
}
