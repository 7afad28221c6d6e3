import {
  PAGE_SLOTS,
  redistributePageInstruction,
  setRedistributionBandsInstruction,
  setTransferFeeInstruction,
  stakePagePda,
  STK_POLICY,
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
function patchAccount(chain: Chain, address: PublicKey, change: (data: Buffer) => void): void {
  const account = chain.getAccount(address)
  if (account === null) throw new Error(`there is no account at ${address.toBase58()}`)
  change(account.data)
  chain.setAccount(address, account)
}

const DISCRIMINATOR_BYTES = 8
/** Offsets that `state/layout.rs` pins, behind the discriminator. */
const VOLUME = 2_688
const STAKE_PAGE_INDEX = 8

/** Sets what was transferred so far. */
export function putVolume(chain: Chain, economy: TestEconomy, volume: bigint): void {
  patchAccount(chain, economy.address, (data) => {
    data.writeBigUInt64LE(volume, DISCRIMINATOR_BYTES + VOLUME)
  })
}

/** Says of a page's stakes that they belong to another page. */
export function putStakePageIndex(chain: Chain, economy: TestEconomy, page: number, index: number): void {
  patchAccount(chain, stakePagePda(economy.address, page)[0], (data) => {
    data.writeUInt32LE(index, DISCRIMINATOR_BYTES + STAKE_PAGE_INDEX)
  })
}
