import { LAMPORTS_PER_SOL, SystemProgram } from "@solana/web3.js"
import { STK_PRESET, parseAmount, type StkClient } from "@stk/sdk"
import { Calendar } from "../../calendar"
import {
  clientOf,
  readDetail,
  readKeyHolders,
  scoredFolder,
  type Community,
  type Detail,
  type Stage,
} from "../../community"
import { count, dim } from "../../show"
import { playGovernance, type GovernanceResult } from "./governance"
import { playInactivity, type InactivityResult } from "./inactivity"
import { playLedger, type LedgerResult } from "./ledger"
import { playMarketplace, type PurchaseResult } from "./marketplace"
import { playPolicy, type PolicyResult } from "./policy"
import { playReviews, type ReviewsResult } from "./reviews"
import type { Person, Scene } from "./scene"

/** Of so many members, one stays active in the quiet weeks. */
const REGULARS = 10
/** Pays fees and the rent of activations and ballots of a person. */
const LAMPORTS = LAMPORTS_PER_SOL
/** Transfers of SOL in a transaction. */
const MOST_TRANSFERS = 20

/** What act two did. */
export interface CirculationResult {
  policy: PolicyResult
  purchase: PurchaseResult
  reviews: ReviewsResult
  governance: GovernanceResult
  inactivity: InactivityResult
  ledger: LedgerResult
}

/** Act two: what the tokens are for. */
export async function playCirculation(stage: Stage, community: Community): Promise<CirculationResult> {
  const { voice, chain } = stage
  const started = performance.now()
  voice.heading("Act two: what the tokens are for")
  const operator = clientOf(chain, community.economy, chain.payer)
  const details = await readDetail(scoredFolder(stage, community.lastWeek))
  const people = await voice.step(
    (cast) => `${count(cast.length)} members with keys, and SOL for their fees`,
    () => gather(stage, community, operator),
  )
  const scene: Scene = {
    voice,
    chain,
    community,
    operator,
    people,
    calendar: new Calendar(chain, operator, STK_PRESET, regularsOf(details)),
    names: new Map(details.map((member) => [member.wallet, member.user_id])),
  }
  const result = {
    policy: await playPolicy(scene),
    purchase: await playMarketplace(scene),
    reviews: await playReviews(scene),
    governance: await playGovernance(scene),
    inactivity: await playInactivity(scene),
    ledger: await playLedger(scene),
  }
  voice.say(`\n  ${dim(`act two in ${((performance.now() - started) / 1_000).toFixed(0)} s`)}`)
  return result
}

/** Members whose keys the demo has, the richest first, with SOL of the operator's. */
async function gather({ chain }: Stage, community: Community, operator: StkClient): Promise<Person[]> {
  const members = (await operator.fetchPages()).flatMap((page) => page.members)
  const indexes = new Map(members.map(({ wallet }, index) => [wallet.toBase58(), index]))
  const people = readKeyHolders(community).flatMap(({ name, wallet, key }): Person[] => {
    const index = indexes.get(wallet) ?? -1
    const member = members[index]
    if (member === undefined) return []
    const client = clientOf(chain, community.economy, key)
    return [{ name, wallet: member.wallet, client, index, balance: member.balance }]
  })
  people.sort((a, b) => (a.balance < b.balance ? 1 : -1))
  if ((people[1]?.balance ?? 0n) === 0n) {
    throw new Error("fewer than two members with keys have earned anything: take more members or weeks")
  }
  const transfers = people.map(({ wallet: toPubkey }) =>
    SystemProgram.transfer({ fromPubkey: chain.payer.publicKey, toPubkey, lamports: LAMPORTS }),
  )
  for (let start = 0; start < transfers.length; start += MOST_TRANSFERS) {
    await operator.sendInstructions("SOL for members", transfers.slice(start, start + MOST_TRANSFERS))
  }
  return people
}

/** Those who stay active when everybody else falls silent: the best of the last week. */
function regularsOf(details: readonly Detail[]): Detail[] {
  const points = ({ points: text }: Detail) => parseAmount(text, STK_PRESET.decimals)
  const ranked = details
    .filter(({ weight_sum: sum }) => sum > 0)
    .sort((a, b) => (points(a) < points(b) ? 1 : -1))
  return ranked.slice(0, Math.ceil(details.length / REGULARS))
}
