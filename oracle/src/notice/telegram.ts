import type { TelegramConfig } from "../config/notices"
import { readSecret } from "../config/secret"
import { postJson } from "./post_json"
import type { Channel, Delivery } from "./channel"
import { textOf } from "./text"

/**
 * A Telegram bot (https://core.telegram.org/bots/api#sendmessage). Without `parse_mode` everything is text. The protocol
 * has no id against repetitions: after a crash between answer and commit a member reads the same message again.
 */
export function telegramChannel({ token, api }: TelegramConfig, link?: string): Channel {
  const secret = readSecret(token, "notices.telegram.token")
  return {
    name: "telegram",
    async deliver(message, signal): Promise<Delivery> {
      const { subject, body } = textOf(message, link)
      const answer = await postJson({
        url: `${api}/bot${secret}/sendMessage`,
        body: JSON.stringify({
          chat_id: message.address,
          text: `${subject}\n\n${body}`,
          link_preview_options: { is_disabled: true },
        }),
        headers: {},
        signal,
      })
      if ("failure" in answer) return { outcome: "later", reason: answer.failure }
      const { status, json } = answer
      const { ok, description, parameters } = (json ?? {}) as {
        ok?: unknown
        description?: unknown
        parameters?: { retry_after?: unknown }
      }
      if (status === 200 && ok === true) return { outcome: "sent" }
      const said = typeof description === "string" ? `: ${description.slice(0, 200)}` : ""
      const reason = `Telegram ${status}${said}`.replaceAll(secret, "[redacted]")
      // 400 and 403 are about this chat (not found, bot blocked); 401 and 404 about the token, which can be mended.
      if (status === 400 || status === 403) return { outcome: "refused", reason }
      const seconds = parameters?.retry_after
      return { outcome: "later", reason, ...(typeof seconds === "number" ? { seconds } : {}) }
    },
    close: () => undefined,
  }
}
