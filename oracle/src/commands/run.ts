import { Command, Option } from "commander"
import { STEPS, type StepName } from "../week/step"
import { withConfigOption, type ConfigOption } from "./config_option"
import { parseWeek } from "./week_option"

export interface RunCommandOptions extends ConfigOption {
  once?: boolean
  week?: number
  until?: StepName
  dryRun?: boolean
  shadow?: boolean
  again?: boolean
  json?: boolean
}

export function runCommand(): Command {
  return withConfigOption(new Command("run"))
    .description("moves every week from events to notices, each step in its window, and sleeps in between")
    .option("--once", "do what is due now and end, for cron")
    .option("--week <week>", "only this ISO week, once", parseWeek)
    .addOption(new Option("--until <step>", "no step after this one").choices([...STEPS]))
    .option("--dry-run", "read and compute only, and say what would be done")
    .option("--shadow", "do everything but send: rehearse the posting, leave notices unsent")
    .option(
      "--again",
      "run steps that are done again and make sure that nothing changes (with --once or --week)",
    )
    .option("--json", "print what happens on stdout, one JSON object a line")
    .addHelpText(
      "after",
      `
Steps and the time on Monday (UTC) before which they never start:
  aggregate 00:00 (inputs are fixed at 02:00), score 02:00, report 04:00, post 06:00, notify 08:00
A late step runs as soon as the one before is done; weeks are never skipped. SIGTERM and SIGINT end the run after the
current unit of work; the next start goes on there. Logs are JSON lines on stderr (STK_LOG_LEVEL=warn for less).

Examples:
  $ stk-oracle run -c stk-oracle.json
  $ stk-oracle run --once -c stk-oracle.json
  $ stk-oracle run --week 2025-W51 --until score
  $ stk-oracle run --week 2025-W51 --dry-run

Exit codes beside those of stk-oracle --help, with --once and --week:
  0  everything that is due is done
  5  a step is not ready, or the store does not fit the configuration
  7  another process has the lease or the embedded database
  8  a source, the database or the cluster did not answer; the next run resumes
  10  a week is held: see stk-oracle holds`,
    )
    .action(async (options: RunCommandOptions) => {
      // Loads the chain's libraries, which other commands do without.
      const { runWeekly } = await import("./run/execute")
      await runWeekly(options)
    })
}
