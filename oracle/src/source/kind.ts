/** What records are: single events of a source, or counts that were made at the source. */
export type RecordKind = "posthog" | "discourse" | "xapi" | "counts"

/** Kind of one parsed record or page, by the fields that only this kind has. */
export function kindOf(value: unknown): RecordKind | null {
  if (Array.isArray(value)) {
    for (const item of value) {
      const kind = kindOf(item)
      if (kind !== null) return kind
    }
    return null
  }
  if (typeof value !== "object" || value === null) return null
  const record = value as Record<string, unknown>
  if ("latest_posts" in record || "user_actions" in record || "post_stream" in record) return "discourse"
  if ("action_type" in record || ("post_number" in record && "topic_id" in record)) return "discourse"
  if ("actor" in record && "verb" in record && "object" in record) return "xapi"
  if ("statements" in record && Array.isArray(record.statements)) return "xapi"
  if ("count" in record && "day" in record && "distinct_id" in record) return "counts"
  if ("event" in record && ("distinct_id" in record || "uuid" in record)) return "posthog"
  return "distinct_id" in record && "uuid" in record ? "posthog" : null
}
