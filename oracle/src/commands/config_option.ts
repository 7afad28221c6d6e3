import type { Command } from "commander"

/** Name of the configuration file in the folder that commands are run in. */
export const DEFAULT_CONFIG = "stk-oracle.json"

export interface ConfigOption {
  config: string
}

/** Adds `-c, --config`, which every command over the operator's store and data takes. */
export function withConfigOption(command: Command): Command {
  return command.option("-c, --config <file>", "the operator's configuration", DEFAULT_CONFIG)
}
