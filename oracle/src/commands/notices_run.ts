import { isoWeek } from "@stk/sdk"
import { and, asc, eq, ne } from "drizzle-orm"
import { readConfig } from "../config/config"
import { EXIT, OracleError } from "../failure"
import { createLogger } from "../log"
import { deliverNotices, retryFailed, type DeliveryReport } from "../notice/deliver"
import { outboxCounts } from "../notice/outbox"
import { createProgress, grouped, printable, table } from "../output"
import { outbox } from "../store/schema"
import { openStore } from "../store/store"
import type { NoticesOptions } from "./notices"

/** Messages listed for people; `--json` has all. */
const MOST_LISTED = 20

export async function runNotices(options: NoticesOptions): Promise<void> {
  const config = readConfig(options.config)
  const progress = createProgress(options.json !== true)
  const controller = new AbortController()
  const stop = (): void => controller.abort()
  process.once("SIGINT", stop).once("SIGTERM", stop)
  const store = await openStore(config.database)
  try {
    const retried = options.retryFailed === true ? await retryFailed(store, options.week) : 0
    let delivered: DeliveryReport | null = null
    if (options.deliver === true)
      delivered = await deliverNotices({
        config,
        store,
        log: createLogger(),
        signal: controller.signal,
        now: () => Math.floor(Date.now() / 1000),
        onProgress: (stage, done, total) => progress.update(stage, done, total),
      })
    progress.stop()
    const counts = await outboxCounts(store, options.week)
    const open = await store.database
      .select({
        id: outbox.id,
        kind: outbox.kind,
        week: outbox.week,
        user_id: outbox.userId,
        channel: outbox.channel,
        state: outbox.state,
        attempts: outbox.attempts,
        due_at: outbox.dueAt,
        error: outbox.error,
      })
      .from(outbox)
      .where(
        and(ne(outbox.state, "sent"), options.week === undefined ? undefined : eq(outbox.week, options.week)),
      )
      .orderBy(asc(outbox.state), asc(outbox.dueAt), asc(outbox.id))
    if (options.json === true) {
      const messages = open.map((each) => ({ ...each, week: isoWeek(each.week) }))
      process.stdout.write(JSON.stringify({ counts, retried, delivered, messages }) + "\n")
    } else {
      process.stdout.write(
        table(
          ["sent", "waiting", "given up"],
          [[grouped(counts.sent), grouped(counts.pending), grouped(counts.failed)]],
        ) + "\n",
      )
      if (open.length > 0)
        process.stdout.write(
          `\n${table(
            ["week", "member", "channel", "state", "attempts", "why"],
            open
              .slice(0, MOST_LISTED)
              .map((each) => [
                isoWeek(each.week),
                printable(each.user_id),
                each.channel,
                each.state,
                String(each.attempts),
                printable(each.error ?? ""),
              ]),
          )}\n${open.length > MOST_LISTED ? `… and ${grouped(open.length - MOST_LISTED)} more\n` : ""}`,
        )
    }
    if (delivered !== null && delivered.failed > 0)
      throw new OracleError(EXIT.interrupted, [
        `${delivered.failed} notices were given up: mend what the list says, then repeat with --retry-failed --deliver`,
      ])
  } finally {
    progress.stop()
    process.off("SIGINT", stop).off("SIGTERM", stop)
    await store.close()
  }
}
