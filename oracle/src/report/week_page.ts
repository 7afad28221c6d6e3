import { closingSunday, dateOfDay, formatAmount, SECONDS_PER_DAY, weekStart } from "@stk/sdk/math"
import { createHash } from "node:crypto"
import { grouped } from "../output"
import type { Summary } from "../score/report"
import { bar, columnChart, histogram, shareOf } from "./chart"
import { levelNames, messagesOf, reasonLabel, typeLabel, type Language, type Messages } from "./language"
import { escapeHtml, shownText } from "./shown"
import type { WeekFacts } from "./statement"

/** The summary of a week as one HTML page without scripts, that loads nothing and reads the same in twenty years. */

export interface RankedMember {
  name: string
  level: number
  streak: number
  reward: bigint
}

export interface WeekPageParameters {
  facts: WeekFacts
  summary: Summary
  summarySha256: string
  community: string
  language: Language
  /** Rewards of all members, zeros included. */
  rewards: readonly bigint[]
  top: readonly RankedMember[]
  /** Summaries of the weeks before, oldest first. */
  earlier: readonly Summary[]
}

const STYLE = `
:root{color-scheme:light dark;--ink:#1c2430;--muted:#5b6472;--rule:#dfe3ea;--paper:#fff;--soft:#f4f6fb;--fill:#3b4fd8;--second:#f0a04b;--track:#eceffa}
@media(prefers-color-scheme:dark){:root{--ink:#e8ebf1;--muted:#a3adbd;--rule:#343b49;--paper:#12161d;--soft:#1b212c;--fill:#8b9bff;--second:#e0a35c;--track:#262e3d}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,"DejaVu Sans",sans-serif}
main{max-width:960px;margin:0 auto;padding:32px 24px 48px}
header{border-bottom:1px solid var(--rule);padding-bottom:16px;margin-bottom:24px}
header p{margin:0;color:var(--muted)}
h1{margin:0;font-size:30px;line-height:1.2}
h2{font-size:18px;margin:0 0 4px}
section{margin-top:36px;break-inside:avoid}
section>p{margin:0 0 12px;color:var(--muted)}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;margin:0}
.tiles div{background:var(--soft);border-radius:10px;padding:14px 16px}
dt{color:var(--muted);font-size:13px}
.tiles dd{margin:2px 0 0;font-size:22px;font-weight:650;font-variant-numeric:tabular-nums}
.tiles small{display:block;font-size:13px;font-weight:400;color:var(--muted)}
.columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(340px,1fr));gap:0 36px}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{padding:6px 10px 6px 0;border-bottom:1px solid var(--rule);text-align:left;vertical-align:middle}
th{color:var(--muted);font-size:13px;font-weight:500}
tbody th{color:var(--ink);font-size:inherit;font-weight:400;overflow-wrap:anywhere}
.n{text-align:right;white-space:nowrap}
.g{width:30%;padding-right:0}
tr.total td,tr.total th{font-weight:650}
svg{display:block;width:100%}
.bar{height:10px;border-radius:3px}
.chart{height:auto}
.fill{fill:var(--fill)}.second{fill:var(--second)}.track{fill:var(--track)}
.axis{stroke:var(--rule)}
.value,.label{font-size:11px;fill:var(--muted)}
.value{fill:var(--ink)}
.key{display:flex;gap:18px;font-size:13px;color:var(--muted)}
.key svg{display:inline-block;width:10px;height:10px;margin-right:6px}
code{font:12px/1.5 ui-monospace,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
@media print{:root{color-scheme:light;--ink:#000;--muted:#444;--rule:#ccc;--paper:#fff;--soft:#f4f6fb;--fill:#3b4fd8;--second:#f0a04b;--track:#eceffa}body{font-size:11px}main{max-width:none;padding:0}section{margin-top:20px}svg,.tiles div{print-color-adjust:exact;-webkit-print-color-adjust:exact}@page{size:A4;margin:14mm}}
`

/** Content of `week.html`; equal figures give equal bytes. */
export function weekPage(p: WeekPageParameters): string {
  return new WeekPage(p).html()
}

