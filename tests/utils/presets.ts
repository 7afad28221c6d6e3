import { STK_PRESET, type EconomyPreset } from "@stk/sdk"

/** Rules in which a counted event is worth one base unit, so that rewards can be written out. */
export const PLAIN_PRESET: EconomyPreset = {
  name: "Plain",
  symbol: "PLN",
  decimals: 3,
  emissionFirstYear: 365_000_000n,
  halvingYears: 4,
  emissionCap: 10_000_000_000n,
  fundBps: [10_000, 0, 0, 0, 0],
  levels: [{ name: "Member", tenths: 1, requirement: "registration" }],
  streakHundredths: [1, 1, 1, 1, 1],
  eventTypes: [{ name: "Contribution", weight: 1, dailyLimit: 65_535 }],
  settleDelaySeconds: 0,
  holdSeconds: 0,
}

/** Another community: an open-source project with other events, limits, levels, decimals and shares. */
export const FORGE_PRESET: EconomyPreset = {
  name: "Forge",
  symbol: "FRG",
  decimals: 9,
  emissionFirstYear: 21_000_000_000_000_000n,
  halvingYears: 2,
  emissionCap: 84_000_000_000_000_000n,
  fundBps: [6_000, 1_000, 0, 2_999, 1],
  levels: [
    { name: "Contributor", tenths: 10, requirement: "first merged change" },
    { name: "Committer", tenths: 17, requirement: "elected by committers" },
    { name: "Maintainer", tenths: 29, requirement: "owns a module" },
  ],
  streakHundredths: [100, 101, 103, 107, 113],
  eventTypes: [
    { name: "ChangeMerged", weight: 120, dailyLimit: 9 },
    { name: "Visit", weight: 0, dailyLimit: 0 },
    { name: "ReviewGiven", weight: 35, dailyLimit: 12 },
    { name: "IssueTriaged", weight: 7, dailyLimit: 40 },
    { name: "ReleaseCut", weight: 900, dailyLimit: 1 },
  ],
  settleDelaySeconds: 3_600,
  holdSeconds: 86_400,
}

/** STK's rules with what a test changes in them. */
export function stkPreset(changes: Partial<EconomyPreset> = {}): EconomyPreset {
  return { ...STK_PRESET, ...changes }
}
