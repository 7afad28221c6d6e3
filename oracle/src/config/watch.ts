import { z } from "zod"

/** Metrics, health and what counts as late. */
export const watchConfigSchema = z.strictObject({})
export type WatchConfig = z.infer<typeof watchConfigSchema>
