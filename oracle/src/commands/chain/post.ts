import { resolveUrls } from "../../chain/cluster_url"
import { postWeek, type PostPlan, type PostReport } from "../../chain/post"
import { readPreset } from "../../chain/presets"
import { createRunEvents } from "../../chain/progress"
import { rehearse } from "../../chain/rehearsal"
import { parseAddress } from "../../chain/run"
import { sol } from "../../chain/sol"
import { UsageError } from "../../failure"
import { resolveSigner } from "../../key/resolve"
import { feesOf } from "../chain_options"
import { grouped, printable, table } from "../../output"
import { readRules, STK_RULES, type EconomyRules } from "../../score/rules"
import type { PostOptions } from "../post"
import { askToContinue, describeCost, describeSignatures, printJson, tokens } from "./output"

export async function runPost(directory: string, options: PostOptions): Promise<void> {
  const rules = options.rules === undefined ? STK_RULES : readRules(options.rules)
  if (options.embedded === true) {
    await runRehearsal(directory, options, rules)
    return
  }
  if (options.economy === undefined) throw new UsageError("--economy", "is missing")
  if (options.unsigned !== undefined || options.signed !== undefined) {
    await (await import("./offline")).runOffline(directory, options, rules)
    return
  }
  const notes: string[] = []
  const economy = parseAddress(options.economy, "--economy")
  const urls = resolveUrls(options.url)
  const signer = await resolveSigner(options.keypair, "--keypair", notes)
  const registrar =
    options.registrar === undefined ? undefined : await resolveSigner(options.registrar, "--registrar", notes)
  const { events, stop } = createRunEvents(options.json === true)
  notes.forEach((note) => events.onNote(note))
  let report: PostReport
  try {
    report = await postWeek(
      {
        directory,
        rules,
        urls,
        economy,
        signer,
        ...(registrar === undefined ? {} : { registrar }),
        settle: options.settle === true,
        dryRun: options.dryRun === true,
        parallelRegistration: options.parallelRegistration === true,
        concurrency: options.concurrency,
        ...feesOf(options),
        confirm: async (plan) => {
          if (options.yes === true) return true
          stop()
          process.stderr.write(describePlan(plan) + "\n")
          return askToContinue(`Post ${plan.week} to ${economy.toBase58()}?`)
        },
      },
      events,
    )
  } finally {
    stop()
  }
  if (options.json === true) printJson(report)
  else process.stdout.write(describe(report, rules))
}

async function runRehearsal(directory: string, options: PostOptions, rules: EconomyRules): Promise<void> {
  const { events, stop } = createRunEvents(options.json === true)
  try {
    const report = await rehearse(
      {
        directory,
        rules,
        preset: readPreset(options.preset),
        parallelRegistration: options.parallelRegistration === true,
        concurrency: options.concurrency,
      },
      events,
    )
    stop()
    if (options.json === true) {
      printJson(report)
      return
    }
    process.stdout.write(
      `rehearsed on a local chain, which is gone\n\n${describe(report.post, rules)}\n` +
        `once, for ${grouped(report.post.totals?.members ?? 0)} members: ${describeCost(report.once)}\n` +
        `this week: ${describeCost(report.weekly)}\n`,
    )
  } finally {
    stop()
  }
}

/** What would be sent, by kind. */
export function describePlan(plan: PostPlan): string {
  const { members } = plan
  const rows = plan.steps.map((each) => [
    each.kind,
    grouped(each.transactions),
    grouped(each.bytes),
    sol(each.fees),
  ])
  return (
    `Week ${plan.week}: ${grouped(members.on_chain)} members on chain, ${grouped(members.new)} new, ` +
    `${grouped(members.levels)} levels to set, ${grouped(members.not_in_directory)} not in the directory\n` +
    (rows.length === 0
      ? "the chain has everything: nothing to send"
      : `${table(["step", "transactions", "bytes", "fees (SOL)"], rows)}\n` +
        `at most ${sol(plan.fees)} SOL of fees and ${sol(plan.rent)} SOL of rent`)
  )
}

function describe(report: PostReport, rules: EconomyRules): string {
  const parts: string[] = []
  if (report.outcome === "planned" && report.plan !== null) {
    parts.push(describePlan(report.plan))
    if (report.plan.transactions.length > 0)
      parts.push(
        table(
          ["", "transaction", "bytes"],
          report.plan.transactions.map((each, index) => [String(index + 1), each.what, String(each.bytes)]),
        ),
      )
    parts.push("dry run: nothing was sent")
    return parts.join("\n\n") + "\n"
  }
  if (report.outcome === "declined") return "nothing was sent\n"
  if (report.signatures.length > 0) parts.push(describeSignatures(report.signatures))
  const { totals, settlement } = report
  if (totals !== null) {
    const amount = (baseUnits: string): string => tokens(baseUnits, rules.decimals, printable(rules.symbol))
    parts.push(
      `${report.outcome === "posted" ? "posted" : "was posted already"}: week ${report.week}, ` +
        `${grouped(totals.active)} of ${grouped(totals.members)} members active\n` +
        `due ${amount(totals.due)}, payable ${amount(totals.payable)}: the chain agrees with points.csv`,
    )
    if (settlement !== null)
      parts.push(
        `${settlement.outcome === "settled" ? "settled" : "was settled already"}: paid ${amount(settlement.paid)}, ` +
          `returned to the pool ${amount(settlement.returned)}`,
      )
  }
  parts.push(`${describeCost(report.cost)} in ${report.seconds.toFixed(1)} s`)
  return parts.join("\n\n") + "\n"
}
