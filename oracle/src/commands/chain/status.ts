import { SECONDS_PER_DAY } from "@stk/sdk"
import { Cluster } from "../../chain/cluster"
import { resolveUrls } from "../../chain/cluster_url"
import { parseAddress } from "../../chain/run"
import { sol } from "../../chain/sol"
import { ChainReader } from "../../chain/state"
import { readStatus, type Status } from "../../chain/status"
import { grouped, printable, table } from "../../output"
import type { ChainOptions } from "../chain_options"
import { printJson, tokens } from "./output"

export async function runStatus(options: ChainOptions & { economy: string }): Promise<void> {
  const cluster = new Cluster(resolveUrls(options.url))
  const economy = parseAddress(options.economy, "--economy")
  const status = await readStatus(new ChainReader(cluster), economy)
  if (options.json === true) printJson({ url: cluster.name, ...status })
  else process.stdout.write(describe(status))
}

function describe(status: Status): string {
  const { week, next, emission, funds } = status
  const amount = (baseUnits: string): string => tokens(baseUnits, status.decimals, printable(status.symbol))
  const rows: [string, string][] = [
    ["economy", `${printable(status.name)} ${status.economy}${status.paused ? ", PAUSED" : ""}`],
    ["chain time", status.chain_time],
  ]
  if (week === null) rows.push(["week", "none posted yet"])
  else {
    rows.push(["week", `${week.name}, ${week.phase}${week.held ? ", held by the guardian" : ""}`])
    rows.push([
      "scored",
      `${grouped(week.members_scored)} of ${grouped(week.members)} members, ${week.pages_scored} of ${week.pages} pages, ${grouped(week.active)} active`,
    ])
    rows.push(["settled", `${week.pages_settled} of ${week.pages} pages`])
    if (week.phase === "sealed" && week.settle_from !== null) rows.push(["settle from", week.settle_from])
    rows.push(["due, payable, paid", [week.due, week.payable, week.paid].map(amount).join(", ")])
    rows.push(["audit mismatches", String(week.mismatches)])
  }
  rows.push(
    [
      "next week",
      `${next.name}, ${next.is_over ? "over: can be posted" : `can be posted from ${next.from}`}`,
    ],
    [
      "members",
      `${grouped(status.members)} in ${status.pages.count} pages with ${grouped(status.pages.slots)} slots`,
    ],
    ["Rewards Pool", amount(funds.rewards_pool)],
    ["Treasury", amount(funds.treasury)],
    ["Startup", amount(funds.startup)],
    ["Team", amount(funds.team)],
    ["Liquidity", amount(funds.liquidity)],
    ["members' balances", amount(status.member_balances)],
    ["staked, frozen", [status.staked, status.frozen].map(amount).join(", ")],
    ["unsettled", amount(status.unsettled)],
    ["emission due", `${amount(emission.due)} of ${emission.due_days} days`],
    ["supply", `${amount(status.supply)}, at most ${amount(emission.cap)}`],
    [
      "vault",
      `${amount(status.vault_balance)}, owed ${amount(status.owed)}, surplus ${amount(status.surplus)}`,
    ],
  )
  rows.push([
    "SOL of the oracle",
    `${sol(BigInt(status.sol.oracle))}` +
      (status.roles.registrar === status.roles.oracle
        ? ""
        : `, of the registrar ${sol(BigInt(status.sol.registrar))}`),
  ])
  rows.push(...policyRows(status, amount))
  return table(["", ""], rows).trimStart() + "\n"
}

const capitalised = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1)

/** What the admin has set, or that nothing is set. */
function policyRows({ policy }: Status, amount: (baseUnits: string) => string): [string, string][] {
  const { reward_kinds: kinds, bands, spending_limits: limits, team } = policy
  const freeze = ({ least, most }: { least: number; most: number }): string =>
    least === most ? `${least}` : `${least} to ${most}`
  const spendable = Object.entries(limits).filter(([, limit]) => limit !== "0")
  const days = (seconds: number): string => grouped(Math.floor(seconds / SECONDS_PER_DAY))
  return [
    [
      "reward kinds",
      kinds.map((kind) => `${printable(kind.name)} (${freeze(kind.freeze_days)} days)`).join(", ") || "none",
    ],
    [
      "inactive members",
      bands.map(({ days: from, bps }) => `${bps / 100}% a quarter from ${from} days on`).join(", ") ||
        "lose nothing",
    ],
    [
      "spending a week",
      spendable.map(([fund, limit]) => `${capitalised(fund)} ${amount(limit)}`).join(", ") ||
        "nothing may be spent",
    ],
    [
      "team",
      `nothing for ${days(team.cliff_seconds)} days, all in ${days(team.vesting_seconds)} days, ` +
        `spent ${amount(team.spent)}`,
    ],
  ]
}
