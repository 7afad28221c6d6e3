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

const SCHEMA_FILE = "stk-oracle.schema.json"

/** A configuration to start from; keys that begin with // are comments. */
export function sampleConfig(
  kinds: readonly SampleSource[],
  economy = "ADDRESS-OF-THE-ECONOMY-AS-create-PRINTED-IT",
) {
  const week = weekOf(Date.now() / 1000)
  return {
    $schema: `./${SCHEMA_FILE}`,
    "// data": "raw records and weeks; keep a backup of it",
    data: "data",
    "// database":
      "postgres://user@host:5432/name (password in PGPASSWORD or PGPASSFILE); without it an embedded database in the data folder",
    chain: {
      economy,
      "// rpc": 'best first; one with a key in it is named, as in { "env": "RPC_URL" }',
      rpc: ["https://api.devnet.solana.com"],
      oracle: "oracle-key.json",
    },
    sources: kinds.map((kind) => SOURCES[kind]),
    "// members":
      'people, wallets and levels: a file, or { "kind": "lms", "url": …, "token": { "env": "LMS_TOKEN" } }',
    members: { kind: "file", path: "members.csv" },
    run: {
      "// firstWeek": "weeks before are not scored, and none is skipped afterwards",
      ...(week === null ? {} : { firstWeek: isoWeek(week) }),
    },
  }
}

/** The configuration's JSON schema, for editors. */
export function configJsonSchema(): Record<string, unknown> {
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
export function writeSample(path: string, kinds: readonly SampleSource[], economy?: string): string[] {
  if (existsSync(path)) throw new OutputRefused(path, "is there already; --check looks at it")
  const folder = dirname(resolve(path))
  mkdirSync(folder, { recursive: true })
  const schemaPath = join(folder, SCHEMA_FILE)
  writeFileSync(path, JSON.stringify(sampleConfig(kinds, economy), null, 2) + "\n", { flag: "wx" })
  writeFileSync(schemaPath, JSON.stringify(configJsonSchema(), null, 2) + "\n")
  return [path, schemaPath]
}
