import { SECONDS_PER_DAY, weekEnd } from "@stk/sdk"
import { expect } from "chai"
import { eq } from "drizzle-orm"
import { createHash } from "node:crypto"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import pino from "pino"
import type { NoticesConfig } from "../../oracle/src/config/notices"
import { noticesConfigSchema } from "../../oracle/src/config/notices"
import { deliverNotices, retryFailed, type DeliveryContext } from "../../oracle/src/notice/deliver"
import { notifyStep } from "../../oracle/src/notice/step"
import { outboxCounts, queueResults } from "../../oracle/src/notice/outbox"
import { webhookSignature } from "../../oracle/src/notice/webhook"
import { statementFile } from "../../oracle/src/report/files"
import { STK_RULES } from "../../oracle/src/score/rules"
import { members, outbox, results, weeks } from "../../oracle/src/store/schema"
import type { Store } from "../../oracle/src/store/store"
import { Folder } from "../oracle/utils/fixtures"
import type { WeekContext } from "../../oracle/src/week/step"
import { eachStore } from "../utils/postgres"
import { startBot, startReceiver, startSmtp, type Bot, type Receiver, type Smtp } from "./utils/receivers"

const ECONOMY = "BjzYJ3eZAnJEefGY3991BFHX7MvN1Wq4CKGwoGZbSfkQ"
const WEEK = 2919
const SECRET = "webhook-secret-1234567890"
const TOKEN = "123456:bot-token-ABCDEF"
const HOSTILE = "Eve\r\nBcc: everybody@example.org\u202egnp.exe <b>=1+1"

interface PosthogBatch {
  api_key: string
  batch: { event: string; uuid: string; distinct_id: string; properties: Record<string, string> }[]
}

