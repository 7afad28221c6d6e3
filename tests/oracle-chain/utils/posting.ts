import { cpSync, readFileSync } from "node:fs"
import { createHash } from "node:crypto"
import { dirname } from "node:path"
import { isoWeek, keypairSigner, weekStart } from "@stk/sdk"
import { Keypair, PublicKey } from "@solana/web3.js"
import { Cluster as ChainCluster } from "../../../oracle/src/chain/cluster"
import { createEconomy } from "../../../oracle/src/chain/create"
import { readPreset } from "../../../oracle/src/chain/presets"
import { readConfig } from "../../../oracle/src/config/config"
import { createLogger } from "../../../oracle/src/log"
import { STK_RULES } from "../../../oracle/src/score/rules"
import { results, weeks } from "../../../oracle/src/store/schema"
import type { Store } from "../../../oracle/src/store/store"
import type { WeekContext } from "../../../oracle/src/week/step"
import { jsonLines, type Detail } from "../../oracle/utils/fixtures"
import { presetFile, type Cluster } from "./cluster"

/** Economies that begin with a week which has not begun yet, made in this process and side by side. */
export async function createEconomies(
  cluster: Cluster,
  week: number,
  keys: readonly Keypair[],
): Promise<PublicKey[]> {
  const preset = readPreset(presetFile(cluster.folder, "preset.json", 10n ** 15n))
  return Promise.all(
    keys.map(async (key) => {
      const created = await createEconomy({
        cluster: new ChainCluster([cluster.localnet.rpcUrl]),
        signer: keypairSigner(key),
        mint: Keypair.generate(),
        preset,
        genesis: weekStart(week),
      })
      return new PublicKey(created.economy)
    }),
  )
}

/** A scored week in a data directory and in a store, as the steps before posting leave it. */
export async function scoredContext(p: {
  cluster: Cluster
  store: Store
  economy: PublicKey
  week: number
  /** Output of `score`. */
  scored: string
  urls?: readonly string[]
  chain?: object
  /** Location of the store, for another process. */
  database?: string
}): Promise<WeekContext> {
  const { cluster, store, week } = p
  const name = isoWeek(week)
  const directory = cluster.folder.at(`data-of-${store.session}/weeks/${name}`)
  cpSync(p.scored, `${directory}/score`, { recursive: true, filter: (path) => !/journal|lock/.test(path) })
  const summary = readFileSync(`${directory}/score/summary.json`)
  const config = cluster.folder.file(
    `config-${store.session}.json`,
    JSON.stringify({
      data: dirname(dirname(directory)),
      ...(p.database === undefined ? {} : { database: p.database }),
      chain: {
        economy: p.economy.toBase58(),
        rpc: p.urls ?? [cluster.localnet.rpcUrl],
        oracle: cluster.operatorFile,
        ...p.chain,
      },
      sources: [{ name: "files", kind: "files", folder: "drop" }],
    }),
  )
  await store.database.insert(weeks).values({
    week,
    name,
    summarySha256: createHash("sha256").update(summary).digest("hex"),
    summary: JSON.parse(summary.toString()) as object,
  })
  const details = jsonLines<Detail>(readFileSync(`${directory}/score/detail.jsonl`, "utf8"))
  await store.database.insert(results).values(
    details.map((detail) => ({
      week,
      userId: detail.user_id,
      wallet: detail.wallet,
      memberIndex: detail.index,
      level: detail.level,
      streak: detail.streak,
      weightSum: detail.weight_sum,
      points: detail.points,
      reward: BigInt(detail.reward),
    })),
  )
  return {
    week,
    firstWeek: week,
    config: readConfig(config),
    rules: STK_RULES,
    store,
    directory,
    now: () => Math.floor(Date.now() / 1000),
    log: createLogger("silent"),
    signal: new AbortController().signal,
    dryRun: false,
    shadow: false,
    onProgress: () => undefined,
  }
}
