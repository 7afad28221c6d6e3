import { createHash } from "node:crypto"
import {
  PAGE_HEAD_BYTES,
  PAGE_SLOTS,
  MEMBER_BYTES,
  pagePda,
  redistributePageInstruction,
  setRedistributionBandsInstruction,
  setTransferFeeInstruction,
  stakePagePda,
  STK_POLICY,
  STK_PROGRAM_ID,
  transferInstruction,
  weekEnd,
  weekOf,
  type PolicyPreset,
  type TransferParameters,
} from "@stk/sdk"
import type { PublicKey, TransactionInstruction } from "@solana/web3.js"
import { memberKey } from "./actions"
import { readEconomy, readPage, runWeek, type TestEconomy } from "./economy"
import type { Chain, Sent } from "./svm"

/** The instruction by which one member pays another, both by global index; any fee is accepted unless a test is about it. */
export function transferOf(
  economy: TestEconomy,
  from: number,
  to: number,
  amount: bigint,
  changes: Partial<TransferParameters> = {},
): TransactionInstruction {
  return transferInstruction({
    wallet: memberKey(economy, from).publicKey,
    economy: economy.address,
    page: Math.floor(from / PAGE_SLOTS),
    slot: from % PAGE_SLOTS,
    recipient: memberKey(economy, to).publicKey,
    recipientPage: Math.floor(to / PAGE_SLOTS),
    recipientSlot: to % PAGE_SLOTS,
    amount,
    maxFee: amount,
    ...changes,
  })
}

/** One member pays another. */
export function transfer(chain: Chain, economy: TestEconomy, from: number, to: number, amount: bigint): Sent {
  return chain.send(transferOf(economy, from, to, amount), [memberKey(economy, from)])
}

/** Sets the transfer fee, which takes a call for every 50 basis points. */
export function setTransferFee(chain: Chain, economy: TestEconomy, bps: number): Sent {
  const { treasurer } = economy.actors
  const present = readEconomy(chain, economy).transferFeeBps
  const next = present + Math.max(-50, Math.min(50, bps - present))
  const at = { treasurer: treasurer.publicKey, economy: economy.address }
  const sent = chain.send(setTransferFeeInstruction({ ...at, bps: next }), [treasurer])
  return next === bps ? sent : setTransferFee(chain, economy, bps)
}

/** Sets the bands of the redistribution, STK's by default. */
export function setBands(
  chain: Chain,
  economy: TestEconomy,
  bands: PolicyPreset["bands"] = STK_POLICY.bands,
): Sent {
  const { admin } = economy.actors
  const at = { admin: admin.publicKey, economy: economy.address }
  return chain.send(setRedistributionBandsInstruction({ ...at, bands }), [admin])
}

/** The instruction that redistributes a page as it stands. */
export function redistributionOf(chain: Chain, economy: TestEconomy, page = 0): TransactionInstruction {
  const { hasStakes } = readPage(chain, economy, page).header
  return redistributePageInstruction({ economy: economy.address, page, hasStakes })
}

/** Redistributes a page. */
export function redistribute(chain: Chain, economy: TestEconomy, page = 0): Sent {
  return chain.send(redistributionOf(chain, economy, page))
}

/** Posts every week that has ended by `unixTime`, with nothing in it, and moves the clock there. */
export function postUntil(chain: Chain, economy: TestEconomy, unixTime: number): void {
  for (;;) {
    const { week, genesis } = readEconomy(chain, economy)
    const next = week === 0 ? (weekOf(genesis) ?? 0) : week + 1
    if (weekEnd(next) > unixTime) break
    runWeek(chain, economy, [])
  }
  chain.unixTime = unixTime
}

/** Changes bytes of an account, past every program. */
export function patchAccount(chain: Chain, address: PublicKey, change: (data: Buffer) => void): void {
  const account = chain.getAccount(address)
  if (account === null) throw new Error(`there is no account at ${address.toBase58()}`)
  change(account.data)
  chain.setAccount(address, account)
}

const DISCRIMINATOR_BYTES = 8
/** Offsets that `state/layout.rs` pins, behind the discriminator. */
const ECONOMY = { memberBalances: 104, staked: 112, volume: 2_688, snapshot: 2_800 }
const PAGE = { hasStakes: 185 }
const STAKE_PAGE = { total: 0, index: 8, nextId: 12, economy: 16, items: 80 }
const STAKE = { amount: 0, unlockAt: 8, id: 16, slot: 24, bytes: 32 }
const BALANCE = 32

