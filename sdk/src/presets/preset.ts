import type { RedistributionBand, RewardKind } from "../accounts/economy.js"
import { InvalidArgumentError } from "../errors/base.js"
import type { Tuple } from "../idl/codec.js"
import type { EconomyParameters, EventTypeParameters } from "../instructions/economy/create_economy.js"
import { LEVELS, type ScoringRules } from "../math/score.js"

/** A qualification level of a preset. */
export interface PresetLevel {
  name: string
  /** Coefficient in tenths. */
  tenths: number
  /** What a member must have done for it. */
  requirement: string
}

/** What the admin may set after the creation. Amounts are base units. */
export interface PolicyPreset {
  rewardKinds: readonly RewardKind[]
  /** By rising days. */
  bands: Tuple<RedistributionBand, 3>
  /** Most that may be spent in a calendar week, by `Fund`. */
  spendingLimits: Tuple<bigint, 5>
  /** Seconds since genesis before which nothing of the Team fund may be spent. */
  teamCliffSeconds: number
  /** Seconds since genesis over which the Team fund becomes spendable. */
  teamVestingSeconds: number
}

/** What an economy has before its admin sets a policy: no kinds, no bands, no spending, and a team that is not bound. */
export const NO_POLICY: PolicyPreset = {
  rewardKinds: [],
  bands: [
    { days: 0, bps: 0 },
    { days: 0, bps: 0 },
    { days: 0, bps: 0 },
  ],
  spendingLimits: [0n, 0n, 0n, 0n, 0n],
  teamCliffSeconds: 0,
  teamVestingSeconds: 0,
}

/** The rules of an economy with the names that the chain does not need. Amounts are base units. */
export interface EconomyPreset {
  name: string
  symbol: string
  decimals: number
  emissionFirstYear: bigint
  halvingYears: number
  emissionCap: bigint
  /** By `Fund`. */
  fundBps: Tuple<number, 5>
  /** From level 1, at most 8. */
  levels: readonly PresetLevel[]
  streakHundredths: Tuple<number, 5>
  eventTypes: readonly EventTypeParameters[]
  settleDelaySeconds: number
  holdSeconds: number
  /** What the admin sets after the creation; nothing when it is left out. */
  policy?: PolicyPreset | undefined
}

/** What `createEconomyInstruction` takes of a preset. `genesis` in unix seconds; null for the time of the creation. */
export function economyParameters(preset: EconomyPreset, genesis: number | null = null): EconomyParameters {
  if (preset.levels.length > LEVELS) throw new InvalidArgumentError("levels", `at most ${LEVELS}`)
  const tenths = (level: number): number => preset.levels[level - 1]?.tenths ?? 0
  return {
    name: preset.name,
    symbol: preset.symbol,
    genesis,
    emissionFirstYear: preset.emissionFirstYear,
    halvingYears: preset.halvingYears,
    emissionCap: preset.emissionCap,
    fundBps: preset.fundBps,
    levelTenths: [tenths(1), tenths(2), tenths(3), tenths(4), tenths(5), tenths(6), tenths(7), tenths(8)],
    streakHundredths: preset.streakHundredths,
    eventTypes: preset.eventTypes,
    settleDelaySeconds: preset.settleDelaySeconds,
    holdSeconds: preset.holdSeconds,
  }
}

/** The rules by which a preset scores, for the functions of `math`. */
export function presetRules(preset: EconomyPreset): ScoringRules {
  const { eventTypes, levelTenths, streakHundredths } = economyParameters(preset)
  return { eventTypes, levelTenths, streakHundredths, decimals: preset.decimals }
}
