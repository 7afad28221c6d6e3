import { Cluster } from "../../chain/cluster"
import { configuredUrls, resolveUrls } from "../../chain/cluster_url"
import { Disagreement } from "../../chain/failures"
import { parseAddress } from "../../chain/run"
import { readScoredWeek } from "../../chain/scored_week"
import { ChainReader } from "../../chain/state"
import { InputRefused, UsageError } from "../../failure"
import { createProgress, grouped } from "../../output"
import { readRules, STK_RULES } from "../../score/rules"
import { verifyOnChain, type ChainVerdict } from "../../verify/chain"
import { DifferenceList } from "../../verify/compare"
import { verifyFiles, type FilesVerdict, type VerifyParameters } from "../../verify/verify"
import type { VerifyOptions } from "../verify"
import { printJson } from "../chain/output"
import { configuredWeek } from "./configured"

/** What is verified, and against which chain. */
interface Subject {
  week: Omit<VerifyParameters, "secondCount">
  economy: string | null
  urls: readonly [string, ...string[]] | null
}

/** A week of the operator's data directory and the configured chain. */
async function fromConfig(options: VerifyOptions): Promise<Subject> {
  const { config, rules, scored, previous, files } = await configuredWeek(options)
  const { events, ...people } = files
  return {
    week: {
      ...people,
      directory: scored,
      rules,
      events: events.map((file) => file.path),
      ...(previous === null ? {} : { previous }),
    },
    economy: options.economy ?? (options.chain ? config.chain.economy : null),
    urls: options.url === undefined ? configuredUrls(config) : null,
  }
}

function fromDirectory(directory: string, options: VerifyOptions): Subject {
  const { events, members, previous, discourseUsers, xapiUsers } = options
  if (options.week !== undefined)
    throw new UsageError("--week", "goes with --config; the directory is a week already")
  if (events === undefined)
    throw new UsageError("--events", "is needed: the files that the week was scored from")
  if (members === undefined) throw new UsageError("--members", "is needed: the members file")
  return {
    week: {
      directory,
      rules: options.rules === undefined ? STK_RULES : readRules(options.rules),
      events,
      members,
      ...(previous === undefined ? {} : { previous }),
      ...(discourseUsers === undefined ? {} : { discourseUsers }),
      ...(xapiUsers === undefined ? {} : { xapiUsers }),
    },
    economy: options.economy ?? null,
    urls: null,
  }
}

export async function runVerify(directory: string | undefined, options: VerifyOptions): Promise<void> {
  const { week, economy, urls } =
    directory === undefined ? await fromConfig(options) : fromDirectory(directory, options)
  const { memory, secondCount } = options
  const out = new DifferenceList()
  const started = Date.now()
  const files = await verifyFiles({ ...week, secondCount, ...(memory === undefined ? {} : { memory }) }, out)
  const seconds = secondsSince(started)
  let chain: (ChainVerdict & { url: string; seconds: number }) | null = null
  if (economy !== null) {
    const from = Date.now()
    const address = parseAddress(economy, "--economy")
    const cluster = new Cluster(urls ?? resolveUrls(options.url))
    const progress = createProgress(options.json !== true)
    try {
      // Without a directory that fits together there is nothing to compare the chain with.
      const scored = await readScoredWeek(week.directory, week.rules)
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
      `Week ${files.week}: ${grouped(files.events)} events of ${grouped(files.members)} members scored again` +
        `${files.counted_twice ? " and counted by a second program" : ""}, ${files.files_compared} files compared, Merkle root ${files.root.slice(0, 16)}…, in ${files.seconds} s`,
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
