import { isoWeek, weekOf } from "@stk/sdk/math"
import { existsSync, mkdirSync, writeFileSync } from "node:fs"
import { dirname, join, resolve } from "node:path"
import { z } from "zod"
import { configSchema } from "../../config/config"
import { OutputRefused } from "../../failure"

/** Kinds of sources that a sample can be made for, with an example of each. */
const SOURCES = {
  files: {
    "// folder": "exports that appear here, of any of the other kinds, are taken once",
    name: "drop",
    kind: "files",
    folder: "drop",
  },
  posthog: {
    "// apiKey": "a personal API key with the scope query:read",
    name: "posthog",
    kind: "posthog",
    host: "https://eu.posthog.com",
    "// project": "the number in the addresses of the project's pages",
    project: 1,
    apiKey: { env: "POSTHOG_KEY" },
  },
  discourse: {
    "// key": "an API key of an administrator: only they see the likes of others",
    name: "club",
    kind: "discourse",
    url: "https://forum.example.org",
    key: { env: "DISCOURSE_KEY" },
  },
  xapi: {
    "// url": "the address of the learning record store that /statements follows",
    name: "lrs",
    kind: "xapi",
    url: "https://lrs.example.org/xapi",
    auth: { username: "stk-oracle", password: { env: "XAPI_PASSWORD" } },
  },
} as const
export type SampleSource = keyof typeof SOURCES
export const SAMPLE_SOURCES = Object.keys(SOURCES) as SampleSource[]

/** Where members come from, with an example of each. */
const MEMBERS = {
  file: {
    "// path": "CSV with user_id, wallet and level, and discourse_username, email, telegram, language …",
    kind: "file",
    path: "members.csv",
  },
  lms: {
    "// url": "the address that /members follows, as openapi/lms.yaml of the package documents it",
    kind: "lms",
    url: "https://lms.example.org/api/v1",
    token: { env: "LMS_TOKEN" },
  },
} as const
export type SampleMembers = keyof typeof MEMBERS
export const SAMPLE_MEMBERS = Object.keys(MEMBERS) as SampleMembers[]

export interface SampleOptions {
  sources: readonly SampleSource[]
  members: SampleMembers
  economy?: string
}

const SCHEMA_FILE = "stk-oracle.schema.json"

/** A configuration to start from; keys that begin with // are comments. */
function sampleConfig({ sources, members, economy }: SampleOptions) {
  const week = weekOf(Date.now() / 1000)
  return {
    $schema: `./${SCHEMA_FILE}`,
    "// data": "raw records and weeks; keep a backup of it",
    data: "data",
    "// database":
      'postgres://user@host:5432/name, or { "env": "DATABASE_URL" } for one with a password; without it an embedded database in the data folder',
    chain: {
      economy: economy ?? "ADDRESS-OF-THE-ECONOMY-AS-create-PRINTED-IT",
      "// rpc": 'best first; one with a key in it is named, as in { "env": "RPC_URL" }',
      rpc: ["https://api.devnet.solana.com"],
      oracle: "oracle-key.json",
    },
    sources: sources.map((kind) => SOURCES[kind]),
    members: MEMBERS[members],
    run: {
      "// firstWeek": "weeks before are not scored, and none is skipped afterwards",
      ...(week === null ? {} : { firstWeek: isoWeek(week) }),
    },
  }
}

/** The configuration's JSON schema, for editors. */
function configJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(configSchema, {
    io: "input",
    unrepresentable: "any",
    override: ({ jsonSchema }) => {
      if (jsonSchema.type === "object") jsonSchema.patternProperties = { "^//": { type: "string" } }
    },
  })
  return { ...schema, properties: { $schema: { type: "string" }, ...schema.properties } }
}

/** Writes a sample and its schema. @returns their paths @throws {OutputRefused} there is a configuration */
export function writeSample(path: string, options: SampleOptions): string[] {
  if (existsSync(path)) throw new OutputRefused(path, "is there already; --check looks at it")
  const folder = dirname(resolve(path))
  mkdirSync(folder, { recursive: true })
  const schemaPath = join(folder, SCHEMA_FILE)
  writeFileSync(path, JSON.stringify(sampleConfig(options), null, 2) + "\n", { flag: "wx" })
  writeFileSync(schemaPath, JSON.stringify(configJsonSchema(), null, 2) + "\n")
  return [path, schemaPath]
}
