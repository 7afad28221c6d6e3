import { createHash } from "node:crypto"
import type { PosthogCaptureConfig } from "../config/notices"
import { readSecret } from "../config/secret"
import { retryAfter } from "../source/http"
import type { Channel, Delivery } from "./channel"
import type { Message } from "./notice"
import { postJson } from "./post_json"

/** Names of our own events in PostHog: none of them is an event type of an economy, so they are never scored. */
const EVENT_NAMES = { "weekly-result": "StkWeekCredited", inactivity: "StkRedistributed" } as const

/**
 * Our own events for the community's product analytics (STK-108): what each member was credited, by PostHog's capture API
 * (https://posthog.com/docs/api/capture). The uuid follows from the notice, and PostHog keeps one event a uuid.
 */
export function posthogChannel({ host, projectKey }: PosthogCaptureConfig): Channel {
  const key = readSecret(projectKey, "notices.posthog.projectKey")
  return {
    name: "posthog",
    async deliver(message, signal): Promise<Delivery> {
      const answer = await postJson({
        url: new URL("/batch/", host).href,
        body: JSON.stringify({ api_key: key, historical_migration: false, batch: [capturedEvent(message)] }),
        headers: {},
        signal,
      })
      if ("failure" in answer) return { outcome: "later", reason: answer.failure }
      const { status } = answer
      if (status >= 200 && status < 300) return { outcome: "sent" }
      const reason = `PostHog ${status}`
      // The event itself is refused; a wrong key (401) can be mended.
      if (status === 400 || status === 413) return { outcome: "refused", reason }
      const wait = retryAfter(
        new Headers(answer.retryAfter === null ? {} : { "retry-after": answer.retryAfter }),
      )
      return { outcome: "later", reason, ...(wait === null ? {} : { seconds: Math.ceil(wait / 1000) }) }
    },
    close: () => undefined,
  }
}

/** The event as PostHog takes it; equal in every attempt. */
export function capturedEvent({ id, economy, userId, notice }: Message): Record<string, unknown> {
  const { kind, ...properties } = notice
  return {
    event: EVENT_NAMES[kind],
    uuid: uuidOf(id),
    distinct_id: userId,
    // Numbers beyond 2^53 would be rounded: amounts stay text, as everywhere.
    properties: { ...properties, economy, $lib: "stk-oracle", $process_person_profile: false },
  }
}

/** A UUID of version 8 (RFC 9562) from the notice's id. */
function uuidOf(id: string): string {
  const hex = createHash("sha256").update(id).digest("hex")
  const variant = ((parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8).toString(16)
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    variant + hex.slice(17, 20),
    hex.slice(20, 32),
  ].join("-")
}
