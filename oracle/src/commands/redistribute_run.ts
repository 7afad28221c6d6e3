import { formatAmount, quarterOf } from "@stk/sdk"
import { configuredUrls } from "../chain/cluster_url"
import { history } from "../chain/history"
import { resolveSigner } from "../key/resolve"
import { createRunEvents } from "../chain/progress"
import { redistribute, takingsOf, type Taking } from "../chain/redistribute"
import { ChainRun, parseAddress } from "../chain/run"
import { StoreJournal } from "../chain/store_journal"
import { FileJournal } from "../chain/journal"
import { readConfig } from "../config/config"
import { createLogger } from "../log"
import { deliverNotices } from "../notice/deliver"
import { queueInactivity } from "../notice/inactivity"
import { grouped, printable, table } from "../output"
import { readRules, STK_RULES } from "../score/rules"
import { openStore } from "../store/store"
import { askToContinue, printJson } from "./chain/output"
import type { RedistributeOptions } from "./redistribute"
import { weekOf } from "@stk/sdk/math"

const MOST_LISTED = 20

export async function runRedistribute(options: RedistributeOptions): Promise<void> {
  const config = readConfig(options.config)
  const rules = config.rules === undefined ? STK_RULES : readRules(config.rules)
  const notes: string[] = []
  const { events, stop } = createRunEvents(options.json === true)
  const signer = await resolveSigner(config.chain.oracle, "chain.oracle", notes)
  notes.forEach((note) => events.onNote(note))
  const now = Math.floor(Date.now() / 1000)
  const store = await openStore(config.database)
  const dryRun = options.dryRun === true
  try {
    const economy = parseAddress(config.chain.economy, "chain.economy")
    const week = weekOf(now) ?? 0
    const journal = dryRun ? FileJournal.none() : await StoreJournal.open(store, week)
    const run = new ChainRun(
      { urls: configuredUrls(config), economy, signer, concurrency: config.chain.concurrency },
      journal,
      events,
    )
    await run.requireProgram()
    const planned = await redistribute(run, true)
    if (!dryRun && planned.pages > 0 && options.yes !== true) {
      stop()
      if (!(await askToContinue(`Redistribute ${grouped(planned.pages)} pages for ${planned.quarter}?`)))
        return
    }
    if (!dryRun) await run.begin({ command: "redistribute", week, summary_sha256: null })
    const report = dryRun ? planned : await redistribute(run, false)
    const chain = await run.reader.read(economy, dryRun ? "confirmed" : "finalized")
    const quarter = quarterOf(chain.now)
    const takings = dryRun
      ? []
      : await takingsOf(
          history(run.connection, (done, total) => events.onProgress("reading the history", done, total)),
          economy,
          quarter,
        )
    const notices =
      dryRun || !options.notices
        ? null
        : {
            ...(await queueInactivity(store, {
              economy: config.chain.economy,
              rules,
              config: config.notices,
              quarter,
              now: chain.now,
              takings,
            })),
            ...(await deliverNotices({
              config,
              store,
              log: createLogger(),
              signal: new AbortController().signal,
              now: () => Math.floor(Date.now() / 1000),
            })),
          }
    stop()
    if (options.json === true) printJson({ ...report, takings: takings.map(plain), notices })
    else process.stdout.write(describe())

    function describe(): string {
      const amount = (baseUnits: bigint): string =>
        `${grouped(formatAmount(baseUnits, rules.decimals))} ${printable(rules.symbol)}`
      const taken = takings.reduce((sum, each) => sum + each.amount, 0n)
      if (dryRun) return `${report.quarter}: ${grouped(report.pages)} pages are due; nothing was sent\n`
      const parts = [
        `${report.quarter}: ${report.outcome === "redistributed" ? "redistributed" : "was redistributed already"}, ` +
          `${amount(taken)} of ${grouped(takings.length)} members went back to the rewards pool`,
      ]
      if (takings.length > 0)
        parts.push(
          table(
            ["member", "days inactive", "taken", "left"],
            takings
              .slice(0, MOST_LISTED)
              .map((each) => [
                each.wallet.toBase58(),
                String(each.days),
                formatAmount(each.amount, rules.decimals),
                formatAmount(each.left, rules.decimals),
              ]),
          ) + (takings.length > MOST_LISTED ? `\n… and ${grouped(takings.length - MOST_LISTED)} more` : ""),
        )
      if (notices !== null) {
        parts.push(
          `told ${grouped(notices.members)} members: ${grouped(notices.sent)} messages sent, ${grouped(notices.postponed)} to be tried again`,
        )
        if (notices.unknown.length > 0)
          parts.push(
            `${grouped(notices.unknown.length)} wallets belong to nobody in the store: ${notices.unknown.slice(0, 3).join(", ")}`,
          )
      }
      return parts.join("\n\n") + "\n"
    }
  } finally {
    stop()
    await store.close()
  }
}

/** A taking as JSON has it: amounts as decimal text. */
function plain({ wallet, member, amount, days, bps, left, signature }: Taking): Record<string, unknown> {
  return { wallet: wallet.toBase58(), member, amount: `${amount}`, days, bps, left: `${left}`, signature }
}
