import {
  createStakePageInstruction,
  decodeSnapshot,
  decodeStakePage,
  growStakePageInstruction,
  PAGE_SLOTS,
  snapshotPageInstruction,
  snapshotPda,
  stakeInstruction,
  stakePagePda,
  unstakeInstruction,
  type Snapshot,
  type StakePage,
} from "@stk/sdk"
import type { TransactionInstruction } from "@solana/web3.js"
import { memberKey } from "./actions"
import { readEconomy, type TestEconomy } from "./economy"
import type { Chain, Sent } from "./svm"

/** Where the number of the latest snapshot is in an economy's account. */
const SNAPSHOT_OFFSET = 8 + 2_800

const placeOf = (index: number) => ({ page: Math.floor(index / PAGE_SLOTS), slot: index % PAGE_SLOTS })

/** Creates the stake page of a member page. */
export function addStakePage(chain: Chain, economy: TestEconomy, page = 0): Sent {
  const at = { payer: chain.payer.publicKey, economy: economy.address, page }
  return chain.send(createStakePageInstruction(at))
}

/** Adds places to a stake page. */
export function growStakePage(chain: Chain, economy: TestEconomy, page = 0): Sent {
  const at = { payer: chain.payer.publicKey, economy: economy.address, page }
  return chain.send(growStakePageInstruction(at))
}

/** The stakes of a page as they stand; null where there is no account for them. */
export function findStakePage(chain: Chain, economy: TestEconomy, page = 0): StakePage | null {
  const account = chain.getAccount(stakePagePda(economy.address, page)[0])
  return account === null ? null : decodeStakePage(account.data)
}

/** The stakes of a page as they stand. */
export function readStakePage(chain: Chain, economy: TestEconomy, page = 0): StakePage {
  const found = findStakePage(chain, economy, page)
  if (found === null) throw new Error(`page ${page} has no stakes`)
  return found
}

/** The instruction by which the member with this global index stakes. */
export function stakeOf(
  economy: TestEconomy,
  index: number,
  amount: bigint,
  termDays = 30,
): TransactionInstruction {
  const { publicKey: wallet } = memberKey(economy, index)
  return stakeInstruction({ wallet, economy: economy.address, ...placeOf(index), amount, termDays })
}

/** The member with this global index stakes. */
export function stake(
  chain: Chain,
  economy: TestEconomy,
  index: number,
  amount: bigint,
  termDays = 30,
): Sent {
  return chain.send(stakeOf(economy, index, amount, termDays), [memberKey(economy, index)])
}

/** The instruction by which the member with this global index takes a stake back. */
export function unstakeOf(
  economy: TestEconomy,
  index: number,
  place: number,
  id: number,
): TransactionInstruction {
  const { publicKey: wallet } = memberKey(economy, index)
  return unstakeInstruction({ wallet, economy: economy.address, ...placeOf(index), place, id })
}

/** The member with this global index takes a stake back. */
export function unstake(chain: Chain, economy: TestEconomy, index: number, place: number, id: number): Sent {
  return chain.send(unstakeOf(economy, index, place, id), [memberKey(economy, index)])
}

/** The instruction that keeps the balances of a page for the latest snapshot. */
export function snapshotPageOf(chain: Chain, economy: TestEconomy, page = 0): TransactionInstruction {
  const { snapshot } = readEconomy(chain, economy)
  return snapshotPageInstruction({
    payer: chain.payer.publicKey,
    economy: economy.address,
    page,
    snapshot,
  })
}

/** Keeps the balances of a page for the latest snapshot. */
export function snapshotPage(chain: Chain, economy: TestEconomy, page = 0): Sent {
  return chain.send(snapshotPageOf(chain, economy, page))
}

/** The balances of a page that are kept for snapshots with the parity of `number`. */
export function readSnapshot(chain: Chain, economy: TestEconomy, page: number, number: number): Snapshot {
  const account = chain.getAccount(snapshotPda(economy.address, page, number)[0])
  if (account === null) throw new Error(`page ${page} has no snapshot ${number}`)
  return decodeSnapshot(account.data)
}

/**
 * Takes a snapshot as a proposal does, without one: the economy's number is written past the program. For tests that are
 * about what follows from a snapshot.
 */
export function takeSnapshot(
  chain: Chain,
  economy: TestEconomy,
  number = readEconomy(chain, economy).snapshot + 1,
): void {
  const account = chain.getAccount(economy.address)
  if (account === null) throw new Error("there is no economy")
  const data = Buffer.from(account.data)
  data.writeUInt32LE(number, SNAPSHOT_OFFSET)
  chain.setAccount(economy.address, { ...account, data })
}
