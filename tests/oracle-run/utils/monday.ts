import { isoWeek, keypairSigner, pagePda, weekEnd, weekPda, weekStart } from "@stk/sdk"
import { Keypair, PublicKey } from "@solana/web3.js"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { Cluster as Endpoints } from "../../../oracle/src/chain/cluster"
import { createEconomy } from "../../../oracle/src/chain/create"
import { readPreset } from "../../../oracle/src/chain/presets"
import { openStore } from "../../../oracle/src/store/store"
import * as schema from "../../../oracle/src/store/schema"
import { presetFile, type Cluster } from "../../oracle-chain/utils/cluster"
import { startReceiver, type Receiver } from "../../oracle-notices/utils/receivers"
import { Daemon, dump, Operator, type Community } from "./operator"

const HOUR = 3_600
const NOTICE_SECRET = "a-secret-of-the-webhook-of-this-test"
/** More than any of these weeks is due. */
const AMPLE = 10n ** 15n

/** Tables of the store but leases, which count every process. */
export const TABLES = Object.keys(schema)
  .filter((name) => name !== "oracleSchema" && name !== "leases")
  .map((name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`))

/**
 * Everything that an operator has on a Monday: exports in a folder, a chain, an embedded database, a platform that takes
 * notices; and the command, at any second of any week.
 */
export class Mondays {
  private constructor(
    readonly cluster: Cluster,
    readonly receiver: Receiver,
    readonly operator: Operator,
    readonly economy: PublicKey,
    readonly community: Community,
  ) {}

  /** An economy that begins with the community's first week; two with one mint have one address. */
  static async start(p: {
    cluster: Cluster
    community: Community
    mint?: Keypair
    emission?: bigint
  }): Promise<Mondays> {
    const { cluster, community } = p
    const created = await createEconomy({
      cluster: new Endpoints([cluster.localnet.rpcUrl]),
      signer: keypairSigner(cluster.operator),
      mint: p.mint ?? Keypair.generate(),
      preset: readPreset(presetFile(cluster.folder, "preset.json", p.emission ?? AMPLE)),
      genesis: weekStart(community.first),
    })
    const receiver = await startReceiver()
    process.env.TEST_NOTICES_SECRET = NOTICE_SECRET
    const operator = new Operator(community, {
      chain: { economy: created.economy, rpc: [cluster.localnet.rpcUrl], oracle: cluster.operatorFile },
      notices: { webhook: { url: receiver.url, secret: { env: "TEST_NOTICES_SECRET" } } },
    })
    return new Mondays(cluster, receiver, operator, new PublicKey(created.economy), community)
  }

  async stop(): Promise<void> {
    this.operator.remove()
    await this.receiver.stop()
  }

  /** Starts `run` at some hour of the Monday that ends a week; the chain's clock is there, too. */
  async begin(week: number, hour: number, ...args: string[]): Promise<Daemon> {
    await this.cluster.passWeek(week, Math.floor(hour) * HOUR)
    return new Daemon(this.operator, args, weekEnd(week) + Math.round(hour * HOUR))
  }

  /** The same, to its end, which must be a good one. */
  async run(week: number, hour: number, ...args: string[]): Promise<Daemon> {
    const daemon = await this.begin(week, hour, "--once", ...args)
    const code = await daemon.ended()
    if (code !== 0) throw new Error(`run --once: ${code}\n${daemon.stderr}`)
    return daemon
  }

  /** All that is written down: files as bytes, rows of tables, accounts with their lamports. */
  async everything(): Promise<string[]> {
    // When a source was last asked is written by every collection.
    return [...this.files(), ...(await this.tables(TABLES, ["updated_at"])), ...(await this.accounts())]
  }

  private files(): string[] {
    return ["raw", "weeks"].flatMap((folder) =>
      Object.entries(this.operator.files(folder)).map(([path, bytes]) => `${folder}/${path} ${bytes}`),
    )
  }

  async tables(names: readonly string[], without: readonly string[]): Promise<string[]> {
    const store = await openStore(this.operator.config.database, { patience: 30_000 })
    try {
      return await dump(store, names, without)
    } finally {
      await store.close()
    }
  }

  private async accounts(): Promise<string[]> {
    const economy = await this.cluster.economy(this.economy)
    const addresses = [
      ...[this.economy, economy.mint, economy.vault, this.cluster.operator.publicKey],
      ...Array.from({ length: economy.pages }, (_, page) => pagePda(this.economy, page)[0]),
      ...this.weeks().map((week) => weekPda(this.economy, week)[0]),
    ]
    const accounts = await this.cluster.connection.getMultipleAccountsInfo(addresses)
    return accounts.map((account, place) => {
      const { lamports, data } = account ?? { lamports: 0, data: Buffer.alloc(0) }
      return `${addresses[place]?.toBase58()} ${lamports} ${data.toString("base64")}`
    })
  }

  weeks(): number[] {
    return Array.from({ length: this.community.weeks }, (_, place) => this.community.first + place)
  }

  /** A file of a week, as text. */
  read(week: number, path: string): string {
    return readFileSync(this.path(week, path), "utf8")
  }

  path(week: number, path: string): string {
    return join(this.operator.folder, "data", "weeks", isoWeek(week), path)
  }
}

/** Lines of one list that the other does not have, both ways, short enough to read. */
export function differences(before: readonly string[], after: readonly string[]): string[] {
  const lacking = (some: readonly string[], others: readonly string[], sign: string): string[] => {
    const known = new Set(others)
    return some.filter((line) => !known.has(line)).map((line) => sign + line.slice(0, 500))
  }
  return [...lacking(before, after, "- "), ...lacking(after, before, "+ ")]
}
