import { expect } from "chai"
import { plain } from "./events"
import { readEconomy, readPages, readWeek, type TestEconomy } from "./economy"
import type { FollowedChain } from "./followed_chain"

/** Expects that the events alone gave every account of the economy, field by field. */
export function expectRebuilt(chain: FollowedChain, economy: TestEconomy): void {
  const ledger = chain.ledger(economy.address)
  expect(plain(ledger.economy)).to.deep.equal(plain(readEconomy(chain, economy)))
  expect(plain(ledger.pages)).to.deep.equal(plain(readPages(chain, economy)))
  for (const [index, week] of ledger.weeks) {
    expect(plain(week)).to.deep.equal(plain(readWeek(chain, economy, index)))
  }
}
