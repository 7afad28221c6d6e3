import { z } from "zod"

/** Reports of the week. */
export const reportsConfigSchema = z.strictObject({})
export type ReportsConfig = z.infer<typeof reportsConfigSchema>
