import { Cluster } from "../chain/cluster"
import { configuredUrls } from "../chain/cluster_url"
import { Locked } from "../chain/failures"
import { parseAddress } from "../chain/run"
import { ChainReader } from "../chain/state"
import type { OracleConfig } from "../config/config"
import type { Logger } from "../log"
import type { EconomyRules } from "../score/rules"
import { withLease, WEEKLY_LEASE } from "../store/lease"
import type { Store } from "../store/store"
import { WeeklyProcess } from "../week/process"
import { windowEnd } from "../week/windows"
import { releaseHolds, type Release, type ReleaseChoice } from "./decisions"
import { TooLate } from "./failures"

/** Releasing held events: a decision, and the weeks that it changes scored again. */

export interface ReleaseParameters {
  config: OracleConfig
  rules: EconomyRules
  store: Store
  week: number
  choice: ReleaseChoice
  reason: string
  log: Logger
  onProgress: (stage: string, done: number, total: number) => void
}

/**
 * Records the decision and scores again; where the oracle runs, it does that itself within a minute.
 *
 * @returns `scored` says whether that is done already
 * @throws {TooLate} the week is on chain
 */
export async function releaseAndScore(p: ReleaseParameters): Promise<Release & { scored: boolean }> {
  await requireUnopened(p)
  let isAlone = false
  try {
    return await withLease(p.store, WEEKLY_LEASE, async ({ store, signal }) => {
      isAlone = true
      const release = await releaseHolds(store, { ...p, isAlone })
      const weekly = new WeeklyProcess({
        ...p,
        store,
        // The windows of weeks that were scored before are open.
        now: () => Math.max(Date.now() / 1000, windowEnd("score", Math.max(...release.weeks, p.week))),
        signal,
        onEvent: () => undefined,
      })
      for (const week of release.weeks) {
        const [failure] = (await weekly.tick({ week, until: "score" })).failures
        if (failure !== undefined) throw failure
      }
      return { ...release, scored: true }
    })
  } catch (error) {
    if (isAlone || !(error instanceof Locked)) throw error
    return { ...(await releaseHolds(p.store, p)), scored: false }
  }
}

/** The chain itself is asked: another tool, or an oracle with another database, may have posted the week. */
async function requireUnopened({ config, week }: ReleaseParameters): Promise<void> {
  const reader = new ChainReader(new Cluster(configuredUrls(config)))
  const economy = parseAddress(config.chain.economy, "chain.economy")
  if ((await reader.week(economy, week)) !== null) throw new TooLate(week)
}