/** Sets the number of the economy's latest snapshot, as if a proposal had been made. */
export function putSnapshot(chain: Chain, economy: TestEconomy, snapshot: number): void {
  patchAccount(chain, economy.address, (data) => {
    data.writeUInt32LE(snapshot, DISCRIMINATOR_BYTES + ECONOMY.snapshot)
  })
}

/** Sets what was transferred so far. */
export function putVolume(chain: Chain, economy: TestEconomy, volume: bigint): void {
  patchAccount(chain, economy.address, (data) => {
    data.writeBigUInt64LE(volume, DISCRIMINATOR_BYTES + ECONOMY.volume)
  })
}

/** A stake in a page: who has it, and how much. */
export interface PutStake {
  readonly slot: number
  readonly amount: bigint
}

/** Makes the stake page of a page, with stakes that come out of their members' balances, past the program. */
export function putStakes(
  chain: Chain,
  economy: TestEconomy,
  page: number,
  stakes: readonly PutStake[],
): void {
  const total = stakes.reduce((sum, { amount }) => sum + amount, 0n)
  const data = Buffer.alloc(DISCRIMINATOR_BYTES + STAKE_PAGE.items - 8 + STAKE.bytes * stakes.length)
  createHash("sha256").update("account:StakePageHeader").digest().copy(data, 0, 0, DISCRIMINATOR_BYTES)
  const head = data.subarray(DISCRIMINATOR_BYTES)
  head.writeBigUInt64LE(total, STAKE_PAGE.total)
  head.writeUInt32LE(page, STAKE_PAGE.index)
  head.writeUInt32LE(stakes.length, STAKE_PAGE.nextId)
  economy.address.toBuffer().copy(head, STAKE_PAGE.economy)
  data.writeUInt32LE(stakes.length, STAKE_PAGE.items - 8)
  stakes.forEach(({ slot, amount }, place) => {
    const item = data.subarray(STAKE_PAGE.items + STAKE.bytes * place)
    item.writeBigUInt64LE(amount, STAKE.amount)
    item.writeUInt32LE(place, STAKE.id)
    item.writeUInt16LE(slot, STAKE.slot)
  })
  const [address] = stakePagePda(economy.address, page)
  chain.setAccount(address, {
    data,
    owner: STK_PROGRAM_ID,
    executable: false,
    lamports: chain.rentFor(data.length),
  })
  patchAccount(chain, pagePda(economy.address, page)[0], (bytes) => {
    bytes.writeUInt8(1, DISCRIMINATOR_BYTES + PAGE.hasStakes)
    for (const { slot, amount } of stakes) {
      const at = PAGE_HEAD_BYTES + MEMBER_BYTES * slot + BALANCE
      bytes.writeBigUInt64LE(bytes.readBigUInt64LE(at) - amount, at)
    }
  })
  patchAccount(chain, economy.address, (bytes) => {
    const [balances, staked] = [ECONOMY.memberBalances, ECONOMY.staked].map((at) => at + DISCRIMINATOR_BYTES)
    if (balances === undefined || staked === undefined) throw new Error("the offsets are two")
    bytes.writeBigUInt64LE(bytes.readBigUInt64LE(balances) - total, balances)
    bytes.writeBigUInt64LE(bytes.readBigUInt64LE(staked) + total, staked)
  })
}

/** Says of a stake page that it belongs to another member page. */
export function putStakePageIndex(chain: Chain, stakes: PublicKey, page: number): void {
  patchAccount(chain, stakes, (data) => {
    data.writeUInt32LE(page, DISCRIMINATOR_BYTES + STAKE_PAGE.index)
  })
}

/** What is in the places of a stake page, and its total. */
export function readStakes(
  chain: Chain,
  economy: TestEconomy,
  page = 0,
): { total: bigint; amounts: bigint[] } {
  const data = chain.getAccount(stakePagePda(economy.address, page)[0])?.data
  if (data === undefined) throw new Error(`page ${page} has no stakes`)
  const places = data.readUInt32LE(STAKE_PAGE.items - 8)
  return {
    total: data.readBigUInt64LE(DISCRIMINATOR_BYTES + STAKE_PAGE.total),
    amounts: Array.from({ length: places }, (_, place) =>
      data.readBigUInt64LE(STAKE_PAGE.items + STAKE.bytes * place),
    ),
  }
}