describe("notices", () => {
  let smtp: Smtp
  let bot: Bot
  let receiver: Receiver
  before(async () => {
    process.env.NOTICES_WEBHOOK_SECRET = SECRET
    process.env.NOTICES_TELEGRAM_TOKEN = TOKEN
    smtp = await startSmtp()
    bot = await startBot(TOKEN)
    receiver = await startReceiver()
  })
  after(async () => {
    delete process.env.NOTICES_WEBHOOK_SECRET
    delete process.env.NOTICES_TELEGRAM_TOKEN
    await Promise.all([smtp.stop(), bot.stop(), receiver.stop()])
  })
  beforeEach(() => [smtp, bot, receiver].forEach((each) => each.forget()))

  eachStore(({ open }) => {
    let store: Store
    let folder: Folder
    const lines: string[] = []
    const log = pino({}, { write: (line: string) => void lines.push(line) })
    const everyChannel = (): NoticesConfig =>
      noticesConfigSchema.parse({
        email: { host: "127.0.0.1", port: smtp.port, from: "STK <oracle@example.org>" },
        telegram: { token: { env: "NOTICES_TELEGRAM_TOKEN" }, api: bot.url },
        webhook: { url: receiver.url, secret: { env: "NOTICES_WEBHOOK_SECRET" } },
        link: "https://club.example.org",
      })
    const contextOf = (notices: NoticesConfig = everyChannel()): DeliveryContext => ({
      config: {
        notices,
        data: folder.path,
        chain: { economy: ECONOMY } as DeliveryContext["config"]["chain"],
      },
      store,
      log,
      signal: new AbortController().signal,
      now: () => 1_766_390_400,
    })
    const queue = (config = everyChannel()): Promise<{ members: number; queued: number }> =>
      queueResults(store, { economy: ECONOMY, rules: STK_RULES, config, week: WEEK })
    /** Everything is due at once again. */
    const makeDue = (): Promise<unknown> =>
      store.database.update(outbox).set({ dueAt: "2020-01-01T00:00:00Z" }).where(eq(outbox.state, "pending"))

    const pdf = Buffer.from("%PDF-1.7 the member's week")
    beforeEach(async () => {
      store = await open()
      folder = new Folder()
      lines.length = 0
      await store.database.insert(weeks).values({ week: WEEK, name: "2025-W51", isFinal: true })
      const row = { week: WEEK, level: 3, streak: 4, reward: 1_584_000_000n, credited: 1_584_000_000n }
      const file = join("weeks", "2025-W51", "reports", statementFile(WEEK, 0, "anna"))
      mkdirSync(join(folder.path, "weeks", "2025-W51", "reports"), { recursive: true })
      writeFileSync(folder.at(file), pdf)
      const hash = createHash("sha256").update(pdf).digest("hex")
      await store.database.insert(results).values([
        {
          ...row,
          userId: "anna",
          wallet: "A",
          memberIndex: 0,
          weightSum: 960,
          points: "1584",
          reportSha256: hash,
        },
        {
          ...row,
          userId: "eve",
          wallet: "E",
          memberIndex: 1,
          weightSum: 960,
          points: "1584",
          credited: 792_000_000n,
        },
        {
          ...row,
          userId: "idle",
          wallet: "I",
          memberIndex: 2,
          weightSum: 0,
          points: "0",
          reward: 0n,
          credited: 0n,
        },
      ])
      await store.database.insert(members).values([
        {
          userId: "anna",
          wallet: "A",
          level: 3,
          displayName: "Анна",
          email: "anna@example.org",
          language: "ru",
        },
        {
          userId: "eve",
          wallet: "E",
          level: 3,
          displayName: HOSTILE,
          email: "eve@example.org",
          telegram: "42",
        },
        { userId: "idle", wallet: "I", level: 3, email: "idle@example.org" },
      ])
    })
    afterEach(async () => {
      folder.remove()
      await store.close()
    })

    it("[STK-60] tells every member with a result once, by every way that reaches them, when the week is final", async () => {
      expect(await queue()).to.deep.equal({ members: 2, queued: 5 })
      expect(await deliverNotices(contextOf())).to.deep.equal({ sent: 5, postponed: 0, failed: 0 })

      const mails = await smtp.mails()
      expect(mails.map((mail) => mail.to)).to.have.members(["anna@example.org", "eve@example.org"])
      const anna = mails.find((mail) => mail.to === "anna@example.org")
      expect(anna?.subject).to.equal("Неделя 2025-W51: 1\u00a0584 STK")
      expect(anna?.text).to.contain("Здравствуйте, Анна!").and.to.contain("начислено 1\u00a0584 STK")
      expect(anna?.attachments.map((each) => Buffer.from(each))).to.deep.equal([pdf])
      expect(bot.messages.map((message) => message.chat_id)).to.deep.equal(["42"])
      expect(bot.messages[0]?.text)
        .to.contain("792 STK were credited")
        .and.to.contain("of 1,584 STK your share")
      expect(receiver.requests.map((request) => request.body.user_id)).to.have.members(["anna", "eve"])

      // Again: nothing is queued or sent a second time (STK-61's rule for this step).
      expect(await queue()).to.deep.equal({ members: 2, queued: 0 })
      expect(await deliverNotices(contextOf())).to.deep.equal({ sent: 0, postponed: 0, failed: 0 })
      expect(await outboxCounts(store, WEEK)).to.deep.equal({ pending: 0, sent: 5, failed: 0 })
    })

    it("tells nobody of a week that is no news any more, as when a lost store is filled again", async () => {
      const at = async (secondsLate: number): Promise<Record<string, unknown>> =>
        notifyStep({
          ...contextOf(),
          rules: STK_RULES,
          week: WEEK,
          now: () => weekEnd(WEEK) + secondsLate,
          dryRun: false,
          shadow: false,
        } as unknown as WeekContext)
      const days = everyChannel().mostDaysLate * SECONDS_PER_DAY
      expect(await at(days)).to.deep.equal({ queued: 0, days_late: 14, most_days_late: 14 })
      expect((await outboxCounts(store)).pending).to.equal(0)
      expect((await at(days - 1)).sent).to.equal(5)
    })

    it("sends nothing of a week that is not final, even when it is queued", async () => {
      await queue()
      await store.database.update(weeks).set({ isFinal: false }).where(eq(weeks.week, WEEK))
      expect(await deliverNotices(contextOf())).to.deep.equal({ sent: 0, postponed: 0, failed: 0 })
      expect(await smtp.mails()).to.deep.equal([])
      expect((await outboxCounts(store)).pending).to.equal(5)
    })

    it("signs what a webhook gets, and repeats it with the same key and body", async () => {
      receiver.answers.push(503, 429)
      await queue()
      const { webhook } = everyChannel()
      const only = noticesConfigSchema.parse({ webhook })
      expect((await deliverNotices(contextOf(only))).postponed).to.equal(2)
      await makeDue()
      expect(await deliverNotices(contextOf(only))).to.deep.equal({ sent: 2, postponed: 0, failed: 0 })

      expect(receiver.requests).to.have.length(4)
      for (const { headers, text } of receiver.requests)
        expect(headers["x-stk-signature"]).to.equal(
          webhookSignature(SECRET, String(headers["x-stk-timestamp"]), text),
        )
      const keys = receiver.requests.map(
        ({ headers, text }) => `${String(headers["idempotency-key"])} ${text}`,
      )
      expect(new Set(keys).size).to.equal(2)
    })

    it("[STK-108] sends our own events to PostHog, with the same uuid in every attempt", async () => {
      process.env.NOTICES_POSTHOG_KEY = "phc_project"
      receiver.answers.push(503)
      const only = noticesConfigSchema.parse({
        posthog: { host: new URL(receiver.url).origin, projectKey: { env: "NOTICES_POSTHOG_KEY" } },
        concurrency: 1,
      })
      await queue(only)
      expect(await deliverNotices(contextOf(only))).to.deep.equal({ sent: 1, postponed: 1, failed: 0 })
      await makeDue()
      expect((await deliverNotices(contextOf(only))).sent).to.equal(1)
      delete process.env.NOTICES_POSTHOG_KEY

      const batches = receiver.requests.map(({ body }) => body as unknown as PosthogBatch)
      expect(batches.map(({ api_key, batch }) => [api_key, batch.length])).to.deep.equal(
        Array(3).fill(["phc_project", 1]),
      )
      const sent = batches.flatMap(({ batch }) => batch)
      expect(new Set(sent.map(({ distinct_id, uuid }) => `${distinct_id} ${uuid}`)).size).to.equal(2)
      for (const { event, uuid, properties } of sent) {
        expect(event).to.equal("StkWeekCredited")
        expect(uuid).to.match(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
        expect(properties.week).to.equal("2025-W51")
        expect(properties.credited).to.be.oneOf(["1584000000", "792000000"])
      }
      // What comes back with an export is not taken for activity.
      expect(STK_RULES.events.map(({ name }) => name)).to.not.include("StkWeekCredited")
    })

    it("sends a claimed message again after its process was killed", async () => {
      await queue()
      const { email } = everyChannel()
      const only = noticesConfigSchema.parse({ email })
      // What a kill between sending and writing leaves behind: claimed, sent, still pending.
      await deliverNotices(contextOf(only))
      await store.database
        .update(outbox)
        .set({ state: "pending", sentAt: null })
        .where(eq(outbox.channel, "email"))
      const first = (await smtp.mails()).map((mail) => mail.messageId)
      expect(await deliverNotices(contextOf(only))).to.deep.equal({ sent: 0, postponed: 0, failed: 0 })
      await makeDue()
      expect((await deliverNotices(contextOf(only))).sent).to.equal(2)
      const all = (await smtp.mails()).map((mail) => mail.messageId)
      expect(all).to.have.length(4)
      expect(new Set(all)).to.deep.equal(new Set(first))
    })

    it("gives up what an address refuses, and tries it again when told to", async () => {
      smtp.refuse("eve@example.org")
      bot.answers.push({ status: 403, description: "Forbidden: bot was blocked by the user" })
      await queue()
      expect(await deliverNotices(contextOf())).to.deep.equal({ sent: 3, postponed: 0, failed: 2 })
      const failed = await store.database.select().from(outbox).where(eq(outbox.state, "failed"))
      expect(failed.map((row) => row.error).sort()).to.satisfy(
        ([smtpSaid, botSaid]: string[]) =>
          smtpSaid?.startsWith("SMTP 550") === true &&
          botSaid === "Telegram 403: Forbidden: bot was blocked by the user",
      )
      smtp.accept()
      expect(await retryFailed(store, WEEK)).to.equal(2)
      expect((await deliverNotices(contextOf())).sent).to.equal(2)
    })

    it("waits as long as Telegram asks, and never shows its token", async () => {
      bot.answers.push({ status: 429, description: `slow down ${TOKEN}`, parameters: { retry_after: 77 } })
      await queue()
      expect((await deliverNotices(contextOf())).postponed).to.equal(1)
      const [row] = await store.database.select().from(outbox).where(eq(outbox.channel, "telegram"))
      const seconds = (Date.parse(row?.dueAt ?? "") - Date.now()) / 1000
      expect(seconds).to.be.within(60, 80)
      expect(row?.error).to.equal("Telegram 429: slow down [redacted]")
      expect(lines.join("")).to.not.contain(TOKEN).and.not.contain(SECRET)
    })

    it("sends nothing to a channel that asked for a pause, and counts no attempt for that", async () => {
      await store.database.update(members).set({ telegram: "43" }).where(eq(members.userId, "anna"))
      const { telegram } = everyChannel()
      const only = noticesConfigSchema.parse({ telegram, concurrency: 1 })
      bot.answers.push({ status: 429, description: "slow down", parameters: { retry_after: 50 } })
      await queue(only)
      expect((await deliverNotices(contextOf(only))).postponed).to.equal(2)
      expect(bot.answers).to.deep.equal([])
      expect(bot.messages).to.deep.equal([])
      const rows = await store.database.select().from(outbox)
      expect(rows.map((row) => row.attempts).sort()).to.deep.equal([0, 1])
    })

    it("keeps names text: no header, no recipient, no markup, no turned direction", async () => {
      await queue()
      await deliverNotices(contextOf())
      const mail = (await smtp.mails()).find((each) => each.to === "eve@example.org")
      expect(mail?.recipients).to.deep.equal(["eve@example.org"])
      expect(mail?.headers).to.not.include("bcc")
      expect(mail?.text).to.contain("<b>=1+1").and.not.contain("\u202e")
      const message = bot.messages[0]
      expect(message).to.not.have.property("parse_mode")
      expect(message?.text).to.contain("<b>=1+1").and.not.contain("\u202e")
    })

    it("attaches no PDF but the one whose hash was recorded", async () => {
      writeFileSync(
        folder.at(join("weeks", "2025-W51", "reports", statementFile(WEEK, 0, "anna"))),
        "changed",
      )
      await queue()
      await deliverNotices(contextOf())
      const anna = (await smtp.mails()).find((mail) => mail.to === "anna@example.org")
      expect(anna?.attachments).to.deep.equal([])
    })

    it("lets two processes deliver at once without sending anything twice", async () => {
      const many = Array.from({ length: 300 }, (_, index) => ({
        userId: `member-${index}`,
        wallet: `w${index}`,
        week: WEEK,
        memberIndex: 10 + index,
        level: 1,
        streak: 1,
        weightSum: 10,
        points: "10",
        reward: 10_000_000n,
        credited: 10_000_000n,
      }))
      await store.database.insert(results).values(many)
      const { webhook } = everyChannel()
      const only = noticesConfigSchema.parse({ webhook })
      await queue(only)
      const reports = await Promise.all([deliverNotices(contextOf(only)), deliverNotices(contextOf(only))])
      expect(reports.reduce((sum, report) => sum + report.sent, 0)).to.equal(302)
      expect(receiver.requests).to.have.length(302)
    })
  })
})
