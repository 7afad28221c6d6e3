import { resolveUrls } from "../../chain/cluster_url"
import { createRunEvents } from "../../chain/progress"
import { parseAddress } from "../../chain/run"
import { UsageError } from "../../failure"
import { readBundle, writeBundle } from "../../key/bundle"
import { prepareStage, submitStage, type OfflineParameters } from "../../key/offline"
import { grouped } from "../../output"
import type { EconomyRules } from "../../score/rules"
import type { PostOptions } from "../post"
import { readNonceList } from "./nonce"
import { describeSignatures, printJson } from "./output"

/** `post --unsigned` and `post --signed`: the key is on another machine. */
export async function runOffline(
  directory: string,
  options: PostOptions,
  rules: EconomyRules,
): Promise<void> {
  if (options.unsigned !== undefined && options.signed !== undefined)
    throw new UsageError(
      "--signed",
      "cannot be used with --unsigned: one writes the file, the other sends it",
    )
  if (options.priorityFee === "auto")
    throw new UsageError(
      "--priority-fee",
      "auto needs the key at hand: what others pay changes while it signs",
    )
  const p: OfflineParameters = {
    directory,
    rules,
    urls: resolveUrls(options.url),
    economy: parseAddress(options.economy ?? "", "--economy"),
    priorityFee: options.priorityFee,
    nonces: options.nonces === undefined ? null : readNonceList(options.nonces),
  }
  const { events, stop } = createRunEvents(options.json === true)
  try {
    if (options.signed !== undefined) {
      const report = await submitStage(p, readBundle(options.signed), events)
      stop()
      if (options.json === true) printJson(report)
      else
        process.stdout.write(
          (report.signatures.length > 0 ? describeSignatures(report.signatures) + "\n\n" : "") +
            `${report.stage}: ${grouped(report.landed)} landed, ${grouped(report.earlier)} had before\n` +
            (report.next === null
              ? `week ${report.week} is posted: the chain agrees with points.csv; next is stk-oracle settle, with any key\n`
              : `next: ${report.next}: make its file with --unsigned\n`),
        )
      return
    }
    const out = options.unsigned ?? "-"
    const { stage, bundle } = await prepareStage(p, events)
    stop()
    if (bundle !== null) writeBundle(out, bundle)
    if (out === "-" && bundle !== null) return
    if (options.json === true)
      printJson({
        out: bundle === null ? null : out,
        stage,
        transactions: bundle?.transactions.length ?? 0,
        more: bundle?.more ?? 0,
      })
    else
      process.stdout.write(
        bundle === null
          ? "the chain has everything of this week: nothing to sign\n"
          : `${bundle.stage}: ${grouped(bundle.transactions.length)} transactions to sign: ${out}\n` +
              (bundle.more > 0 ? `${grouped(bundle.more)} more of this stage follow in another file\n` : "") +
              (bundle.durable ? "" : "they must be back, signed, within about a minute\n"),
      )
  } finally {
    stop()
  }
}
