import { z } from "zod"

/** Thresholds of the fraud rules and of the sanity checks. */
export const checksConfigSchema = z.strictObject({})
export type ChecksConfig = z.infer<typeof checksConfigSchema>
