import type { PublicKey } from "@solana/web3.js"
import {
  dateOfDay,
  encodeDailyCounts,
  leafData,
  leafHash,
  merkleRoot,
  scoredTypes,
  unixDay,
  weekEnd,
  type EconomyPreset,
  type StkClient,
} from "@stk/sdk"
import type { Localnet } from "stk-localnet"
import { POSTING_TIME } from "./acts/weeks"
import type { Detail } from "./community"

/** A quiet week as the chain has it. Amounts are base units. */
export interface QuietWeek {
  week: number
  active: number
  due: bigint
}

/** `YYYY-MM-DD`, in UTC. */
export function dateOf(unixSeconds: number): string {
  return dateOfDay(unixDay(unixSeconds) ?? 0)
}

/**
 * Moves the chain's clock, and posts the weeks that end on the way as the operator must: in each of them the same few
 * members do again what they did in their last generated week, and everybody else does nothing.
 */
export class Calendar {
  private readonly regulars: ReadonlyMap<string, Detail>
  private wallets: readonly PublicKey[] = []
  /** All that were posted, the oldest first. */
  readonly posted: QuietWeek[] = []

  constructor(
    private readonly chain: Localnet,
    private readonly operator: StkClient,
    private readonly preset: Pick<EconomyPreset, "eventTypes">,
    regulars: readonly Detail[],
  ) {
    this.regulars = new Map(regulars.map((member) => [member.wallet, member]))
  }

  /** The chain's clock, in unix seconds. */
  now(): Promise<number> {
    return this.chain.unixTime()
  }

  /** Moves the clock to `time`, in unix seconds; gives the weeks that were posted. */
  async advance(time: number): Promise<QuietWeek[]> {
    const before = this.posted.length
    let { week } = await this.operator.fetchEconomy()
    for (week += 1; weekEnd(week) + POSTING_TIME <= time; week++) {
      await this.chain.timeTravel(weekEnd(week) + POSTING_TIME)
      this.posted.push(await this.postWeek(week))
    }
    if ((await this.now()) < time) await this.chain.timeTravel(time)
    return this.posted.slice(before)
  }

  private async postWeek(week: number): Promise<QuietWeek> {
    const { operator } = this
    // Nobody joins any more, so the order of the members stays as it is.
    if (this.wallets.length === 0) {
      this.wallets = (await operator.fetchPages()).flatMap(({ members }) =>
        members.map(({ wallet }) => wallet),
      )
    }
    const members = this.wallets.map((wallet) => this.regulars.get(wallet.toBase58()))
    const none = new Uint16Array(7 * scoredTypes(this.preset).length)
    const leaves = this.wallets.map((wallet, index) =>
      leafHash(leafData(wallet, week, encodeDailyCounts(members[index]?.daily ?? [none]))),
    )
    await operator.releaseEmission()
    await operator.openWeek(week, leaves.length, merkleRoot(leaves))
    await operator.submitScores((index) => members[index]?.counted ?? null)
    await operator.sealWeek()
    await operator.settleWeek()
    const record = await operator.fetchWeek(week)
    return { week, active: record?.active ?? 0, due: record?.due ?? 0n }
  }
}
