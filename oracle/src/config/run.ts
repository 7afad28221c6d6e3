import { weekOfIso } from "@stk/sdk/math"
import { z } from "zod"

function isWeek(name: string): boolean {
  try {
    weekOfIso(name)
    return true
  } catch {
    return false
  }
}

/** How the weekly process runs. */
export const runConfigSchema = z.strictObject({
  /** First week to score, such as 2025-W51; the week in which the store was made by default. Weeks are never skipped from there. */
  firstWeek: z.string().refine(isWeek, "must be an ISO week that exists, such as 2025-W51").optional(),
  /** Between the weeks' steps the daemon collects this often. */
  collectEveryMinutes: z.number().positive().default(15),
  /** A failed step is tried again after so long, then after twice as long, up to the most. */
  retryMinutes: z.number().positive().default(1),
  mostRetryMinutes: z.number().positive().default(60),
  /** Of scoring: memory before it spills to disk, and threads. */
  memory: z
    .string()
    .regex(/^\d+(\.\d+)?\s*[KMGT]i?B$/, "must be a size such as 2GB")
    .default("2GB"),
  threads: z.int().min(1).max(256).default(2),
})
export type RunConfig = z.infer<typeof runConfigSchema>
