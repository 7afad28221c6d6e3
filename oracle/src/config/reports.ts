import { z } from "zod"
import { LANGUAGES } from "../report/language"

/** Reports of the week. */
export const reportsConfigSchema = z.strictObject({
  /** Language of the week's page, and of members whose language is not known. */
  language: z.enum(LANGUAGES).default("en"),
  /** How the community is called on the reports (default: name of the economy). */
  community: z.string().min(1).max(200).optional(),
  /** Threads that write statements (default: one a processor). */
  workers: z.int().min(1).max(256).optional(),
})
export type ReportsConfig = z.infer<typeof reportsConfigSchema>
