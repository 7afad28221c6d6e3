import type { PublicKey } from "@solana/web3.js"
import { ProgramError, type Economy, type StkClient } from "@stk/sdk"
import type { Localnet } from "stk-localnet"
import type { Calendar } from "../../calendar"
import type { Community } from "../../community"
import { bold, dim, red } from "../../show"
import type { Voice } from "../../voice"

/** A member whose key the demo has, and who sends with it. */
export interface Person {
  readonly name: string
  readonly wallet: PublicKey
  readonly client: StkClient
  /** Global index of the member. */
  readonly index: number
  /** What the person had when the act began, in base units. */
  readonly balance: bigint
}

/** What every scene of act two plays with. */
export interface Scene {
  readonly voice: Voice
  readonly chain: Localnet
  readonly community: Community
  readonly calendar: Calendar
  /** Holds every role at first. */
  readonly operator: StkClient
  /** The richest first; at least two. */
  readonly people: readonly Person[]
  /** Names of members by wallet, in base58. */
  readonly names: ReadonlyMap<string, string>
}

/** The person at a place of the cast; in a small one somebody plays several parts. */
export function personAt({ people }: Pick<Scene, "people">, place: number): Person {
  const person = people[place % people.length]
  if (person === undefined) throw new Error("there is nobody in the cast")
  return person
}

/** What a person has now, in base units. */
export async function balanceOf({ client, wallet }: Person): Promise<bigint> {
  return (await client.fetchMember(wallet))?.member.balance ?? 0n
}

/** The error with which the program refuses `work`, which it must. */
export async function refusalOf(work: () => Promise<unknown>): Promise<ProgramError> {
  try {
    await work()
  } catch (error) {
    if (error instanceof ProgramError) return error
    throw error
  }
  throw new Error("the program accepted what it should have refused")
}

/** Tells that the program refused something, and why. */
export function sayRefused(voice: Voice, what: string, error: ProgramError): void {
  voice.say(`  ${red("✗")} ${what}: ${bold(error.name)} ${dim(`(${error.shortMessage})`)}`)
}

/** Everything that an economy's ledger holds, and everything that went in and out of it; equal, or the ledger is wrong. */
export function ledgerOf(economy: Economy): { held: bigint; booked: bigint } {
  const { funds, memberBalances, staked, frozen, unsettled } = economy
  const { minted, burnt, withdrawn, deposited } = economy
  return {
    held: funds.reduce((sum, fund) => sum + fund, memberBalances + staked + frozen + unsettled),
    booked: minted - burnt - withdrawn + deposited,
  }
}
