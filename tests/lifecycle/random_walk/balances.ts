import {
  createAssociatedTokenAccountIdempotentInstruction,
  createTransferInstruction,
  getAssociatedTokenAddressSync,
} from "@solana/spl-token"
import { absorb, depositOf, withdrawalOf } from "../../utils/actions"
import { spendingOf, withdrawFromFund } from "../../utils/funds"
import { stakeOf, unstakeOf } from "../../utils/staking"
import { setTransferFee, transferOf } from "../../utils/transfers"
import { LIQUIDITY, STARTUP, TEAM, TREASURY } from "../rules/ledger"
import type { Choices, Walk } from "./walk"

const WHOLE_TOKEN = 1_000_000n
const TERMS = [30, 90, 180, 365] as const
const MOST_STAKES = 4
export const SPENDABLE = [TREASURY, STARTUP, TEAM, LIQUIDITY] as const

/** What members do with their balances, and the treasurer with the funds. */
export function balanceChoices(walk: Walk): Choices {
  const { chain, economy, ledger, random, stakes, now } = walk
  const choices: Choices = {}
  if (ledger.surplus > 0n && random.chance(20)) {
    choices.absorb = () => {
      ledger.absorb()
      absorb(chain, economy)
    }
  }
  const rich = walk.memberWith(({ balance }) => balance > 0n)
  if (rich !== null) {
    choices.withdraw = () => withdraw(walk, rich)
    choices.transfer = () => transfer(walk, rich)
  }
  const holder = walk.memberWith(({ tokens }) => tokens > 0n)
  if (holder !== null) {
    choices.deposit = () => deposit(walk, holder)
    if (random.chance(30)) choices.donate = () => donate(walk, holder)
  }
  const staker = walk.memberWith(({ balance }, index) => {
    return balance >= 2n * WHOLE_TOKEN && stakes.of(index).length < MOST_STAKES
  })
  if (staker !== null && random.chance(40)) choices.stake = () => stake(walk, staker)
  const free = stakes.pages.flat().filter(({ amount, unlockAt }) => amount > 0n && unlockAt <= now)
  if (free.length > 0) {
    choices.unstake = () => {
      const { member, place, id, ...rest } = random.pick(free)
      stakes.unstake(
        ledger,
        stakes.of(member).find((each) => each.id === id) ?? { member, place, id, ...rest },
      )
      chain.send(unstakeOf(economy, member, place, id), [walk.key(member)])
    }
  }
  if (random.chance(5)) choices.setTransferFee = () => setFee(walk)
  const fund = random.pick(SPENDABLE)
  const amount = walk.partOf(ledger.fund(fund) / 20n + 1n)
  if (walk.spending.refusal(ledger, fund, amount, now) === null && random.chance(50)) {
    choices.spend = () => {
      const index = random.below(walk.members)
      walk.spending.spend(ledger, fund, amount, now)
      ledger.credit(index, amount)
      chain.send(spendingOf(economy, { fund, amount, index }), [economy.actors.treasurer])
    }
    choices.withdrawFund = () => withdrawFund(walk, fund, amount)
  }
  return choices
}

function transfer(walk: Walk, from: number): void {
  const to = walk.other(from)
  const amount = walk.partOf(walk.ledger.person(from).balance)
  walk.ledger.transfer(from, to, amount, walk.transferFeeBps)
  walk.chain.send(transferOf(walk.economy, from, to, amount), [walk.key(from)])
}

function setFee(walk: Walk): void {
  const change = walk.random.between(-50, 50)
  walk.transferFeeBps = Math.min(Math.max(walk.transferFeeBps + change, 0), 500)
  setTransferFee(walk.chain, walk.economy, walk.transferFeeBps)
}

function withdraw(walk: Walk, index: number): void {
  const amount = walk.partOf(walk.ledger.person(index).balance)
  const destination = walk.tokenAccount(index)
  walk.ledger.withdraw(index, amount)
  walk.chain.send(withdrawalOf(walk.economy, index, destination, amount), [walk.key(index)])
}

function deposit(walk: Walk, index: number): void {
  const amount = walk.partOf(walk.ledger.person(index).tokens)
  walk.ledger.deposit(index, amount)
  const source = walk.tokenAccount(index)
  walk.chain.send(depositOf(walk.economy, index, source, amount), [walk.key(index)])
}

function donate(walk: Walk, index: number): void {
  const amount = walk.partOf(walk.ledger.person(index).tokens)
  const key = walk.key(index)
  walk.ledger.donate(index, amount)
  const { vault } = walk.economy
  walk.chain.send(createTransferInstruction(walk.tokenAccount(index), vault, key.publicKey, amount), [key])
}

/** Those who are hardly ever there lock nearly everything, so that stakes are reached when it is redistributed. */
function stake(walk: Walk, index: number): void {
  const { balance } = walk.ledger.person(index)
  const part = WHOLE_TOKEN + walk.random.amountBelow(balance - WHOLE_TOKEN)
  const amount = walk.isQuiet(index) ? balance - 1n : part
  const term = walk.random.pick(TERMS)
  walk.stakes.stake(walk.ledger, index, amount, term, walk.now, 0)
  walk.chain.send(stakeOf(walk.economy, index, amount, term), [walk.key(index)])
}

function withdrawFund(walk: Walk, fund: (typeof SPENDABLE)[number], amount: bigint): void {
  const { chain, economy, ledger } = walk
  const { publicKey: owner } = economy.actors.stranger
  const { publicKey: payer } = chain.payer
  const destination = getAssociatedTokenAddressSync(economy.mint, owner)
  if (chain.getAccount(destination) === null) {
    chain.send(createAssociatedTokenAccountIdempotentInstruction(payer, destination, owner, economy.mint))
  }
  walk.spending.spend(ledger, fund, amount, walk.now)
  ledger.withdrawn += amount
  ledger.outside += amount
  withdrawFromFund(chain, economy, destination, { fund, amount })
}
