import {
  decodeEvents,
  decodeStakePage,
  PAGE_SLOTS,
  pagePda,
  RecipientKind,
  redistribution,
  stakePagePda,
  type RedistributionBand,
  type StkEvent,
} from "@stk/sdk"
import type { Connection, PublicKey } from "@solana/web3.js"
import { encodeAddress } from "../base58"
import { itemAt } from "../item"
import { NotReady } from "./failures"
import { PageState, type ChainReader } from "./state"

/**
 * What balances of a page should be, given what they were and what has happened since. Members pay, buy, stake and are
 * rewarded at any time, so also while their week is being settled.
 */

/** What is known of a member before it. */
export interface MemberNote {
  /** Base58. */
  wallet: string
  balance: bigint
  lastActiveWeek: number
  lastRewardDay: number
}

export interface Replay {
  /** Base58. */
  economy: string
  /** Index of the page. */
  page: number
  /** The page as it was noted, by slot. */
  members: readonly MemberNote[]
  /** What the settling of the week credits, by slot. */
  week: number
  credits: readonly bigint[]
  bands: readonly RedistributionBand[]
  /** Everything that happened to the page since it was noted, the oldest first; the settling is counted in anyway. */
  events: readonly StkEvent[]
  /** What each member had staked after that, by slot. */
  staked: readonly bigint[]
}

export function notesOf(page: PageState): MemberNote[] {
  return Array.from({ length: page.length }, (_, slot) => {
    const { balance, lastActiveWeek, lastRewardDay } = page.member(slot)
    return { wallet: encodeAddress(page.wallet(slot)), balance, lastActiveWeek, lastRewardDay }
  })
}

/** The balances of a page that follow from its events, by slot. */
export function replayBalances(p: Replay): bigint[] {
  const members = p.members.map((member) => ({ ...member }))
  const slots = new Map(members.map(({ wallet }, slot) => [wallet, slot]))
  // A transaction may be about several economies.
  const events = p.events.filter(({ data }) => "economy" in data && data.economy.toBase58() === p.economy)

  const add = (slot: number | undefined, amount: bigint): void => {
    const member = slot === undefined ? undefined : members[slot]
    if (member !== undefined) member.balance += amount
  }
  const addTo = (wallet: PublicKey, amount: bigint): void => add(slots.get(wallet.toBase58()), amount)
  const addAt = (page: number, slot: number, amount: bigint): void => {
    if (page === p.page) add(slot, amount)
  }
  const reward = (slot: number, amount: bigint, day: number): void => {
    add(slot, amount)
    const member = members[slot]
    if (member !== undefined) member.lastRewardDay = day
  }

  const apply = (event: StkEvent, later: readonly StkEvent[]): void => {
    switch (event.name) {
      case "Deposited":
      case "Unstaked":
        return addTo(event.data.wallet, event.data.amount)
      case "Withdrawn":
      case "Staked":
        return addTo(event.data.wallet, -event.data.amount)
      case "Transferred":
        addTo(event.data.wallet, -event.data.amount)
        return addTo(event.data.recipient, event.data.amount - event.data.fee)
      case "ServicePurchased":
        addAt(event.data.page, event.data.slot, -event.data.price)
        for (const { recipientKind, member, amount } of event.data.payments)
          if (recipientKind === RecipientKind.Member)
            addAt(Math.floor(member / PAGE_SLOTS), member % PAGE_SLOTS, amount)
        return
      case "FundSpent":
        return addAt(event.data.page, event.data.slot, event.data.amount)
      case "RewardsPaid":
        if (event.data.page !== p.page) return
        for (const { slot, amount } of event.data.payments) reward(slot, amount, event.data.day)
        return
      case "RewardsResolved":
        if (event.data.page !== p.page) return
        for (const { slot, amount, active } of event.data.rewards)
          if (active !== 0) reward(slot, amount, event.data.day)
        return
      case "PageSettled":
        if (event.data.page !== p.page || event.data.week !== p.week) return
        return p.credits.forEach((credit, slot) => add(slot, credit))
      case "PageRedistributed":
        if (event.data.page !== p.page) return
        for (const [slot, member] of members.entries()) {
          const stakes = [stakedBefore(p.staked[slot] ?? 0n, slot, later)]
          member.balance -= redistribution({ ...member, stakes }, p.bands, event.data.day).fromBalance
        }
        return
      default:
        return
    }
  }
  // On a chain that answers in the middle of a slot, the settling may share the slot of the note.
  const isAmong = events.some(
    ({ name, data }) => name === "PageSettled" && data.page === p.page && data.week === p.week,
  )
  if (!isAmong) p.credits.forEach((credit, slot) => add(slot, credit))
  for (const [index, event] of events.entries()) apply(event, events.slice(index + 1))
  return members.map(({ balance }) => balance)
}

/**
 * What a member had staked before the events in `later`. Right after a redistribution that is as good as before it: when
 * something was taken from stakes, the whole balance was, and the share of what is left is still above that balance.
 */
function stakedBefore(staked: bigint, slot: number, later: readonly StkEvent[]): bigint {
  return later.reduce((sum, event) => {
    if (event.name === "Staked" && event.data.slot === slot) return sum - event.data.amount
    if (event.name === "Unstaked" && event.data.slot === slot) return sum + event.data.amount
    return sum
  }, staked)
}

/** Signatures of one request. */
const SIGNATURES_OF_A_REQUEST = 1_000

/** Everything that happened to a page after slot `since` of the chain up to slot `upTo`, the oldest first. */
export async function eventsOf(
  connection: Connection,
  economy: PublicKey,
  page: number,
  since: number,
  upTo: number,
): Promise<StkEvent[]> {
  const [address] = pagePda(economy, page)
  const signatures: { signature: string; slot: number }[] = []
  for (let before: string | undefined; ; before = signatures.at(-1)?.signature) {
    const options = { limit: SIGNATURES_OF_A_REQUEST, ...(before === undefined ? {} : { before }) }
    const found = await connection.getSignaturesForAddress(address, options, "finalized")
    const recent = found.filter((each) => each.slot > since)
    signatures.push(...recent)
    if (recent.length < SIGNATURES_OF_A_REQUEST) break
  }
  const events: StkEvent[] = []
  // The newest comes first.
  for (const { signature, slot } of signatures.reverse()) {
    if (slot > upTo) continue
    const transaction = await connection.getTransaction(signature, {
      commitment: "finalized",
      maxSupportedTransactionVersion: 1,
    })
    if (transaction?.meta?.err !== null) continue
    events.push(...decodeEvents(transaction.meta.logMessages ?? []))
  }
  return events
}

/** A page and what its members have staked, by slot, as one slot of the chain had them. */
export async function pageWithStakes(
  reader: ChainReader,
  economy: PublicKey,
  index: number,
): Promise<{ slot: number; page: PageState; staked: bigint[] }> {
  const addresses = [pagePda(economy, index)[0], stakePagePda(economy, index)[0]]
  const { slot, accounts } = await reader.accounts(addresses, "finalized")
  const [account, stakes] = accounts
  if (!account) throw new NotReady([`page: there is no page ${index}`])
  const page = new PageState(account.data, slot)
  const staked = Array<bigint>(page.length).fill(0n)
  for (const stake of stakes ? decodeStakePage(stakes.data).stakes : [])
    staked[stake.slot] = itemAt(staked, stake.slot) + stake.amount
  return { slot, page, staked }
}
