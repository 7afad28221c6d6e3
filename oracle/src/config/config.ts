import { readFileSync } from "node:fs"
import { dirname, join, resolve } from "node:path"
import { z } from "zod"
import { InputRefused } from "../failure"
import { absoluteReference } from "../key/reference"
import { readRules, STK_RULES, type EconomyRules } from "../score/rules"
import { isPostgresUrl, type StoreLocation } from "../store/location"
import { chainConfigSchema } from "./chain"
import { checksConfigSchema } from "./checks"
import { membersConfigSchema } from "./members"
import { noticesConfigSchema } from "./notices"
import { reportsConfigSchema } from "./reports"
import { runConfigSchema } from "./run"
import { secretSchema } from "./secret"
import { sourceConfigSchema } from "./sources"
import { watchConfigSchema } from "./watch"

/** The file that `stk-oracle run` and its helpers take: one economy, one store, one data directory. */
export const configSchema = z.strictObject({
  /** Folder of raw files and weeks; relative paths are relative to the configuration file. */
  data: z.string().min(1).default("data"),
  /** `postgres://…`, which is a secret when a password is in it, or a folder for the embedded database (default: `db` in the data directory). */
  database: z.union([z.string().min(1), secretSchema]).optional(),
  /** Rules that `score --economy` takes; STK by default. */
  rules: z.string().min(1).optional(),
  chain: chainConfigSchema,
  sources: z.array(sourceConfigSchema).min(1),
  members: membersConfigSchema.optional(),
  run: runConfigSchema.prefault({}),
  checks: checksConfigSchema.prefault({}),
  reports: reportsConfigSchema.prefault({}),
  notices: noticesConfigSchema.prefault({}),
  watch: watchConfigSchema.prefault({}),
})

/** A configuration with absolute paths. */
export type OracleConfig = z.infer<typeof configSchema> & { path: string; database: StoreLocation }

/** @throws {InputRefused} names the field and the rule */
export function readConfig(path: string): OracleConfig {
  const refuse = (field: string, rule: string): InputRefused =>
    new InputRefused([{ file: path, field, rule }])
  let json: unknown
  try {
    json = JSON.parse(readFileSync(path, "utf8"))
  } catch (cause) {
    throw refuse("config", `cannot be read as JSON (${(cause as Error).message})`)
  }
  const parsed = configSchema.safeParse(withoutComments(json))
  if (!parsed.success)
    throw new InputRefused(
      parsed.error.issues.map((issue) => ({
        file: path,
        field: issue.path.join(".") || "config",
        rule: issue.message,
      })),
    )
  const folder = dirname(resolve(path))
  const config = parsed.data
  const names = config.sources.map((source) => source.name)
  const repeated = names.find((name, index) => names.indexOf(name) !== index)
  if (repeated !== undefined) throw refuse("sources", `the name ${repeated} appears twice`)
  const data = resolve(folder, config.data)
  return {
    ...config,
    path: resolve(path),
    data,
    sources: config.sources.map((source) =>
      "folder" in source ? { ...source, folder: resolve(folder, source.folder) } : source,
    ),
    ...(config.members?.kind === "file"
      ? { members: { ...config.members, path: resolve(folder, config.members.path) } }
      : {}),
    database: config.database === undefined ? join(data, "db") : locationFrom(folder, config.database),
    ...(config.rules === undefined ? {} : { rules: resolve(folder, config.rules) }),
    chain: {
      ...config.chain,
      oracle: absoluteReference(config.chain.oracle, folder),
      ...(config.chain.registrar === undefined
        ? {}
        : { registrar: absoluteReference(config.chain.registrar, folder) }),
    },
  }
}

function locationFrom(folder: string, database: StoreLocation): StoreLocation {
  return typeof database !== "string" || isPostgresUrl(database) ? database : resolve(folder, database)
}

/** Rules that the configuration names; STK's by default. @throws {InputRefused} */
export function configuredRules(config: OracleConfig): EconomyRules {
  return config.rules === undefined ? STK_RULES : readRules(config.rules)
}

/** JSON has no comments: keys that begin with // are ours, `$schema` is for editors. */
function withoutComments(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutComments)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !key.startsWith("//") && key !== "$schema")
      .map(([key, member]) => [key, withoutComments(member)]),
  )
}
