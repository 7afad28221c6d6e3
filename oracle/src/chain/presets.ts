import { readFileSync } from "node:fs"
import {
  checkBands,
  Fund,
  InvalidArgumentError,
  LONGEST_FREEZE_DAYS,
  REWARD_KINDS,
  STK_PRESET,
  VerdictBy,
  type EconomyPreset,
  type FundIndex,
  type PolicyPreset,
  type RedistributionBand,
  type Tuple,
  type VerdictByValue,
} from "@stk/sdk"
import { z } from "zod"
import { InputRefused } from "../failure"

/** Economies that `create` knows by name. */
const NAMED: Record<string, EconomyPreset> = { stk: STK_PRESET }

const amount = z
  .string()
  .regex(/^\d+$/, 'must be base units as decimal text, such as "1000000"')
  .transform((text) => BigInt(text))
const share = z.int().min(0).max(0xffff)

const seconds = z.int().min(0).max(0xffff_ffff)
const MOST_AMOUNT = 2n ** 64n - 1n
const LONGEST_KIND_NAME = 24

/** A number that is one of an enumeration's. */
function oneOf<Value extends number>(values: Record<string, Value>) {
  const known = Object.entries(values).map(([name, value]) => `${value} (${name})`)
  return z.custom<Value>(
    (value) => Object.values(values).some((each) => each === value),
    `must be one of ${known.join(", ")}`,
  )
}

/** What `set_reward_kinds` takes of one kind. */
const rewardKind = z
  .strictObject({
    name: z
      .string()
      .refine(
        (name) => name.length > 0 && Buffer.byteLength(name) <= LONGEST_KIND_NAME && !name.includes("\0"),
        `must have 1 to ${LONGEST_KIND_NAME} bytes of UTF-8 other than zero`,
      ),
    minFreezeDays: z.int().min(0),
    maxFreezeDays: z.int().max(LONGEST_FREEZE_DAYS),
    defaultFreezeDays: z.int(),
    fund: oneOf<FundIndex>(Fund).refine(
      (fund) => fund !== Fund.Team,
      "the Team fund pays by its schedule alone",
    ),
    verdictBy: oneOf<VerdictByValue>(VerdictBy),
  })
  .refine(
    (kind) => kind.minFreezeDays <= kind.defaultFreezeDays && kind.defaultFreezeDays <= kind.maxFreezeDays,
    { path: ["defaultFreezeDays"], error: "must lie between minFreezeDays and maxFreezeDays" },
  )

/** What the admin's instructions take: refused here with a file and a field rather than by the program. */
const policySchema = z.strictObject({
  rewardKinds: z
    .array(rewardKind)
    .max(REWARD_KINDS)
    .superRefine((kinds, context) => {
      for (const [index, { name }] of kinds.entries())
        if (kinds.findIndex((kind) => kind.name === name) < index)
          context.addIssue({ code: "custom", path: [index, "name"], message: "is there twice" })
    }),
  bands: z.array(z.strictObject({ days: share, bps: share })).superRefine((bands, context) => {
    try {
      checkBands(bands)
    } catch (error) {
      if (!(error instanceof InvalidArgumentError)) throw error
      context.addIssue({ code: "custom", message: error.shortMessage })
    }
  }),
  spendingLimits: z
    .array(amount.refine((limit) => limit <= MOST_AMOUNT, "must be below 2^64"))
    .length(5)
    .refine((limits) => limits[Fund.RewardsPool] === 0n, {
      path: [Fund.RewardsPool],
      error: "must be 0: nobody may spend the Rewards Pool",
    }),
  teamCliffSeconds: seconds,
  teamVestingSeconds: seconds,
})

const presetSchema = z.strictObject({
  name: z.string(),
  symbol: z.string(),
  decimals: z.int(),
  emissionFirstYear: amount,
  halvingYears: z.int(),
  emissionCap: amount,
  fundBps: z.array(share).length(5),
  levels: z
    .array(z.strictObject({ name: z.string(), tenths: share, requirement: z.string() }))
    .min(1)
    .max(8),
  streakHundredths: z.array(share).length(5),
  eventTypes: z
    .array(z.strictObject({ name: z.string(), weight: z.int().min(0).max(0xffff_ffff), dailyLimit: share }))
    .min(1)
    .max(16),
  settleDelaySeconds: seconds,
  holdSeconds: seconds,
  policy: policySchema.optional(),
})

/** A preset by its name, or from a JSON file. What the rules mean together, the program checks. @throws {InputRefused} */
export function readPreset(named: string): EconomyPreset {
  const known = NAMED[named]
  if (known !== undefined) return known
  const refuse = (field: string, rule: string): InputRefused =>
    new InputRefused([{ file: named, field, rule }])
  let json: unknown
  try {
    json = JSON.parse(readFileSync(named, "utf8"))
  } catch (cause) {
    throw refuse(
      "preset",
      `is neither one of ${Object.keys(NAMED).join(", ")} nor a JSON file (${(cause as Error).message})`,
    )
  }
  const parsed = presetSchema.safeParse(json)
  if (!parsed.success)
    throw new InputRefused(
      parsed.error.issues.map((issue) => ({
        file: named,
        field: issue.path.join(".") || "preset",
        rule: issue.message,
      })),
    )
  // The schema has checked the lengths that the tuples stand for.
  return {
    ...parsed.data,
    fundBps: parsed.data.fundBps as unknown as Tuple<number, 5>,
    streakHundredths: parsed.data.streakHundredths as unknown as Tuple<number, 5>,
    policy: parsed.data.policy === undefined ? undefined : policyOf(parsed.data.policy),
  }
}

function policyOf(policy: z.infer<typeof policySchema>): PolicyPreset {
  return {
    ...policy,
    bands: policy.bands as unknown as Tuple<RedistributionBand, 3>,
    spendingLimits: policy.spendingLimits as unknown as Tuple<bigint, 5>,
  }
}
