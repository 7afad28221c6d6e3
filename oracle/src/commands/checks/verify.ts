import { Cluster } from "../../chain/cluster"
import { resolveUrls } from "../../chain/cluster_url"
import { Disagreement } from "../../chain/failures"
import { parseAddress } from "../../chain/run"
import { readScoredWeek } from "../../chain/scored_week"
import { ChainReader } from "../../chain/state"
import { InputRefused } from "../../failure"
import { createProgress, grouped } from "../../output"
import { readRules, STK_RULES } from "../../score/rules"
import { verifyOnChain, type ChainVerdict } from "../../verify/chain"
import { DifferenceList } from "../../verify/compare"
import { verifyFiles, type FilesVerdict } from "../../verify/verify"
import type { VerifyOptions } from "../verify"
import { printJson } from "../chain/output"

export async function runVerify(directory: string, options: VerifyOptions): Promise<void> {
  const rules = options.rules === undefined ? STK_RULES : readRules(options.rules)
  const { events, members, previous, discourseUsers, memory } = options
  const out = new DifferenceList()
  const started = Date.now()
  const files = await verifyFiles(
    {
      directory,
      rules,
      events,
      members,
      ...(previous === undefined ? {} : { previous }),
      ...(discourseUsers === undefined ? {} : { discourseUsers }),
      ...(options.xapiUsers === undefined ? {} : { xapiUsers: options.xapiUsers }),
      ...(memory === undefined ? {} : { memory }),
    },
    out,
  )
  const seconds = secondsSince(started)
  let chain: (ChainVerdict & { url: string; seconds: number }) | null = null
  if (options.economy !== undefined) {
    const from = Date.now()
    const address = parseAddress(options.economy, "--economy")
    const cluster = new Cluster(resolveUrls(options.url))
    const progress = createProgress(options.json !== true)
    try {
      // Without a directory that fits together there is nothing to compare the chain with.
      const scored = await readScoredWeek(directory, rules)
      const verdict = await verifyOnChain(new ChainReader(cluster), address, scored, out, (done, total) =>
        progress.update("reading pages", done, total),
      )
      chain = { ...verdict, url: cluster.name, seconds: secondsSince(from) }
    } catch (error) {
      if (!(error instanceof InputRefused) || out.count === 0) throw error
    } finally {
      progress.stop()
    }
  }
  show({ files: { ...files, seconds }, chain, out }, options.json === true)
}

function secondsSince(started: number): number {
  return Math.round((Date.now() - started) / 100) / 10
}

interface Verdict {
  files: FilesVerdict & { seconds: number }
  chain: (ChainVerdict & { url: string; seconds: number }) | null
  out: DifferenceList
}

/** Prints a verdict. @throws {Disagreement} when anything differs */
function show({ files, chain, out }: Verdict, json: boolean): void {
  if (json)
    printJson({ verdict: out.count === 0 ? "same" : "different", files, chain, differences: out.kept })
  else {
    const lines = [
      `Week ${files.week}: ${grouped(files.events)} events of ${grouped(files.members)} members scored again and counted by a second ` +
        `program, ${files.files_compared} files compared, Merkle root ${files.root.slice(0, 16)}…, in ${files.seconds} s`,
    ]
    if (chain !== null) {
      lines.push(
        `Chain: economy ${chain.economy}, ${chain.phase}; due ${grouped(chain.due)}, payable ${grouped(chain.payable)}, paid ` +
          `${grouped(chain.paid)} base units; ${grouped(chain.slots_compared)} slots, ${grouped(chain.submissions_compared)} submissions and ` +
          `${grouped(chain.levels_compared)} levels with weeks in a row compared, in ${chain.seconds} s`,
      )
      if (chain.pages_without_history.length > 0)
        lines.push(
          `note: the cluster no longer gives all transactions of ${chain.pages_without_history.length} pages ` +
            `(${chain.pages_without_history.slice(0, 10).join(", ")}): what they submitted was not compared`,
        )
    }
    lines.push(out.count === 0 ? "VERIFIED: everything is the same" : `DIFFERENT: ${out.count} differences`)
    process.stdout.write(lines.join("\n") + "\n")
  }
  if (out.count > 0)
    throw new Disagreement(`the week is not what its raw files give: ${out.count} differences`, out.kept)
}
