import { formatAmount, isoWeek, parseAmount } from "@stk/sdk/math"
import { basename, join, resolve } from "node:path"
import { decodeAddress } from "../base58"
import type { ReportOptions } from "../commands/report"
import { readConfig } from "../config/config"
import { UsageError } from "../failure"
import { createProgress, grouped, printable, table } from "../output"
import { readRules, STK_RULES } from "../score/rules"
import { openStore } from "../store/store"
import { readNames } from "./names"
import { scoredDirectory, writeReports, type ReportParameters, type ReportResult } from "./reports"
import { reportParameters } from "./step"

/** `stk-oracle report` */
export async function runReport(directory: string | undefined, options: ReportOptions): Promise<void> {
  const started = process.hrtime.bigint()
  const progress = createProgress(options.json !== true)
  let result: ReportResult
  let out: string
  try {
    const parameters =
      directory === undefined ? await fromConfig(options) : await fromDirectory(directory, options)
    out = parameters.out
    result = await writeReports({
      ...parameters,
      ...(options.language === undefined ? {} : { language: options.language }),
      ...(options.community === undefined ? {} : { community: options.community }),
      ...(options.workers === undefined ? {} : { workers: options.workers }),
      ...(options.member === undefined ? {} : { member: options.member }),
      onProgress: (stage, done, total) => progress.update(stage, done, total),
    })
  } finally {
    progress.stop()
  }
  const seconds = Math.round(Number(process.hrtime.bigint() - started) / 1e6) / 1000
  const bytes = result.statements.reduce((sum, statement) => sum + statement.bytes, 0)
  const { written, unchanged, removed } = result
  if (options.json === true) {
    process.stdout.write(
      JSON.stringify({
        out,
        week: isoWeek(result.week),
        statements: result.statements.length,
        written,
        unchanged,
        removed,
        bytes,
        page: result.page,
        manifest: result.manifest,
        ...(options.member === undefined ? {} : { statement: result.statements[0] }),
        seconds,
      }) + "\n",
    )
    return
  }
  const rows = [
    ["statements", grouped(result.statements.length)],
    ["written", grouped(written)],
    ["unchanged", grouped(unchanged)],
    ["removed", grouped(removed)],
    [
      "kilobytes each",
      formatAmount(BigInt(Math.round(bytes / 100 / Math.max(1, result.statements.length))), 1),
    ],
  ]
  const files =
    result.manifest === null ? result.statements : [...(result.page ? [result.page] : []), result.manifest]
  process.stdout.write(
    `Reports of ${isoWeek(result.week)}\n\n${table(["", ""], rows).trimStart()}\n\n` +
      files.map(({ file, sha256 }) => `${printable(join(out, file))} ${sha256}\n`).join("") +
      `in ${seconds.toFixed(1)} s\n`,
  )
}

/** From a scored directory alone: no store, no network. */
async function fromDirectory(directory: string, options: ReportOptions): Promise<ReportParameters> {
  if (options.week !== undefined)
    throw new UsageError("--week", "goes with --config; the directory is a week already")
  const rules = options.rules === undefined ? STK_RULES : readRules(options.rules)
  return {
    scored: directory,
    previous: options.previous ?? [],
    out: options.out ?? (options.member === undefined ? outBeside(directory) : "."),
    rules,
    language: "en",
    names: options.members === undefined ? new Map() : await readNames(options.members),
    economy: economyOf(options),
    payable: payableOf(options, rules.decimals),
  }
}

/** A scored directory holds nothing else, so the reports stand beside it. */
function outBeside(directory: string): string {
  const scored = scoredDirectory(directory)
  if (scored !== directory) return join(directory, "reports")
  return basename(resolve(directory)) === "score"
    ? join(directory, "..", "reports")
    : `${resolve(directory)}-reports`
}

async function fromConfig(options: ReportOptions): Promise<ReportParameters> {
  if (options.week === undefined)
    throw new UsageError("dir", `name a scored directory, or a week of ${options.config} with --week`)
  const config = readConfig(options.config)
  const rules = config.rules === undefined ? STK_RULES : readRules(config.rules)
  const store = await openStore(config.database)
  try {
    const parameters = await reportParameters({
      config,
      rules,
      store,
      week: options.week,
      directory: join(config.data, "weeks", isoWeek(options.week)),
    })
    return {
      ...parameters,
      ...(options.previous === undefined ? {} : { previous: options.previous }),
      ...(options.members === undefined ? {} : { names: await readNames(options.members) }),
      ...(options.out === undefined && options.member === undefined ? {} : { out: options.out ?? "." }),
      ...(options.economy === undefined ? {} : { economy: economyOf(options) }),
      ...(options.payable === undefined ? {} : { payable: payableOf(options, rules.decimals) }),
    }
  } finally {
    await store.close()
  }
}

function economyOf({ economy }: ReportOptions): string | null {
  if (economy !== undefined && decodeAddress(economy) === null)
    throw new UsageError("--economy", "must be the base58 address of 32 bytes")
  return economy ?? null
}

function payableOf({ payable }: ReportOptions, decimals: number): bigint | null {
  if (payable === undefined) return null
  try {
    return parseAmount(payable.replaceAll(",", ""), decimals)
  } catch {
    throw new UsageError("--payable", `must be an amount with at most ${decimals} decimals`)
  }
}
