import { join } from "node:path"
import { configuredRules, readConfig, type OracleConfig } from "../../config/config"
import { EXIT, OracleError, UsageError } from "../../failure"
import { isoWeek } from "@stk/sdk/math"
import { readSummary } from "../../score/report"
import type { EconomyRules } from "../../score/rules"
import { checkInputs, inputFiles, readInputs, type InputFiles } from "../../week/inputs"
import { scoreDirectory, weekDirectory } from "../../week/layout"

/** A week of the operator's data directory, with everything that it was scored from. */
export interface ConfiguredWeek {
  config: OracleConfig
  rules: EconomyRules
  week: number
  /** Folder of the week. */
  directory: string
  /** Output of `score` in it. */
  scored: string
  /** Output of the week before, when the week was scored with one. */
  previous: string | null
  files: InputFiles
}

/** @throws {OracleError} the week's inputs are not fixed, or not what they were */
export async function configuredWeek(options: { config: string; week?: number }): Promise<ConfiguredWeek> {
  const { week } = options
  if (week === undefined)
    throw new UsageError("--week", `is needed: a week of ${options.config}, or name the output of score`)
  const config = readConfig(options.config)
  const directory = weekDirectory(config.data, week)
  const inputs = readInputs(directory)
  if (inputs === null)
    throw new OracleError(EXIT.notReady, [`${isoWeek(week)}: its inputs are not fixed yet`])
  await checkInputs(config.data, directory, inputs)
  const scored = scoreDirectory(directory)
  const before = readSummary(scored)?.inputs.previous?.week
  return {
    config,
    rules: configuredRules(config),
    week,
    directory,
    scored,
    previous: before === undefined ? null : scoreDirectory(join(directory, "..", before)),
    files: inputFiles(config.data, directory, inputs),
  }
}
