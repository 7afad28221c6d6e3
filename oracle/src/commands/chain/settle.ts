import { join } from "node:path"
import { resolveUrls } from "../../chain/cluster_url"
import { FileJournal, JOURNAL_FILE } from "../../chain/journal"
import { DirectoryLock } from "../../chain/lock"
import { createRunEvents } from "../../chain/progress"
import { ChainRun, parseAddress } from "../../chain/run"
import { readScoredWeek, type ScoredWeek } from "../../chain/scored_week"
import { settle } from "../../chain/settle"
import { resolveSigner } from "../../key/resolve"
import { grouped, printable } from "../../output"
import { readRules, STK_RULES } from "../../score/rules"
import { feesOf } from "../chain_options"
import type { SettleOptions } from "../settle"
import { describeCost, describeSignatures, printJson, tokens } from "./output"

export async function runSettle(options: SettleOptions): Promise<void> {
  const started = Date.now()
  const rules = options.rules === undefined ? STK_RULES : readRules(options.rules)
  const directory = options.against
  const scored: ScoredWeek | undefined =
    directory === undefined ? undefined : await readScoredWeek(directory, rules)
  const notes: string[] = []
  const parameters = {
    urls: resolveUrls(options.url),
    economy: parseAddress(options.economy, "--economy"),
    signer: await resolveSigner(options.keypair, "--keypair", notes),
    concurrency: options.concurrency,
    ...feesOf(options),
  }
  const { events, stop } = createRunEvents(options.json === true)
  notes.forEach((note) => events.onNote(note))
  const lock = directory === undefined ? null : DirectoryLock.take(directory)
  const journal =
    directory === undefined ? FileJournal.none() : FileJournal.open(join(directory, JOURNAL_FILE))
  try {
    const run = new ChainRun(parameters, journal, events)
    await run.requireProgram()
    const week = options.week ?? scored?.week
    await run.begin({ command: "settle", week: week ?? 0, summary_sha256: scored?.summarySha256 ?? null })
    const totals = await settle(run, {
      ...(week === undefined ? {} : { week }),
      ...(scored === undefined ? {} : { scored }),
    })
    const economy = await run.reader.economy(parameters.economy)
    const cost = await run.cost()
    if (run.landed.length > 0) await journal.result({ ...totals, cost })
    stop()
    const signatures = run.landed.map(({ kind, what, signature }) => ({ kind, what, signature }))
    if (options.json === true) {
      printJson({ economy: options.economy, ...totals, cost, signatures })
      return
    }
    const amount = (baseUnits: string): string =>
      tokens(baseUnits, economy.decimals, printable(economy.symbol))
    process.stdout.write(
      (signatures.length === 0 ? "" : describeSignatures(signatures) + "\n\n") +
        `${totals.outcome === "settled" ? "settled" : "was settled already"}: week ${totals.week}\n` +
        `due       ${amount(totals.due)}\npayable   ${amount(totals.payable)}\npaid      ${amount(totals.paid)}\n` +
        `returned  ${amount(totals.returned)}\n` +
        (totals.members_checked > 0
          ? `each of ${grouped(totals.members_checked)} slots was credited its share to the unit\n`
          : "") +
        `${describeCost(cost)} in ${((Date.now() - started) / 1000).toFixed(1)} s\n`,
    )
  } finally {
    stop()
    await journal.close()
    lock?.release()
  }
}
