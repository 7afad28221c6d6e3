import { z } from "zod"
import type { LmsConfig } from "../config/members"
import { readSecret } from "../config/secret"
import type { Logger } from "../log"
import { fetchPatiently, parseJson, Passing, SourceFailed } from "./http"
import { MAX_USER_ID_CHARACTERS } from "./members"

/**
 * The learning platform's members (STK-49): who somebody is, wallet, qualification, payment, consistency. No such API is
 * public, so `openapi/lms.yaml` documents the one that is asked for; the schemas here and there are the same, which a test
 * checks.
 */

const MAX_TEXT = 200
/** A page of the API. */
const LIMIT = 1000
/** What changed this long before the last answer is read again: clocks differ, and transactions end late. */
const OVERLAP_SECONDS = 300

const text = z.string().max(MAX_TEXT)
const instant = z.iso.datetime({ offset: true })

/** A member as the platform knows them. Unknown fields are ignored, so that the platform may add some. */
export const lmsMemberSchema = z.looseObject({
  /** The platform's user id: the same that its events carry. */
  id: z
    .string()
    .min(1)
    .max(MAX_USER_ID_CHARACTERS)
    .regex(
      /^[^\u0000-\u001f\u007f\ud800-\udfff]+$/u,
      "must not contain control characters or half of a character",
    ),
  /** Base58 address; null until the member has named one. */
  wallet: z
    .string()
    .regex(/^[1-9A-HJ-NP-Za-km-z]{32,44}$/, "must be the base58 address of 32 bytes")
    .nullable(),
  qualification: z.looseObject({
    level: z.int().min(1).max(8),
    /** What the level rests on, such as a certificate's number. */
    evidence: text.nullish(),
    since: z.iso.date().nullish(),
  }),
  /** Stored and not used (A-STK-12). */
  payment: z.looseObject({ status: z.enum(["active", "trial", "past_due", "cancelled", "none"]) }).nullish(),
  /** Compared with our own count, never used. */
  consistency: z.looseObject({ weeks_in_a_row: z.int().min(0).max(10_000) }).nullish(),
  display_name: text.nullish(),
  discourse_username: z.string().min(1).max(60).nullish(),
  email: z.email().max(254).nullish(),
  telegram: z
    .string()
    .regex(/^(@[A-Za-z0-9_]{4,32}|-?[0-9]{1,16})$/, "must be a name with @ or the number of a chat")
    .nullish(),
  language: z.enum(["en", "ru"]).nullish(),
  deleted: z.boolean().optional(),
  updated_at: instant.optional(),
})
export type LmsMember = z.infer<typeof lmsMemberSchema>

/** One answer of `/members`; each member is validated by itself, so that a broken one does not stop the others. */
export const lmsPageSchema = z.looseObject({
  members: z.array(z.unknown()),
  /** Cursor of the next page; null on the last one. */
  next: z.string().min(1).nullable(),
  /** Moment of the platform's clock that the whole listing is of: what changes later is in the next one. */
  as_of: instant,
})

/** An answer's members as they came, not yet validated. */
export interface LmsPage {
  members: unknown[]
  /** What the next listing asks for. */
  updatedSince: string
}

/** Pages of members that changed since a moment; all of them when it is null. */
export async function* lmsMembers(
  config: LmsConfig,
  updatedSince: string | null,
  context: { signal?: AbortSignal; log: Logger },
): AsyncIterable<LmsPage> {
  const visited = new Set<string>()
  let next: string | null = null
  let asOf: string | null = null
  do {
    const url = new URL(`${config.url.replace(/\/+$/, "")}/members`)
    url.searchParams.set("limit", String(LIMIT))
    if (updatedSince !== null) url.searchParams.set("updated_since", updatedSince)
    if (next !== null) url.searchParams.set("cursor", next)
    const { body }: { body: z.infer<typeof lmsPageSchema> } = await fetchPatiently(
      {
        source: "members",
        url,
        headers: {
          accept: "application/json",
          authorization: `Bearer ${readSecret(config.token, "members.token")}`,
        },
        hint: "the token needs to read members",
        patience: config.patienceSeconds * 1000,
        ...(context.signal === undefined ? {} : { signal: context.signal }),
        log: context.log,
      },
      (answer, headers) => {
        const page = lmsPageSchema.safeParse(parseJson(answer, headers))
        if (page.success) return page.data
        const [issue] = page.error.issues
        throw new Passing(
          "invalid",
          `answered no page of members: ${issue?.path.join(".")}: ${issue?.message}`,
        )
      },
    )
    // Of the first page: what changed while the others were read belongs to the next listing too.
    asOf ??= body.as_of
    yield {
      members: body.members,
      updatedSince: new Date(Date.parse(asOf) - OVERLAP_SECONDS * 1000).toISOString(),
    }
    next = body.next
    if (next !== null && visited.has(next))
      throw new SourceFailed("members", "invalid", "/members: next leads back to a page that was read before")
    if (next !== null) visited.add(next)
  } while (next !== null)
}
