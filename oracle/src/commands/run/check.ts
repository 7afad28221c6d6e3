import { Connection } from "@solana/web3.js"
import { configuredRules, readConfig, type OracleConfig } from "../../config/config"
import { readSecret } from "../../config/secret"
import { EXIT, OracleError } from "../../failure"
import { createLogger } from "../../log"
import { printable, table } from "../../output"
import { createSource } from "../../source/create"
import { lmsMembers } from "../../source/lms"
import { readRosterFile } from "../../source/roster_file"
import { openStore } from "../../store/store"

interface Answer {
  what: string
  ok: boolean
  /** What it is, or what is wrong with it. */
  says: string
  exit_code: number
}

const PATIENCE_MS = 30_000

/** Tries everything that a configuration names, and says of each what it is or what is wrong. */
export async function runCheck(path: string, json: boolean): Promise<void> {
  const config = readConfig(path)
  const answers: Answer[] = []
  const attempt = async (what: string, work: () => Promise<string>): Promise<void> => {
    try {
      answers.push({ what, ok: true, says: await work(), exit_code: EXIT.ok })
    } catch (error) {
      const exitCode = error instanceof OracleError ? error.exitCode : EXIT.failure
      answers.push({ what, ok: false, says: (error as Error).message, exit_code: exitCode })
    }
  }
  await attempt("rules", () => Promise.resolve(configuredRules(config).name))
  await attempt("database", () => tryDatabase(config))
  for (const index of config.chain.rpc.keys()) await attempt(`rpc ${index}`, () => tryEndpoint(config, index))
  if (config.members !== undefined) await attempt("members", () => tryMembers(config))
  for (const source of config.sources)
    await attempt(`source ${source.name}`, () => trySource(config, source.name))
  process.stdout.write(
    json
      ? JSON.stringify({ config: path, answers }) + "\n"
      : table(
          ["", "", ""],
          answers.map(({ what, ok, says }) => [what, ok ? "ok" : "FAILED", printable(says)]),
        ).trimStart() + "\n",
  )
  const failed = answers.find((answer) => !answer.ok)
  if (failed !== undefined) throw new OracleError(failed.exit_code, [`${failed.what}: ${failed.says}`])
}

async function tryDatabase(config: OracleConfig): Promise<string> {
  const store = await openStore(config.database, { patience: PATIENCE_MS })
  await store.close()
  return `${store.kind === "pglite" ? "embedded" : "PostgreSQL"} at ${store.where}`
}

async function tryEndpoint(config: OracleConfig, index: number): Promise<string> {
  const field = `chain.rpc.${index}`
  const endpoint = config.chain.rpc[index] ?? ""
  const url = typeof endpoint === "string" ? endpoint : readSecret(endpoint, field)
  try {
    const connection = new Connection(url, {
      disableRetryOnRateLimit: true,
      fetch: (input, init) => fetch(input, { ...init, signal: AbortSignal.timeout(PATIENCE_MS) }),
    })
    return `genesis ${await connection.getGenesisHash()}`
  } catch (cause) {
    // Its message may repeat the URL, and that a key.
    throw new OracleError(EXIT.interrupted, ["does not answer as a Solana RPC endpoint"], { cause })
  }
}

async function tryMembers({ members }: OracleConfig): Promise<string> {
  if (members === undefined) return ""
  if (members.kind === "file") return `${(await readRosterFile(members.path)).length} records`
  const context = { log: createLogger("silent"), signal: AbortSignal.timeout(PATIENCE_MS) }
  for await (const page of lmsMembers(members, null, context))
    return `answers with ${page.members.length} members`
  return "answers"
}

async function trySource(config: OracleConfig, name: string): Promise<string> {
  const source = config.sources.find((one) => one.name === name)
  if (source === undefined) return ""
  const signal = AbortSignal.timeout(PATIENCE_MS)
  const context = { until: Date.now() / 1000, signal, log: createLogger("silent") }
  for await (const pulled of createSource(source, configuredRules(config)).pull(null, context))
    return `answers with ${pulled.lines.length} records`
  return "answers, and has nothing yet"
}
