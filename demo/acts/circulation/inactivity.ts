import {
  SECONDS_PER_DAY,
  bandOf,
  inactiveDays,
  quarterName,
  quarterOf,
  redistributePageInstruction,
  unixDay,
  weekEnd,
  type Economy,
  type Member,
  type StkEvents,
} from "@stk/sdk"
import { dateOf } from "../../calendar"
import { bar, bold, count } from "../../show"
import { POSTING_TIME } from "../weeks"
import { exactly, stk } from "../economy"
import { personAt, refusalOf, sayRefused, type Scene } from "./scene"

/** So many weeks after the last busy one, whoever did nothing since is inactive for more than 90 days. */
const QUIET_WEEKS = 13
/** So many rows of the table of members, by their last activity. */
const MOST_ROWS = 8

/** What a quarter's redistribution did. Amounts are base units. */
export interface InactivityResult {
  quarter: string
  weeks_posted: number
  warned: number
  affected: number
  taken: string
  rewards_pool: { before: string; after: string }
  member: { name: string; days: number; before: string; after: string }
  /** Name of the error of a second call in the quarter. */
  refused: string
}

/** How many bits are set. */
const bitsOf = (bitmap: Uint8Array) =>
  bitmap.reduce((sum, byte) => sum + byte.toString(2).replaceAll("0", "").length, 0)

/** Most of the community falls silent, and after a quarter loses a share to those who go on. */
export async function playInactivity(scene: Scene): Promise<InactivityResult> {
  const { voice, calendar, operator, community } = scene
  const end = weekEnd(community.lastWeek + QUIET_WEEKS) + POSTING_TIME
  voice.heading("A quarter later: what the inactive lose")
  await voice.step(
    (weeks) =>
      `time passes, until ${dateOf(end)}: ${weeks.length} weeks posted and settled, ${count(weeks.at(-1)?.active ?? 0)} members active in each`,
    () => calendar.advance(end),
  )
  const now = await calendar.now()
  const today = unixDay(now) ?? 0
  const quarter = quarterName(quarterOf(now))
  const before = await operator.fetchEconomy()
  const members = await membersOf(scene)
  showActivity(scene, before, members, today)

  const anyone = personAt(scene, 4)
  const events: StkEvents["PageRedistributed"][] = []
  voice.say()
  await voice.step(`${anyone.name} redistributes ${quarter}: anyone may`, async () => {
    for (const { signature } of await anyone.client.redistribute(now)) {
      for (const event of await anyone.client.fetchEvents(signature))
        if (event.name === "PageRedistributed") events.push(event.data)
    }
  })
  const warned = events.reduce((sum, event) => sum + bitsOf(event.warned), 0)
  const affected = events.reduce((sum, event) => sum + bitsOf(event.affected), 0)
  const taken = events.reduce((sum, event) => sum + event.taken, 0n)
  const after = await operator.fetchEconomy()
  voice.say(`  ${bold(count(warned))} members are in the first band: warned.`)
  voice.say(`  ${bold(`${stk(taken)} STK`)} of the ${count(affected)} who have any go to the Rewards Pool.\n`)

  const later = await membersOf(scene)
  const losses = members.map((member, index) => ({
    member,
    loss: member.balance - (later[index]?.balance ?? 0n),
  }))
  const most = losses.reduce((high, each) => (each.loss > high.loss ? each : high))
  const name = scene.names.get(most.member.wallet.toBase58()) ?? most.member.wallet.toBase58()
  const left = most.member.balance - most.loss
  voice.table(
    ["STK", "before", "after", "change"],
    [
      [
        "Rewards Pool",
        exactly(before.funds[0]),
        exactly(after.funds[0]),
        `+${exactly(after.funds[0] - before.funds[0])}`,
      ],
      [
        "all members",
        exactly(before.memberBalances),
        exactly(after.memberBalances),
        exactly(after.memberBalances - before.memberBalances),
      ],
      [name, exactly(most.member.balance), exactly(left), exactly(-most.loss)],
    ],
  )
  voice.say()
  const again = redistributePageInstruction({ economy: community.economy, page: 0, hasStakes: false })
  const refused = await refusalOf(() => anyone.client.sendInstructions("redistribution", [again]))
  sayRefused(voice, `once more in ${quarter}`, refused)
  return {
    quarter,
    weeks_posted: calendar.posted.length,
    warned,
    affected,
    taken: `${taken}`,
    rewards_pool: { before: `${before.funds[0]}`, after: `${after.funds[0]}` },
    member: {
      name,
      days: inactiveDays(most.member, today),
      before: `${most.member.balance}`,
      after: `${left}`,
    },
    refused: refused.name,
  }
}

async function membersOf({ operator }: Scene): Promise<Member[]> {
  return (await operator.fetchPages()).flatMap(({ members }) => members)
}

/** How many members were active last in which week, and which band that is. */
function showActivity({ voice }: Scene, economy: Economy, members: readonly Member[], today: number): void {
  const groups = new Map<number, Member[]>()
  for (const member of members) {
    const days = inactiveDays(member, today)
    groups.set(days, [...(groups.get(days) ?? []), member])
  }
  const rows = [...groups].sort(([a], [b]) => a - b)
  const shown = rows.slice(0, MOST_ROWS)
  const most = BigInt(Math.max(...rows.map(([, group]) => group.length)))
  voice.say()
  voice.table(
    ["active or joined", "days ago", "members", "", "STK", "loses"],
    shown.map(([days, group]) => {
      const band = bandOf(economy.bands, days)
      const share = band === null ? "" : `${(economy.bands[band]?.bps ?? 0) / 100}%`
      const held = group.reduce((sum, { balance }) => sum + balance, 0n)
      return [
        dateOf((today - days) * SECONDS_PER_DAY),
        `${days}`,
        count(group.length),
        bar(BigInt(group.length), most),
        stk(held),
        share,
      ]
    }),
    [0, 3],
  )
}
