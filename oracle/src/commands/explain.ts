import { Command } from "commander"

export interface ExplainOptions {
  directory: string
  events: string[]
  discourseUsers?: string
  xapiUsers?: string
  rules?: string
  all?: boolean
  json?: boolean
}

export function explainCommand(): Command {
  return new Command("explain")
    .description(
      "says why a member has exactly these points in a week: every event, limit and coefficient, with the proof",
    )
    .argument("<member>", "user id")
    .requiredOption("--directory <dir>", "output of stk-oracle score")
    .requiredOption("--events <file...>", "the files that the week was scored from")
    .option("--discourse-users <file>", "the file that says who is who")
    .option("--xapi-users <file>", "the file that says whose an address is")
    .option("--rules <file>", "the rules that score --economy took (default: STK)")
    .option("--all", "list every event, also where there are hundreds")
    .option("--json", "print one JSON object on stdout")
    .addHelpText(
      "after",
      `
Example:
  $ stk-oracle explain anna --directory weeks/2026-W47 --events export/*.jsonl.gz

The exit code is 6 when the events do not give what was scored.`,
    )
    .action(async (member: string, options: ExplainOptions) =>
      (await import("./checks/explain")).runExplain(member, options),
    )
}
