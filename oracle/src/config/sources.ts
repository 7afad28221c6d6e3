import { z } from "zod"

/** Sources of events and members; each kind adds its own form. */
const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/, "must be 1 to 32 of a-z, 0-9 and -")

const filesSchema = z.strictObject({
  name,
  kind: z.literal("files"),
  /** A folder: whatever appears there is taken once. */
  folder: z.string().min(1),
})
export type FilesConfig = z.infer<typeof filesSchema>

export const sourceConfigSchema = z.discriminatedUnion("kind", [filesSchema])
export type SourceConfig = z.infer<typeof sourceConfigSchema>
