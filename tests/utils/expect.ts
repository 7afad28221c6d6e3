import { AccountLayout, MintLayout } from "@solana/spl-token"
import { cumulativeEmission, decodeError, type ProgramError, type ProgramErrorName } from "@stk/sdk"
import { expect } from "chai"
import type { PublicKey } from "@solana/web3.js"
import { readEconomy, readPages, type TestEconomy } from "./economy"
import { expectRebuilt } from "./rebuilt"
import { findStakePage } from "./staking"
import { readEscrowPages } from "./rewards"
import type { Chain } from "./svm"

/** Names that the runtime and Anchor give to errors, besides the program's own. */
export type ErrorName = ProgramErrorName | (string & {})

/** Expects `action` to be refused with the error of this name, and gives the error. */
export async function expectError(action: () => unknown, name: ErrorName): Promise<ProgramError> {
  let thrown: unknown
  try {
    await action()
  } catch (error) {
    thrown = error
  }
  if (thrown === undefined) return expect.fail(`expected ${name}, but it worked`)
  const decoded = decodeError(thrown)
  if (decoded === null) throw thrown
  expect(decoded.name, decoded.message).to.equal(name)
  return decoded as ProgramError
}

const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((total, amount) => total + amount, 0n)

/** Base units in a token account. */
export function tokenBalance(chain: Chain, address: PublicKey): bigint {
  const account = chain.getAccount(address)
  return account === null ? 0n : AccountLayout.decode(account.data).amount
}

/** Base units that exist of a mint. */
export function tokenSupply(chain: Chain, mint: PublicKey): bigint {
  const account = chain.getAccount(mint)
  return account === null ? 0n : MintLayout.decode(account.data).supply
}

/**
 * Expects the ledger to add up: the economy's totals among themselves, with every slot of every page, with the vault's
 * real balance, with the mint's supply, and with what the events alone tell. `surplus` is what was sent to the vault and
 * is not absorbed, `lost` what an emission factor left of the schedule.
 */
export function expectLedgerInvariant(
  chain: Chain,
  economy: TestEconomy,
  { surplus = 0n, lost = 0n }: { surplus?: bigint; lost?: bigint } = {},
): void {
  const state = readEconomy(chain, economy)
  const pages = readPages(chain, economy)
  const members = pages.flatMap((page) => page.members)

  const owed = sum(state.funds) + state.memberBalances + state.staked + state.frozen + state.unsettled
  expect(
    owed,
    "funds + balances + staked + frozen + unsettled = minted − burnt − withdrawn + deposited",
  ).to.equal(state.minted - state.burnt - state.withdrawn + state.deposited)
  expect(tokenBalance(chain, economy.vault), "the vault holds what is owed").to.equal(owed + surplus)
  expect(tokenSupply(chain, economy.mint), "the supply is what was minted and not burnt").to.equal(
    state.minted - state.burnt,
  )
  expect(state.minted + lost, "minted is what the released days give").to.equal(
    cumulativeEmission(state, state.releasedDays),
  )
  expect(state.minted <= state.emissionCap, "minted ≤ cap").to.equal(true)

  expect(sum(members.map((member) => member.balance)), "slots' balances = member balances").to.equal(
    state.memberBalances,
  )
  expect(members.length, "slots = members").to.equal(state.members)
  expect(pages.length, "pages").to.equal(state.pages)
  for (const { header, members: slots } of pages) {
    expect(sum(slots.map((member) => member.pending)), `pending of page ${header.index}`).to.equal(header.due)
  }
  const stakePages = pages.map(({ header }) => findStakePage(chain, economy, header.index))
  for (const [index, stakePage] of stakePages.entries()) {
    expect(pages[index]?.header.hasStakes, `stakes of page ${index}`).to.equal(stakePage !== null)
    const staked = sum(stakePage?.stakes.map((stake) => stake.amount) ?? [])
    expect(staked, `stakes of page ${index} = their total`).to.equal(stakePage?.total ?? 0n)
  }
  expect(sum(stakePages.map((stakePage) => stakePage?.total ?? 0n)), "all stakes").to.equal(state.staked)
  const escrow = readEscrowPages(chain, economy)
  expect(sum(escrow.map(({ header }) => header.total)), "escrow pages = frozen").to.equal(state.frozen)
  for (const { header, rewards } of escrow) {
    expect(sum(rewards.map(({ amount }) => amount)), `rewards of escrow page ${header.index}`).to.equal(
      header.total,
    )
  }
  const wallets = new Set(members.map((member) => member.wallet.toBase58()))
  expect(wallets.size, "a wallet has one slot").to.equal(members.length)

  if (!chain.isForged) expectRebuilt(chain, economy)
}
