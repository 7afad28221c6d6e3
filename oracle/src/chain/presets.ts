import { readFileSync } from "node:fs"
import { STK_PRESET, type EconomyPreset, type Tuple } from "@stk/sdk"
import { z } from "zod"
import { InputRefused } from "../failure"

/** Economies that `create` knows by name. */
const NAMED: Record<string, EconomyPreset> = { stk: STK_PRESET }

const amount = z
  .string()
  .regex(/^\d+$/, 'must be base units as decimal text, such as "1000000"')
  .transform((text) => BigInt(text))
const share = z.int().min(0).max(0xffff)

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
  settleDelaySeconds: z.int().min(0).max(0xffff_ffff),
  holdSeconds: z.int().min(0).max(0xffff_ffff),
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
  }
}
