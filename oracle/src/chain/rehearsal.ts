import {
  economyPda,
  MEMBER_BYTES,
  PAGE_HEAD_BYTES,
  PAGE_SLOTS,
  pagePda,
  STK_PROGRAM_ID,
  weekEnd,
  weekOf,
  weekStart,
  type EconomyPreset,
  keypairSigner,
} from "@stk/sdk"
import { Keypair, type PublicKey, type AccountInfo, type Connection } from "@solana/web3.js"
import type { EconomyRules } from "../score/rules"
import { Cluster } from "./cluster"
import { createEconomy } from "./create"
import { NotReady } from "./failures"
import { FileJournal } from "./journal"
import { postWeek, type PostReport } from "./post"
import { ChainRun, type Cost, type RunEvents } from "./run"
import { readScoredWeek, walletKey, type ScoredWeek } from "./scored_week"
import { registrationLane } from "./steps"

/** Posts and settles a week on a chain that exists for this alone: a rehearsal that costs nothing and tells what it would. */

/** What is needed of the package stk-localnet, which is there in a checkout only. */
interface LocalChain {
  readonly rpcUrl: string
  unixTime(): Promise<number>
  timeTravel(unixSeconds: number): Promise<void>
  stop(): Promise<void>
}
interface LocalChains {
  startLocalnet(options: { airdrop: { address: PublicKey; lamports: bigint }[] }): Promise<LocalChain>
}

/** A hundred thousand SOL: more than any rehearsal costs. */
const AIRDROP_LAMPORTS = 100_000_000_000_000n
/** Where `genesis` and `week` of an economy, and two fields of a member, are: state that a rehearsal takes for granted. */
const GENESIS_OFFSET = 8
const LAST_ACTIVE_WEEK_OFFSET = 52
const STREAK_OFFSET = 62

export interface RehearsalParameters {
  directory: string
  rules: EconomyRules
  preset: EconomyPreset
  parallelRegistration: boolean
  concurrency: number
}

export interface RehearsalReport {
  economy: string
  /** Creating the economy and registering everybody: once. */
  once: Cost
  /** The week itself, with settling: every week. */
  weekly: Cost
  post: PostReport
}

/** @throws {NotReady} when there is no local chain here */
export async function rehearse(p: RehearsalParameters, events: RunEvents): Promise<RehearsalReport> {
  const scored = await readScoredWeek(p.directory, p.rules)
  const { startLocalnet } = loadLocalnet()
  // The rehearsal never touches a chain that runs already.
  delete process.env.STK_RPC_URL
  const keypair = Keypair.generate()
  const signer = keypairSigner(keypair)
  const chain = await startLocalnet({ airdrop: [{ address: keypair.publicKey, lamports: AIRDROP_LAMPORTS }] })
  try {
    const urls = [chain.rpcUrl] as const
    const cluster = new Cluster(urls)
    const mint = Keypair.generate()
    events.onProgress("creating the economy", 0, 1)
    await createEconomy({ cluster, signer, mint, preset: p.preset, genesis: null })
    const [economy] = economyPda(mint.publicKey)
    const connectionParameters = { urls, economy, signer, concurrency: p.concurrency }
    const once = await register(new ChainRun(connectionParameters, FileJournal.none(), events), scored)
    await plantHistory(cluster.connection, economy, scored, await chain.unixTime())
    if ((await chain.unixTime()) < weekEnd(scored.week)) await chain.timeTravel(weekEnd(scored.week))
    const post = await postWeek(
      { ...connectionParameters, directory: p.directory, rules: p.rules, journal: null, settle: true },
      events,
    )
    return { economy: economy.toBase58(), once, weekly: post.cost, post }
  } finally {
    await chain.stop()
  }
}

function loadLocalnet(): LocalChains {
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- optional: part of a checkout, not of the package
    return require("stk-localnet") as LocalChains
  } catch (cause) {
    throw new NotReady(
      [
        "--embedded: needs the local chain of a checkout of the repository (package stk-localnet), which is not here",
      ],
      { cause },
    )
  }
}

async function register(run: ChainRun, scored: ScoredWeek): Promise<Cost> {
  await run.work((chain) => {
    run.events.onProgress("registering members", chain.economy.members, scored.members.length)
    const wallets = scored.members.slice(chain.economy.members).map((member) => member.wallet)
    if (wallets.length === 0) return []
    return [
      registrationLane(run.context, {
        members: chain.economy.members,
        capacities: chain.pages.map((page) => page.capacity),
        wallets,
        // In order, so that what is left is what comes after those on chain.
        parallel: false,
      }),
    ]
  })
  return run.cost()
}

/**
 * Gives the economy the past that the week rests on: a genesis in its week if that is over already, and the members'
 * weeks in a row.
 */
async function plantHistory(
  connection: Connection,
  economy: PublicKey,
  scored: ScoredWeek,
  now: number,
): Promise<void> {
  const { week } = scored
  if (week < (weekOf(now) ?? 0))
    await patch(connection, economy, (data) => data.writeBigInt64LE(BigInt(weekStart(week)), GENESIS_OFFSET))
  for (let page = 0; page * PAGE_SLOTS < scored.members.length; page++) {
    await patch(connection, pagePda(economy, page)[0], (data) => {
      const members = data.readUInt32LE(PAGE_HEAD_BYTES - 8)
      for (let slot = 0; slot < members; slot++) {
        const at = PAGE_HEAD_BYTES + slot * MEMBER_BYTES
        const member = scored.members[scored.byWallet.get(walletKey(data.subarray(at, at + 32))) ?? -1]
        if (member === undefined || member.streak < 2) continue
        data.writeUInt32LE(week - 1, at + LAST_ACTIVE_WEEK_OFFSET)
        data.writeUInt8(member.streak - 1, at + STREAK_OFFSET)
      }
    })
  }
}

async function patch(
  connection: Connection,
  address: PublicKey,
  change: (data: Buffer) => void,
): Promise<void> {
  const account: AccountInfo<Buffer> | null = await connection.getAccountInfo(address)
  if (account === null) throw new NotReady([`--embedded: there is no account at ${address.toBase58()}`])
  const data = Buffer.from(account.data)
  change(data)
  const response = await fetch(connection.rpcEndpoint, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      jsonrpc: "2.0",
      id: 1,
      method: "surfnet_setAccount",
      params: [
        address.toBase58(),
        { lamports: account.lamports, data: data.toString("hex"), owner: STK_PROGRAM_ID.toBase58() },
      ],
    }),
  })
  const { error } = (await response.json()) as { error?: { message: string } }
  if (error !== undefined)
    throw new NotReady([
      `--embedded: this local chain cannot set accounts (${error.message}): it must be Surfpool`,
    ])
}