class WeekPage {
  private readonly t: Messages
  private readonly decimals: number
  private readonly symbol: string

  constructor(private readonly p: WeekPageParameters) {
    this.t = messagesOf(p.language)
    this.decimals = p.facts.rules.decimals
    this.symbol = shownText(p.facts.rules.symbol)
  }

  html(): string {
    const { p, t } = this
    const title = `${t.weekPage.title(p.facts.name)} · ${shownText(p.community)}`
    const styleHash = createHash("sha256").update(STYLE).digest("base64")
    const first = dateOfDay(weekStart(p.facts.week) / SECONDS_PER_DAY)
    return `<!doctype html>
<html lang="${p.language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<header>
<p><bdi>${escapeHtml(shownText(p.community))}</bdi></p>
<h1>${escapeHtml(t.weekPage.title(p.facts.name))}</h1>
<p>${escapeHtml(t.dates(first, closingSunday(p.facts.week)))}</p>
</header>
${[this.tiles(), this.weeks(), this.distribution(), this.types(), `<div class="columns">${this.levels()}${this.streaks()}</div>`, this.top(), `<div class="columns">${this.rejected()}${this.payment()}</div>`, this.hashes()].join("\n")}
</main>
</body>
</html>
`
  }

  /** A whole number or a decimal text, grouped as the language does. */
  private number(value: number | string): string {
    const text = grouped(value)
    return escapeHtml(this.p.language === "ru" ? text.replaceAll(",", "\u00a0") : text)
  }

  private tokens(amount: bigint): string {
    return this.number(formatAmount(amount, this.decimals))
  }

  /** A part of a whole in per cent with one digit, rounded down. */
  private percent(part: number, whole: number): string {
    return whole === 0 ? "0%" : `${formatAmount((BigInt(part) * 1000n) / BigInt(whole), 1)}%`
  }

  private section(heading: string, content: string, note = ""): string {
    return `<section><h2>${escapeHtml(heading)}</h2>${note === "" ? "" : `<p>${escapeHtml(note)}</p>`}${content}</section>`
  }

  /** A table; the first cell of a row is its heading, cells of class `n` are numbers, of `g` graphics. Cells are HTML. */
  private table(
    heads: readonly string[],
    kinds: readonly ("" | "n" | "g")[],
    rows: readonly (readonly string[])[],
  ): string {
    const cell = (tag: string, place: number, content: string, scope: string): string =>
      `<${tag}${scope}${kinds[place] ? ` class="${kinds[place]}"` : ""}>${content}</${tag}>`
    const head = heads.map((label, place) => cell("th", place, escapeHtml(label), ' scope="col"')).join("")
    const body = rows.map(
      (row) =>
        `<tr>${row.map((content, place) => (place === 0 ? cell("th", 0, content, ' scope="row"') : cell("td", place, content, ""))).join("")}</tr>`,
    )
    const named = heads.some((label) => label !== "") ? `<thead><tr>${head}</tr></thead>` : ""
    return `<div class="scroll"><table>${named}<tbody>${body.join("\n")}</tbody></table></div>`
  }

  private tiles(): string {
    const { t, p } = this
    const { members, events } = p.summary
    const average = members.active === 0 ? 0n : p.facts.due / BigInt(members.active)
    const tile = (label: string, value: string, note: string): string =>
      `<div><dt>${escapeHtml(label)}</dt><dd>${value}<small>${note}</small></dd></div>`
    return `<dl class="tiles">${[
      tile(
        t.weekPage.members,
        this.number(members.total),
        `${escapeHtml(t.weekPage.newMembers)}: ${this.number(members.new)}`,
      ),
      tile(t.weekPage.active, this.number(members.active), this.percent(members.active, members.total)),
      tile(
        t.weekPage.points(this.symbol),
        this.tokens(p.facts.due),
        `${escapeHtml(t.weekPage.average)}: ${this.number(wholeTokens(average, this.decimals))}`,
      ),
      tile(
        t.weekPage.countedEvents,
        this.number(events.counted),
        `${escapeHtml(t.weekPage.read)}: ${this.number(events.read)}, ${escapeHtml(t.weekPage.duplicates)}: ${this.number(events.duplicates)}`,
      ),
    ].join("")}</dl>`
  }

