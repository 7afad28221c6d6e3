import { z } from "zod"
import { secretSchema } from "./secret"

const lmsSchema = z.strictObject({
  kind: z.literal("lms"),
  /** Base address of an API as `openapi/lms.yaml` documents it. */
  url: z.url(),
  /** Bearer token. */
  token: secretSchema,
  patienceSeconds: z.number().positive().default(300),
})
export type LmsConfig = z.infer<typeof lmsSchema>

const fileSchema = z.strictObject({
  kind: z.literal("file"),
  /** CSV or JSON lines with all members; relative to the configuration file. */
  path: z.string().min(1),
})

/** Where the community's people, their wallets and levels come from. */
export const membersConfigSchema = z.discriminatedUnion("kind", [lmsSchema, fileSchema])
export type MembersConfig = z.infer<typeof membersConfigSchema>
