import { createHmac } from "node:crypto"
import type { WebhookConfig } from "../config/notices"
import { readSecret } from "../config/secret"
import { retryAfter } from "../source/http"
import type { Channel, Delivery } from "./channel"
import type { Message } from "./notice"
import { postJson } from "./post_json"

/**
 * Notices as JSON to the operator's own platform. `Idempotency-Key` is the same in every attempt; `X-STK-Signature` is
 * `sha256=` and the HMAC-SHA-256 of `<X-STK-Timestamp>.<body>`, so that a receiver can tell who sent it, and when.
 */
export function webhookChannel({ url, secret }: WebhookConfig, now: () => number): Channel {
  const key = readSecret(secret, "notices.webhook.secret")
  return {
    name: "webhook",
    async deliver(message, signal): Promise<Delivery> {
      const body = webhookBody(message)
      const timestamp = String(now())
      const answer = await postJson({
        url,
        body,
        headers: {
          "idempotency-key": message.id,
          "x-stk-timestamp": timestamp,
          "x-stk-signature": webhookSignature(key, timestamp, body),
        },
        signal,
      })
      if ("failure" in answer) return { outcome: "later", reason: answer.failure }
      const { status } = answer
      if (status >= 200 && status < 300) return { outcome: "sent" }
      const reason = `HTTP ${status}`
      // The receiver refuses this content; anything else may be the server's own trouble.
      if (status === 400 || status === 410 || status === 422) return { outcome: "refused", reason }
      const wait = retryAfter(
        new Headers(answer.retryAfter === null ? {} : { "retry-after": answer.retryAfter }),
      )
      return { outcome: "later", reason, ...(wait === null ? {} : { seconds: Math.ceil(wait / 1000) }) }
    },
    close: () => undefined,
  }
}

/** What is posted: equal in every attempt. */
export function webhookBody({ id, economy, userId, language, notice }: Message): string {
  return JSON.stringify({ id, economy, user_id: userId, language, ...notice })
}

/** Value of `X-STK-Signature`. */
export function webhookSignature(secret: string, timestamp: string, body: string): string {
  return `sha256=${createHmac("sha256", secret).update(`${timestamp}.${body}`).digest("hex")}`
}