  private weeks(): string {
    const { t, p } = this
    if (p.earlier.length === 0) return ""
    const all = [...p.earlier, p.summary]
    const rows = [...all].reverse().map((summary) => {
      const place = all.indexOf(summary)
      const before = all[place - 1]
      const reward = BigInt(summary.totals.reward)
      const difference = before === undefined ? null : reward - BigInt(before.totals.reward)
      return [
        escapeHtml(summary.week.name),
        this.number(summary.members.total),
        this.number(summary.members.active),
        this.number(summary.events.counted),
        this.tokens(reward),
        difference === null ? "" : this.signed(difference),
      ]
    })
    const chart = columnChart(
      `${t.weekPage.weeks}: ${t.weekPage.points(this.symbol)}`,
      all.map((summary) => ({
        label: summary.week.name,
        value: Number(BigInt(summary.totals.reward) / 10n ** BigInt(this.decimals)),
        text: grouped(wholeTokens(BigInt(summary.totals.reward), this.decimals)),
      })),
    )
    return this.section(
      t.weekPage.weeks,
      chart +
        this.table(
          [
            t.weekPage.week,
            t.weekPage.members,
            t.weekPage.active,
            t.weekPage.countedEvents,
            t.weekPage.points(this.symbol),
            t.difference,
          ],
          ["", "n", "n", "n", "n", "n"],
          rows,
        ),
    )
  }

  private signed(difference: bigint): string {
    if (difference === 0n) return "0"
    return difference > 0n ? `+${this.tokens(difference)}` : `\u2212${this.tokens(-difference)}`
  }

  private distribution(): string {
    const { t, p } = this
    const bins = histogram(p.rewards, 10n ** BigInt(this.decimals))
    if (bins.length === 0) return ""
    const chart = columnChart(
      t.weekPage.distribution,
      bins.map((bin) => ({
        label: `${grouped(formatAmount(bin.from, this.decimals))}${bin.isLast ? "+" : ""}`,
        value: bin.count,
        text: grouped(bin.count),
      })),
    )
    return this.section(t.weekPage.distribution, chart, t.weekPage.distributionNote(this.symbol))
  }

  private types(): string {
    const { t, p } = this
    const scored = p.summary.economy.scored_types
    const entries = Object.entries(p.summary.events.by_type)
    const most = Math.max(1, ...entries.map(([, counts]) => counts.accepted))
    const key = `<p class="key"><span><svg viewBox="0 0 10 10" aria-hidden="true"><rect class="fill" width="10" height="10"/></svg>${escapeHtml(t.counted)}</span><span><svg viewBox="0 0 10 10" aria-hidden="true"><rect class="second" width="10" height="10"/></svg>${escapeHtml(t.over)}</span></p>`
    const rows = entries.map(([name, counts]) => {
      const isScored = scored.includes(name)
      const none = "\u2013"
      return [
        `<bdi>${escapeHtml(shownText(typeLabel(t, name)))}</bdi>`,
        this.number(counts.accepted),
        isScored ? this.number(counts.counted) : none,
        isScored ? this.number(counts.capped) : none,
        isScored ? this.number(this.pointsOfType(name, counts.counted)) : none,
        isScored
          ? bar([
              { share: counts.counted / most, className: "fill" },
              { share: counts.capped / most, className: "second" },
            ])
          : "",
      ]
    })
    return this.section(
      t.weekPage.byType,
      key +
        this.table(
          [t.activity, t.accepted, t.counted, t.over, t.points, ""],
          ["", "n", "n", "n", "n", "g"],
          rows,
        ),
    )
  }

  private pointsOfType(name: string, counted: number): number {
    return counted * (this.p.facts.rules.events.find((event) => event.name === name)?.weight ?? 0)
  }

  private levels(): string {
    const { t, p } = this
    const entries = Object.entries(p.summary.members.by_level)
    return this.shares(
      t.weekPage.byLevel,
      entries.map(([level, count]) => [
        t.level(Number(level), levelNames(t, p.facts.rules.name, Number(level))?.name ?? null),
        count,
      ]),
    )
  }

