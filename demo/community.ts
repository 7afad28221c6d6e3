import { createReadStream, readFileSync } from "node:fs"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { Keypair, type PublicKey } from "@solana/web3.js"
import { StkClient, isoWeek, keypairSigner } from "@stk/sdk"
import type { Localnet } from "stk-localnet"
import type { Voice } from "./voice"

/** What every act plays on. */
export interface Stage {
  readonly voice: Voice
  readonly chain: Localnet
  /** Where the demo keeps its files. */
  readonly folder: string
  /** What `stk-oracle` needs to reach the chain as the operator. */
  readonly chainOptions: readonly string[]
}

/** An economy on the stage, and the data of the people in it. */
export interface Community {
  readonly economy: PublicKey
  readonly mint: PublicKey
  /** What `stk-oracle generate` wrote. */
  readonly data: string
  readonly firstWeek: number
  /** The last week that has generated activity. */
  readonly lastWeek: number
}

/** A line of `detail.jsonl`: what the demo shows and posts of it. */
export interface Detail {
  user_id: string
  wallet: string
  level: number
  streak: number
  /** Raw counts by day, Monday first, and scored type. */
  daily: number[][]
  /** Counted events of the week, by scored type. */
  counted: number[]
  weight_sum: number
  points: string
}

/** How often a sent transaction is looked for: a local chain confirms in a slot of 50 milliseconds. */
const POLL_MILLISECONDS = 50

/** Where the scores of a week are. */
export function scoredFolder(stage: Pick<Stage, "folder">, week: number): string {
  return join(stage.folder, isoWeek(week))
}

/** What `stk-oracle score` found about each member in a week. */
export async function readDetail(folder: string): Promise<Detail[]> {
  const details: Detail[] = []
  for await (const line of createInterface(createReadStream(join(folder, "detail.jsonl"), "utf8"))) {
    details.push(JSON.parse(line) as Detail)
  }
  return details
}

/** A member whose key the demo has. */
export interface KeyHolder {
  readonly name: string
  readonly wallet: string
  readonly key: Keypair
}

function readKeypair(path: string): Keypair {
  return Keypair.fromSecretKey(Uint8Array.from(JSON.parse(readFileSync(path, "utf8")) as number[]))
}

/** Rows of a file of comma-separated values without its head. */
export function readRows(path: string): string[][] {
  const [, ...lines] = readFileSync(path, "utf8").trim().split("\n")
  return lines.map((line) => line.split(","))
}

/** The members who have a keypair file. */
export function readKeyHolders({ data }: Pick<Community, "data">): KeyHolder[] {
  const folder = join(data, "keypairs")
  return readRows(join(folder, "keypairs.csv")).map(([name = "", wallet = "", file = ""]) => ({
    name,
    wallet,
    key: readKeypair(join(folder, file)),
  }))
}

/** Sends for one signer, as a dApp would. */
export function clientOf(chain: Localnet, economy: PublicKey, key: Keypair): StkClient {
  const signer = keypairSigner(key)
  return new StkClient({
    connection: chain.connect(),
    economy,
    signer,
    pollMilliseconds: POLL_MILLISECONDS,
  })
}
