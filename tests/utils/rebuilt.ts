import { decodeSnapshot, decodeStakePage, stakePagePda, type LedgerState } from "@stk/sdk"
import { PublicKey } from "@solana/web3.js"
import { expect } from "chai"
import { readEconomy, readPages, readWeek, type TestEconomy } from "./economy"
import { plain } from "./events"
import type { FollowedChain } from "./followed_chain"

type Reader = (data: Uint8Array) => unknown

/** The accounts besides economy, pages and weeks that the events tell of: address, what was rebuilt, and the decoder. */
function* accountsOf(ledger: LedgerState): Generator<readonly [PublicKey, unknown, Reader]> {
  for (const [page, stakes] of ledger.stakePages) {
    yield [stakePagePda(ledger.address, page)[0], stakes, decodeStakePage]
  }
  for (const [address, snapshot] of ledger.snapshots) yield [new PublicKey(address), snapshot, decodeSnapshot]
}

/** Expects that the events alone gave every account of the economy, field by field. */
export function expectRebuilt(chain: FollowedChain, economy: TestEconomy): void {
  const ledger = chain.ledger(economy.address)
  expect(plain(ledger.economy)).to.deep.equal(plain(readEconomy(chain, economy)))
  expect(plain(ledger.pages)).to.deep.equal(plain(readPages(chain, economy)))
  for (const [index, week] of ledger.weeks) {
    expect(plain(week)).to.deep.equal(plain(readWeek(chain, economy, index)))
  }
  for (const [address, rebuilt, decode] of accountsOf(ledger)) {
    const data = chain.getAccount(address)?.data
    expect(data, `the account ${address.toBase58()}`).not.to.equal(undefined)
    expect(plain(rebuilt)).to.deep.equal(plain(decode(data ?? new Uint8Array())))
  }
}
