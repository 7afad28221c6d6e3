import { once } from "node:events"
import { createServer, type IncomingHttpHeaders, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import PostalMime from "postal-mime"
import { SMTPServer } from "smtp-server"

/** Real servers that take what the oracle sends: SMTP, Telegram's bot API, a webhook. */

export interface Mail {
  to: string
  /** Of the envelope: who really gets it. */
  recipients: string[]
  subject: string
  text: string
  messageId: string
  headers: string[]
  attachments: ArrayBuffer[]
}

export interface Smtp {
  port: number
  mails(): Promise<Mail[]>
  /** Answers 550 to this recipient from now on. */
  refuse(address: string): void
  accept(): void
  forget(): void
  stop(): Promise<void>
}

export async function startSmtp(): Promise<Smtp> {
  const received: { recipients: string[]; raw: Buffer }[] = []
  const refused = new Set<string>()
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS", "AUTH"],
    onRcptTo({ address }, _session, done) {
      if (!refused.has(address)) return done()
      done(Object.assign(new Error("no such mailbox"), { responseCode: 550 }))
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = []
      stream.on("data", (chunk: Buffer) => chunks.push(chunk))
      stream.on("end", () => {
        received.push({
          recipients: session.envelope.rcptTo.map((to) => to.address),
          raw: Buffer.concat(chunks),
        })
        done()
      })
    },
  })
  const listening = server.listen(0, "127.0.0.1")
  await once(listening, "listening")
  return {
    port: (listening.address() as AddressInfo).port,
    mails: () =>
      Promise.all(
        received.map(async ({ recipients, raw }) => {
          const mail = await PostalMime.parse(raw, { attachmentEncoding: "arraybuffer" })
          return {
            to: mail.to?.[0]?.address ?? "",
            recipients,
            subject: mail.subject ?? "",
            text: mail.text ?? "",
            messageId: mail.messageId ?? "",
            headers: mail.headers.map((header) => header.key),
            attachments: mail.attachments.map((each) => each.content as ArrayBuffer),
          }
        }),
      ),
    refuse: (address) => void refused.add(address),
    accept: () => refused.clear(),
    forget: () => {
      received.length = 0
      refused.clear()
    },
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

async function listen(server: Server): Promise<string> {
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function bodyOf(request: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString("utf8")
}

const stopped = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })

export interface Bot {
  url: string
  messages: { chat_id: string; text: string }[]
  /** Answers to the next requests, in order, before it accepts again. */
  answers: { status: number; description: string; parameters?: { retry_after: number } }[]
  forget(): void
  stop(): Promise<void>
}

/** Telegram's `sendMessage`, as its documentation has it. */
export async function startBot(token: string): Promise<Bot> {
  const messages: Bot["messages"] = []
  const answers: Bot["answers"] = []
  const server = createServer((request, response) => {
    void (async () => {
      const text = await bodyOf(request)
      const answer = (status: number, json: unknown): void =>
        void response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(json))
      if (request.url !== `/bot${token}/sendMessage`)
        return answer(404, { ok: false, error_code: 404, description: "Not Found" })
      const next = answers.shift()
      if (next !== undefined) return answer(next.status, { ok: false, error_code: next.status, ...next })
      messages.push(JSON.parse(text) as Bot["messages"][number])
      answer(200, { ok: true, result: { message_id: messages.length } })
    })()
  })
  const url = await listen(server)
  const forget = (): void => {
    messages.length = 0
    answers.length = 0
  }
  return { url, messages, answers, forget, stop: () => stopped(server) }
}

export interface Receiver {
  url: string
  requests: { headers: IncomingHttpHeaders; text: string; body: Record<string, unknown> }[]
  /** Statuses of the next answers, in order, before it accepts again. */
  answers: number[]
  forget(): void
  stop(): Promise<void>
}

/** An operator's platform that takes notices. */
export async function startReceiver(): Promise<Receiver> {
  const requests: Receiver["requests"] = []
  const answers: number[] = []
  const server = createServer((request, response) => {
    void (async () => {
      const text = await bodyOf(request)
      requests.push({ headers: request.headers, text, body: JSON.parse(text) as Record<string, unknown> })
      response.writeHead(answers.shift() ?? 204).end()
    })()
  })
  const url = await listen(server)
  const forget = (): void => {
    requests.length = 0
    answers.length = 0
  }
  return { url, requests, answers, forget, stop: () => stopped(server) }
}
