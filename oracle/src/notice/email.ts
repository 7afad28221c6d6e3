import { createTransport } from "nodemailer"
import type { EmailConfig } from "../config/notices"
import { readSecret } from "../config/secret"
import { shownText } from "../report/shown"
import type { Channel, Delivery } from "./channel"
import { textOf } from "./text"

const TIMEOUT_MS = 30_000
const LOCAL = new Set(["localhost", "127.0.0.1", "::1"])

/** E-mail by SMTP. The message id follows from the notice: mail systems drop what they have already. */
export function emailChannel(config: EmailConfig, link?: string): Channel {
  const { host, port, secure, user, password, from, replyTo } = config
  const transport = createTransport({
    pool: true,
    host,
    port,
    secure,
    // A password or an address must not travel in the clear because somebody in between took STARTTLS away.
    requireTLS: !secure && !LOCAL.has(host),
    ...(user === undefined
      ? {}
      : {
          auth: {
            user,
            pass: password === undefined ? "" : readSecret(password, "notices.email.password"),
          },
        }),
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    disableFileAccess: false,
    disableUrlAccess: true,
  })
  return {
    name: "email",
    async deliver(message): Promise<Delivery> {
      const { subject, body } = textOf(message, link)
      const { attachment } = message
      try {
        await transport.sendMail({
          from,
          ...(replyTo === undefined ? {} : { replyTo }),
          // As an object: what a name contains can add neither a header nor a recipient.
          to: { name: shownText(message.name ?? message.userId), address: message.address },
          subject,
          text: body,
          messageId: `<${message.id}@stk-oracle>`,
          headers: { "Auto-Submitted": "auto-generated", "X-STK-Notice": message.id },
          attachments:
            attachment === null || !config.attachReport
              ? []
              : [{ filename: attachment.name, path: attachment.path, contentType: "application/pdf" }],
        })
        return { outcome: "sent" }
      } catch (error) {
        return failureOf(error)
      }
    },
    close: () => transport.close(),
  }
}

/** SMTP's own rule: 5xx to an address is final, everything else passes. */
function failureOf(error: unknown): Delivery {
  const { responseCode, command, code, message } = error as {
    responseCode?: number
    command?: string
    code?: string
    message?: string
  }
  const reason = `SMTP ${responseCode ?? code ?? "failure"}: ${firstLine(message)}`
  const isAboutAddress = command === "RCPT TO" || command === "DATA" || code === "EENVELOPE"
  const isFinal = responseCode === undefined ? code === "EENVELOPE" : responseCode >= 500 && isAboutAddress
  return isFinal ? { outcome: "refused", reason } : { outcome: "later", reason }
}

const firstLine = (text: string | undefined): string => (text ?? "").split("\n")[0]?.slice(0, 200) ?? ""
