import { z } from "zod"

/** How members are told. */
export const noticesConfigSchema = z.strictObject({})
export type NoticesConfig = z.infer<typeof noticesConfigSchema>