  private streaks(): string {
    const { t, p } = this
    const last = p.facts.rules.streakHundredths.length
    const entries = Object.entries(p.summary.members.by_streak).map(([streak, count]): [string, number] => [
      Number(streak) === last ? t.orMore(last) : streak,
      count,
    ])
    return this.shares(t.weekPage.byStreak, [
      [t.weekPage.notActive, p.summary.members.total - p.summary.members.active],
      ...entries,
    ])
  }

  private shares(heading: string, entries: readonly (readonly [string, number])[]): string {
    const total = entries.reduce((sum, [, count]) => sum + count, 0)
    const most = Math.max(1, ...entries.map(([, count]) => count))
    return this.section(
      heading,
      this.table(
        ["", this.t.weekPage.members, this.t.weekPage.share, ""],
        ["", "n", "n", "g"],
        entries.map(([label, count]) => [
          `<bdi>${escapeHtml(label)}</bdi>`,
          this.number(count),
          this.percent(count, total),
          bar([{ share: count / most, className: "fill" }]),
        ]),
      ),
    )
  }

  private top(): string {
    const { t, p } = this
    const highest = p.top[0]?.reward ?? 0n
    if (highest === 0n) return ""
    return this.section(
      t.weekPage.top,
      this.table(
        [t.member, t.weekPage.level, t.weeksInARow, this.symbol, ""],
        ["", "", "n", "n", "g"],
        p.top.map((member) => [
          `<bdi>${escapeHtml(shownText(member.name))}</bdi>`,
          escapeHtml(t.level(member.level, levelNames(t, p.facts.rules.name, member.level)?.name ?? null)),
          escapeHtml(
            member.streak === p.facts.rules.streakHundredths.length
              ? t.orMore(member.streak)
              : String(member.streak),
          ),
          this.tokens(member.reward),
          bar([{ share: shareOf(member.reward, highest), className: "fill" }]),
        ]),
      ),
    )
  }

  private rejected(): string {
    const { t, p } = this
    const entries = Object.entries(p.summary.events.rejected).sort(([, a], [, b]) => b - a)
    if (entries.length === 0)
      return this.section(t.weekPage.rejected, `<p>${escapeHtml(t.weekPage.rejectedNone)}</p>`)
    const most = Math.max(...entries.map(([, count]) => count))
    return this.section(
      t.weekPage.rejected,
      this.table(
        ["", t.events, ""],
        ["", "n", "g"],
        entries.map(([reason, count]) => [
          escapeHtml(shownText(reasonLabel(t, reason))),
          this.number(count),
          bar([{ share: count / most, className: "second" }]),
        ]),
      ),
    )
  }

  private payment(): string {
    const { t, p } = this
    const { due, payable } = p.facts
    const rows = [[escapeHtml(t.weekPage.due), `${this.tokens(due)} ${escapeHtml(this.symbol)}`]]
    if (payable !== null)
      rows.push([escapeHtml(t.weekPage.payable), `${this.tokens(payable)} ${escapeHtml(this.symbol)}`])
    const note =
      payable === null
        ? t.weekPage.poolUnknown
        : payable === due
          ? t.weekPage.paidInFull
          : t.weekPage.paidInShare
    return this.section(t.weekPage.pool, this.table(["", ""], ["", "n"], rows), note)
  }

  private hashes(): string {
    const { t, p } = this
    const rows: string[][] = [[t.merkleRoot, p.facts.merkleRoot]]
    if (p.facts.economy !== null) rows.push([t.economy, p.facts.economy])
    rows.push(["summary.json", p.summarySha256], ...Object.entries(p.summary.outputs))
    return this.section(
      t.weekPage.hashes,
      this.table(
        [t.weekPage.file, "SHA-256"],
        ["", ""],
        rows.map(([label = "", value = ""]) => [escapeHtml(label), `<code>${escapeHtml(value)}</code>`]),
      ),
    )
  }
}

/** Base units as whole tokens, rounded down, for places where digits behind the point say nothing. */
function wholeTokens(amount: bigint, decimals: number): string {
  return (amount / 10n ** BigInt(decimals)).toString()
}
