import { Command, Option } from "commander"
import { withConfigOption, type ConfigOption } from "./config_option"
import { SAMPLE_MEMBERS, SAMPLE_SOURCES, type SampleMembers, type SampleSource } from "./run/sample"

interface InitOptions extends ConfigOption {
  sources: SampleSource[]
  members: SampleMembers
  economy?: string
  check?: boolean
  json?: boolean
}

export function initCommand(): Command {
  return withConfigOption(new Command("init"))
    .description("writes a configuration with comments to start from, or checks one")
    .addOption(
      new Option("--sources <kind...>", "where activity comes from")
        .choices([...SAMPLE_SOURCES])
        .default(["files"]),
    )
    .addOption(
      new Option("--members <kind>", "where people, wallets and levels come from")
        .choices([...SAMPLE_MEMBERS])
        .default("file"),
    )
    .option("--economy <address>", "address of the economy")
    .option(
      "--check",
      "write nothing: read the configuration and try database, RPC endpoints, members and sources",
    )
    .option("--json", "with --check: print the answers as one JSON object on stdout")
    .addHelpText(
      "after",
      `
Writes the configuration, and beside it its JSON schema (stk-oracle.schema.json), by which editors complete and check
it. Nothing is replaced. Secrets are never written into it: they are named, as an environment variable or a file.

Examples:
  $ stk-oracle init --sources posthog discourse --members lms --economy 5xoT…
  $ stk-oracle init --check -c stk-oracle.json

Exit codes of --check beside those of stk-oracle --help: 3 the file breaks a rule, else the code of the first answer that failed`,
    )
    .action(async (options: InitOptions) => {
      if (options.check === true) {
        // Loads the chain's libraries, which other commands do without.
        const { runCheck } = await import("./run/check")
        await runCheck(options.config, options.json === true)
        return
      }
      const { writeSample } = await import("./run/sample")
      for (const path of writeSample(options.config, options)) process.stdout.write(`wrote ${path}\n`)
    })
}
