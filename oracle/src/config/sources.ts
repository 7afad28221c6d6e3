import { z } from "zod"
import { secretSchema } from "./secret"

/** Sources of events and members; each kind adds its own form. */
const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/, "must be 1 to 32 of a-z, 0-9 and -")

const filesSchema = z.strictObject({
  name,
  kind: z.literal("files"),
  /** A folder: whatever appears there is taken once. */
  folder: z.string().min(1),
})
export type FilesConfig = z.infer<typeof filesSchema>

/** An instant before which nothing is read. */
const since = z.iso.datetime({ offset: true }).optional()
/** Seconds that one request may take, with all its repetitions. */
const patienceSeconds = z.number().positive().default(300)

const discourseSchema = z.strictObject({
  name,
  kind: z.literal("discourse"),
  /** Base address of the forum. */
  url: z.url(),
  key: secretSchema,
  /** Whom the key acts as: an administrator, since only they see the likes of others. */
  username: z.string().min(1).default("system"),
  since,
  /** How far back posts are read again: an edited or deleted post is seen within this time. */
  postsOverlapHours: z.number().positive().default(192),
  /** How far back likes are read again, and users asked for who were there. */
  likesOverlapHours: z.number().positive().default(48),
  /** Discourse's own limit for keys of administrators, unless it is configured otherwise. */
  requestsPerMinute: z.number().positive().default(60),
  patienceSeconds,
})
export type DiscourseSourceConfig = z.infer<typeof discourseSchema>

const xapiSchema = z.strictObject({
  name,
  kind: z.literal("xapi"),
  /** Base address of the learning record store: the one that `/statements` follows. */
  url: z.url(),
  auth: z.union([
    z.strictObject({ username: z.string().min(1), password: secretSchema }),
    z.strictObject({ token: secretSchema }),
  ]),
  version: z.enum(["1.0.3", "2.0.0"]).default("1.0.3"),
  since,
  /** Statements of one answer. */
  limit: z.int().min(1).max(10_000).default(500),
  /** How far back statements are read again: a store may show them out of order. */
  overlapSeconds: z.number().min(0).default(600),
  patienceSeconds,
})
export type XapiSourceConfig = z.infer<typeof xapiSchema>

const posthogSchema = z.strictObject({
  name,
  kind: z.literal("posthog"),
  /** Where the project is, such as https://eu.posthog.com. */
  host: z.url({ protocol: /^https?$/ }),
  /** Number of the project. */
  project: z.int().min(1),
  /** Personal API key with the scope `query:read`. */
  apiKey: secretSchema,
  /** `events` takes every event; `source` lets PostHog count, so that only counts travel. */
  counting: z.enum(["events", "source"]).default("events"),
  /** Seconds that each pull reads again: events become visible some time after they arrived. */
  overlapSeconds: z.int().min(0).max(604_800).default(3_600),
  /** First instant of arrival that is wanted; the week before the first pull by default. */
  since,
  /** Rows of one answer; PostHog gives at most 50,000. */
  rows: z.int().min(1).max(50_000).default(20_000),
  patienceSeconds,
})
export type PosthogConfig = z.infer<typeof posthogSchema>

export const sourceConfigSchema = z.discriminatedUnion("kind", [
  filesSchema,
  posthogSchema,
  discourseSchema,
  xapiSchema,
])
export type SourceConfig = z.infer<typeof sourceConfigSchema>
