import {
  closingSunday,
  dateOfDay,
  DAYS_PER_WEEK,
  formatAmount,
  SECONDS_PER_DAY,
  weekEnd,
  weekStart,
} from "@stk/sdk/math"
import { itemAt } from "../item"
import { pointsText } from "../score/report"
import type { FaceName } from "./font"
import { levelNames, messagesOf, reasonLabel, typeLabel, type Language, type Messages } from "./language"
import { PAGE_HEIGHT, PAGE_WIDTH, PdfDocument, type TextStyle } from "./pdf"
import { shownText } from "./shown"
import { statementOf, type MemberWeek, type Statement, type WeekFacts } from "./statement"

/** The weekly statement of a member as an A4 page (STK-63, STK-126 to STK-128). */

const LEFT = 42
const RIGHT = PAGE_WIDTH - LEFT
const WIDTH = RIGHT - LEFT
const TOP = 40
/** Where the footer begins. */
const BOTTOM = PAGE_HEIGHT - 74

const INK = "#1c2430"
const MUTED = "#667085"
const RULE = "#dfe3ea"
const FAINT = "#eef0f4"
const SOFT = "#f4f6fb"
const ACCENT = "#3b4fd8"
const GOOD = "#14804a"
const BAD = "#b3261e"
const MINUS = "\u2212"

/** Heights of a heading and of a row of the smaller tables, the space between two of them, and the smallest letters. */
const HEADING = 16
const ROW = 13
const GAP = 26
const SMALLEST = 5

/** Bars and cells are shades between these. */
const COLD = [0xee, 0xf0, 0xfb] as const
const HOT = [0x3b, 0x4f, 0xd8] as const
/** Shade from which text on it is white. */
const DARK = 0.66

const alphabets = new Map<Language, Record<FaceName, string>>()

/** The letters that nearly every page of a language has. */
function alphabetOf(language: Language): Record<FaceName, string> {
  let alphabet = alphabets.get(language)
  if (alphabet === undefined) {
    const ascii = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join("")
    const { weekPage: _, ...messages } = messagesOf(language)
    const letters = [...new Set(JSON.stringify(messages))].filter((letter) => letter > "~").sort()
    alphabet = {
      regular: `${ascii}${letters.join("")}×–…${MINUS}`,
      bold: `${ascii}${letters.join("")}${MINUS}`,
    }
    alphabets.set(language, alphabet)
  }
  return alphabet
}

/** Draws a member's statement; equal figures give equal bytes. */
export function statementPdf(member: MemberWeek, facts: WeekFacts, community: string): Buffer {
  return new StatementPage(member, facts, community).draw()
}

class StatementPage {
  private readonly pdf: PdfDocument
  private readonly t: Messages
  private readonly s: Statement
  private readonly symbol: string
  private readonly shownName: string
  private y = TOP

  constructor(
    private readonly member: MemberWeek,
    private readonly facts: WeekFacts,
    private readonly community: string,
  ) {
    this.pdf = new PdfDocument(alphabetOf(member.language))
    this.t = messagesOf(member.language)
    this.s = statementOf(member, facts)
    this.symbol = shownText(facts.rules.symbol)
    this.shownName = shownText(member.name ?? member.userId)
  }

  draw(): Buffer {
    this.pdf.addPage()
    this.header()
    this.amount()
    this.breakdown()
    this.days()
    this.sideBySide(
      0.6,
      this.howHeight(),
      this.rejectionsHeight(),
      (x, w) => this.howItFollows(x, w),
      (x, w) => this.rejections(x, w),
    )
    this.sideBySide(
      0.545,
      this.comparisonHeight(),
      this.unusedHeight(),
      (x, w) => this.comparison(x, w),
      (x, w) => this.unused(x, w),
    )
    this.advice()
    for (let page = 0; page < this.pdf.pageCount; page++) this.footer(page)
    return this.pdf.finish({
      title: `${this.t.statement} ${this.facts.name} · ${this.shownName}`,
      author: shownText(this.community),
      language: this.member.language,
      createdAt: weekEnd(this.facts.week),
    })
  }

  /** Base units as plain decimals with the symbol. */
  private tokens(amount: bigint): string {
    return `${formatAmount(amount, this.facts.rules.decimals)} ${this.symbol}`
  }

  private text(x: number, y: number, text: string, style: Partial<TextStyle> = {}): void {
    this.pdf.text(x, y, text, { size: 8.5, color: INK, ...style })
  }

  /** Moves on to a new page when the next part does not fit. */
  private need(height: number): void {
    if (this.y + height <= BOTTOM) return
    this.pdf.addPage()
    this.y = TOP
    this.text(LEFT, this.y + 8, `${this.t.statement} ${this.facts.name}`, { color: MUTED })
    this.text(RIGHT, this.y + 8, this.pdf.fitted(this.shownName, WIDTH / 2, { size: 8.5 }), {
      color: MUTED,
      align: "right",
    })
    this.y += 24
  }

  private heading(text: string, x = LEFT, width = WIDTH): void {
    this.text(x, this.y + 9, this.pdf.fitted(text, width, { face: "bold", size: 9.5 }), {
      face: "bold",
      size: 9.5,
      color: ACCENT,
    })
    this.y += HEADING
  }

  private header(): void {
    const { t, facts, member, pdf } = this
    const first = dateOfDay(weekStart(facts.week) / SECONDS_PER_DAY)
    this.text(LEFT, this.y + 9, pdf.fitted(shownText(this.community), 260, { face: "bold", size: 11 }), {
      face: "bold",
      size: 11,
      color: ACCENT,
    })
    this.text(LEFT, this.y + 22, t.statement, { size: 9, color: MUTED })
    this.text(RIGHT, this.y + 9, facts.name, { face: "bold", size: 11, align: "right" })
    this.text(RIGHT, this.y + 22, t.dates(first, closingSunday(facts.week)), {
      size: 9,
      color: MUTED,
      align: "right",
    })
    this.y += 32
    pdf.line(LEFT, this.y, RIGHT, this.y, RULE, 0.75)
    this.y += 24
    this.text(LEFT, this.y, pdf.fitted(this.shownName, WIDTH - 170, { face: "bold", size: 17 }), {
      face: "bold",
      size: 17,
    })
    const names = levelNames(t, facts.rules.name, member.level)
    this.text(RIGHT, this.y - 5, t.level(member.level, names?.name ?? null), {
      face: "bold",
      size: 9,
      align: "right",
    })
    this.text(RIGHT, this.y + 8, `${t.weeksInARow}: ${this.weeksInARow(member.streak)}`, {
      size: 9,
      color: MUTED,
      align: "right",
    })
    this.y += 14
    this.text(
      LEFT,
      this.y,
      pdf.fitted(`${t.userId} ${shownText(member.userId)}`, WIDTH - 170, { size: 8.5 }),
      {
        color: MUTED,
      },
    )
    this.y += 16
  }

  /** The score counts up to the last step only. */
  private weeksInARow(streak: number): string {
    return streak === this.facts.rules.streakHundredths.length ? this.t.orMore(streak) : String(streak)
  }

  private amount(): void {
    const { t, s, member, pdf } = this
    const lines = this.creditLines().flatMap((line) => pdf.wrapped(line, 300, { size: 8.5 }))
    const height = Math.max(62 + 11.5 * lines.length, 92)
    pdf.rectangle(LEFT, this.y, WIDTH, height, SOFT, 8)
    this.text(LEFT + 16, this.y + 18, t.earned, { color: MUTED })
    const figure = this.tokens(member.reward)
    let size = 28
    while (size > 12 && pdf.widthOf(figure, { face: "bold", size }) > 310) size -= 1
    this.text(LEFT + 16, this.y + 46, figure, { face: "bold", size })
    lines.forEach((line, index) =>
      this.text(LEFT + 16, this.y + 61 + 11.5 * index, line, {
        color: index === 0 && member.credited !== null && member.reward > 0n ? GOOD : INK,
      }),
    )
    const events = `${s.counted} ${t.ofN(String(s.accepted))}`
    const active = `${s.days.filter((points) => points > 0).length} ${t.ofN(String(DAYS_PER_WEEK))}`
    const facet = (label: string, value: string, place: number): void => {
      const y = this.y + 19 + place * ((height - 12) / 3)
      this.text(RIGHT - 160, y, label, { size: 7.5, color: MUTED })
      this.text(RIGHT - 160, y + 12, value, { face: "bold", size: 10 })
    }
    pdf.line(RIGHT - 176, this.y + 12, RIGHT - 176, this.y + height - 12, RULE, 0.75)
    facet(t.pointsBefore, String(member.weightSum), 0)
    facet(t.eventsCounted, events, 1)
    facet(t.activeDays, active, 2)
    this.y += height + 16
  }

  private creditLines(): string[] {
    const { t, s, facts, member } = this
    if (member.reward === 0n) return [t.nothingToCredit]
    if (s.credit === null) return [t.creditUnknown(this.tokens(facts.due))]
    const credit = this.tokens(s.credit)
    const line = member.credited === null ? t.willBeCredited(credit) : t.credited(credit)
    if (facts.payable === null || facts.payable === facts.due) return [line, t.creditInFull]
    const plain = (amount: bigint): string => formatAmount(amount, facts.rules.decimals)
    return [line, t.creditInShare(plain(member.reward), plain(facts.payable), plain(facts.due))]
  }

  /** STK-126: every type with its count, limit, weight and points, and a bar. */
  private breakdown(): void {
    const { t, s, pdf } = this
    this.need(40 + 15 * (s.lines.length + 2))
    this.heading(t.byActivity)
    const columns = [186, 250, 306, 373, 408, 450].map((x) => LEFT + x)
    const bars = LEFT + 462
    const barWidth = RIGHT - bars
    const head = [t.accepted, t.limit, t.counted, t.over, t.weight, t.points]
    this.text(LEFT, this.y + 8, t.activity, { size: 7.5, color: MUTED })
    head.forEach((label, column) =>
      this.text(itemAt(columns, column), this.y + 8, label, { size: 7.5, color: MUTED, align: "right" }),
    )
    this.y += 13
    pdf.line(LEFT, this.y, RIGHT, this.y, RULE, 0.75)
    const most = Math.max(1, ...s.lines.map((line) => line.points))
    for (const line of s.lines) {
      const quiet = line.accepted === 0 ? MUTED : INK
      this.text(LEFT, this.y + 11, pdf.fitted(this.typeName(line.name), 150, { size: 8.5 }), { color: quiet })
      const cells = [line.accepted, line.dailyLimit, line.counted, line.over, line.weight, line.points]
      cells.forEach((cell, column) =>
        this.text(itemAt(columns, column), this.y + 11, String(cell), {
          align: "right",
          color: column === 3 && cell > 0 ? BAD : quiet,
          ...(column === 5 ? { face: "bold" } : {}),
        }),
      )
      pdf.rectangle(bars, this.y + 4.5, barWidth, 7, COLD_COLOR, 2)
      if (line.points > 0)
        pdf.rectangle(bars, this.y + 4.5, Math.max(3, (barWidth * line.points) / most), 7, ACCENT, 2)
      this.y += 15
      pdf.line(LEFT, this.y, RIGHT, this.y, FAINT, 0.5)
    }
    this.text(LEFT, this.y + 11, t.total, { face: "bold" })
    const totals: [number, number][] = [
      [0, s.accepted],
      [2, s.counted],
      [3, s.over],
      [5, this.member.weightSum],
    ]
    for (const [column, total] of totals)
      this.text(itemAt(columns, column), this.y + 11, String(total), { face: "bold", align: "right" })
    this.y += 26
  }

  private typeName(name: string): string {
    return shownText(typeLabel(this.t, name))
  }

  private days(): void {
    const { t, s, pdf, facts } = this
    this.need(60)
    this.heading(t.days)
    const gap = 5
    const width = (WIDTH - gap * (DAYS_PER_WEEK - 1)) / DAYS_PER_WEEK
    const most = Math.max(1, ...s.days)
    const firstDay = weekStart(facts.week) / SECONDS_PER_DAY
    s.days.forEach((points, day) => {
      const x = LEFT + day * (width + gap)
      const share = points === 0 ? 0 : 0.15 + (0.85 * points) / most
      const light = share >= DARK
      pdf.rectangle(x, this.y, width, 31, points === 0 ? SOFT : shade(share), 4)
      const date = dateOfDay(firstDay + day)
      this.text(x + width / 2, this.y + 11, `${itemAt(t.weekdays, day)} ${Number(date.slice(8))}`, {
        size: 7,
        align: "center",
        color: light ? "#ffffff" : points === 0 ? MUTED : INK,
      })
      this.text(x + width / 2, this.y + 24, String(points), {
        face: "bold",
        size: 9.5,
        align: "center",
        color: light ? "#ffffff" : points === 0 ? MUTED : INK,
      })
    })
    this.y += 44
  }

  /** Two parts beside each other; `share` is the left one's of the width. */
  private sideBySide(
    share: number,
    leftHeight: number,
    rightHeight: number,
    left: (x: number, width: number) => void,
    right: (x: number, width: number) => void,
  ): void {
    this.need(Math.max(leftHeight, rightHeight))
    const top = this.y
    const leftWidth = WIDTH * share - GAP / 2
    left(LEFT, leftWidth)
    const leftEnd = this.y
    this.y = top
    right(LEFT + leftWidth + GAP, WIDTH - leftWidth - GAP)
    this.y = Math.max(leftEnd, this.y) + 13
  }

  private howHeight(): number {
    return HEADING + 3 * ROW
  }

  private howItFollows(x: number, width: number): void {
    const { t, s, member, facts } = this
    this.heading(t.how, x, width)
    if (s.streakHundredths === null) {
      this.paragraph(t.inactive, x, width)
      return
    }
    const level = levelNames(t, facts.rules.name, member.level)
    const between = formatAmount(s.withLevel, 1)
    const row = (label: string, factors: string, result: string, face: FaceName): void => {
      this.cell(x, label, width * 0.46, { align: "left" })
      this.cell(x + width * 0.73, factors, width * 0.26, { color: MUTED })
      this.cell(x + width, result, width * 0.26, { face })
      this.endRow(x, width)
    }
    row(t.sumOfPoints, "", String(member.weightSum), "regular")
    row(
      t.levelStep(level?.name ?? String(member.level)),
      `${member.weightSum} × ${fixed(s.levelTenths, 1)} =`,
      between,
      "regular",
    )
    row(
      t.streakStep(this.weeksInARow(member.streak)),
      `${between} × ${fixed(s.streakHundredths, 2)} =`,
      this.tokens(member.reward),
      "bold",
    )
  }

  /** A cell of the row at `y`, made smaller where it is too wide for its column. */
  private cell(x: number, text: string, width: number, style: Partial<TextStyle> = {}): void {
    const size = style.size ?? 8
    const natural = this.pdf.widthOf(text, { ...style, size })
    const shrunk = natural <= width ? size : Math.max(SMALLEST, (size * width) / natural)
    const shown = this.pdf.fitted(text, width + 0.01, { ...style, size: shrunk })
    this.text(x, this.y + 9.5, shown, { align: "right", ...style, size: shrunk })
  }

  /** The size at which all labels of a column fit: rows of different sizes look like an accident. */
  private sizeFor(labels: readonly string[], width: number): number {
    const widest = Math.max(1, ...labels.map((label) => this.pdf.widthOf(label, { size: 8 })))
    return Math.max(SMALLEST + 1, Math.min(8, (8 * width) / widest))
  }

  private endRow(x: number, width: number): void {
    this.y += ROW
    this.pdf.line(x, this.y, x + width, this.y, FAINT, 0.5)
  }

  private columnHeads(x: number, width: number, heads: readonly (readonly [number, string, number])[]): void {
    const style = { size: 7.5, color: MUTED }
    this.y -= 2
    this.cell(x, this.t.activity, width * 0.4, { ...style, align: "left" })
    for (const [right, label, room] of heads) this.cell(right, label, room, style)
    this.y += ROW
    this.pdf.line(x, this.y, x + width, this.y, RULE, 0.75)
  }

  private comparisonHeight(): number {
    const { facts, member, s } = this
    return facts.previous === null || member.previous === null
      ? HEADING + ROW
      : HEADING + ROW * (s.lines.length + 3)
  }

  /** STK-127 */
  private comparison(x: number, width: number): void {
    const { t, s, member, facts } = this
    this.heading(facts.previous === null ? t.comparedNone : t.compared(facts.previous), x, width)
    const { previous } = member
    if (facts.previous === null || previous === null) {
      this.paragraph(facts.previous === null ? t.firstWeek : t.notInPrevious(facts.previous), x, width)
      return
    }
    const column = width * 0.2
    const [before, now] = [x + width - 2.2 * column, x + width - 1.15 * column]
    this.columnHeads(x, width, [
      [before, t.before, column],
      [now, t.now, column],
      [x + width, t.difference, column * 1.1],
    ])
    const size = this.sizeFor(
      s.lines.map((line) => this.typeName(line.name)),
      width * 0.36,
    )
    const row = (label: string, was: string, is: string, difference: string, face: FaceName): void => {
      const [sign] = difference
      this.cell(x, label, width * 0.36, { face, align: "left", size })
      this.cell(before, was, column, { face })
      this.cell(now, is, column, { face })
      this.cell(x + width, difference, column * 1.1, {
        face,
        color: sign === "+" ? GOOD : sign === MINUS ? BAD : MUTED,
      })
      this.endRow(x, width)
    }
    for (const line of s.lines) {
      const difference = signed(BigInt(line.points - line.pointsBefore), 0)
      row(this.typeName(line.name), String(line.pointsBefore), String(line.points), difference, "regular")
    }
    const { decimals } = facts.rules
    const points = signed(BigInt(member.weightSum - previous.weightSum), 0)
    row(t.points, String(previous.weightSum), String(member.weightSum), points, "bold")
    row(
      this.symbol,
      formatAmount(previous.reward, decimals),
      formatAmount(member.reward, decimals),
      signed(member.reward - previous.reward, decimals),
      "bold",
    )
  }

  /** Reasons with their counts: the daily limits first, then what was rejected. */
  private reasons(): (readonly [string, number])[] {
    const { t, s, member } = this
    return [
      ...(s.over > 0 ? [[t.overLimit, s.over] as const] : []),
      ...member.rejected.map(([reason, count]) => [shownText(reasonLabel(t, reason)), count] as const),
    ]
  }

  private rejectionsHeight(): number {
    return HEADING + ROW * Math.max(1, this.reasons().length)
  }

  private rejections(x: number, width: number): void {
    this.heading(this.t.notCounted, x, width)
    const reasons = this.reasons()
    if (reasons.length === 0) this.paragraph(this.t.notCountedNone, x, width)
    for (const [reason, count] of reasons) {
      this.cell(x, reason, width - 40, { align: "left" })
      this.cell(x + width, String(count), 36, { face: "bold" })
      this.endRow(x, width)
    }
  }

  private unusedHeight(): number {
    return HEADING + ROW * (this.s.unused.length + 1)
  }

  /** STK-128: what the daily limits still had room for, by its worth. */
  private unused(x: number, width: number): void {
    const { t, s } = this
    this.heading(t.unusedTitle, x, width)
    if (s.unused.length === 0) {
      this.paragraph(t.allUsed, x, width)
      return
    }
    const [unused, points] = [x + width * 0.63, x + width * 0.79]
    this.columnHeads(x, width, [
      [unused, t.unused, width * 0.2],
      [points, t.points, width * 0.16],
      [x + width, this.symbol, width * 0.2],
    ])
    const perPoint =
      BigInt(s.levelTenths) * BigInt(s.streakHundredths ?? itemAt(this.facts.rules.streakHundredths, 0))
    const labels = s.unused.map((line, place) => `${place + 1}. ${this.typeName(line.name)}`)
    const size = this.sizeFor(labels, width * 0.44)
    s.unused.forEach((line, place) => {
      this.cell(x, itemAt(labels, place), width * 0.44, { align: "left", size })
      this.cell(unused, `${line.unused} ${t.ofN(String(line.unused + line.counted))}`, width * 0.19)
      this.cell(points, String(line.unusedPoints), width * 0.15)
      this.cell(x + width, pointsText(BigInt(line.unusedPoints) * perPoint), width * 0.2, { face: "bold" })
      this.endRow(x, width)
    })
  }

  /** STK-128: the next steps of both coefficients. */
  private advice(): void {
    const { t, pdf } = this
    const paragraphs = [this.streakAdvice(), this.levelAdvice()]
    this.need(HEADING + 15 * paragraphs.length * 2)
    this.heading(t.recommendations)
    for (const text of paragraphs) {
      pdf.rectangle(LEFT, this.y + 3.4, 4, 4, ACCENT, 2)
      this.paragraph(text, LEFT + 11, WIDTH - 11)
      this.y += 2
    }
  }

  private streakAdvice(): string {
    const { t, s, member } = this
    if (s.streakHundredths === null)
      return t.nextStreakFirst(fixed(itemAt(this.facts.rules.streakHundredths, 0), 2))
    return s.nextStreak === null
      ? t.lastStreak(fixed(s.streakHundredths, 2))
      : t.nextStreak(
          this.weeksInARow(member.streak + 1),
          fixed(s.nextStreak.coefficient, 2),
          this.tokens(s.nextStreak.more),
        )
  }

  private levelAdvice(): string {
    const { t, s, facts } = this
    if (s.nextLevel === null) return t.lastLevel
    const names = levelNames(t, facts.rules.name, s.nextLevel.step)
    const level = t.level(s.nextLevel.step, names?.name ?? null)
    const factor = fixed(s.nextLevel.coefficient, 1)
    const requirement = names?.requirement ?? null
    return s.nextLevel.more === 0n
      ? t.nextLevelPlain(level, factor, requirement)
      : t.nextLevel(level, factor, this.tokens(s.nextLevel.more), requirement)
  }

  private paragraph(text: string, x: number, width: number): void {
    for (const line of this.pdf.wrapped(text, width, { size: 8.5 })) {
      this.text(x, this.y + 8.5, line)
      this.y += 11.5
    }
  }

  private footer(page: number): void {
    const { t, s, pdf, facts, member } = this
    pdf.selectPage(page)
    const style = { size: 6.5, color: MUTED }
    let y = BOTTOM + 14
    pdf.line(LEFT, y - 8, RIGHT, y - 8, RULE, 0.75)
    const fields: [string, string][] = [
      [t.merkleRoot, facts.merkleRoot],
      [t.leaf, s.leaf],
      [t.wallet, `${member.wallet} · ${t.member} ${member.index}`],
      ...(facts.economy === null ? [] : [[t.economy, facts.economy] as [string, string]]),
    ]
    for (const [label, value] of fields) {
      this.text(LEFT, y, label, style)
      this.text(LEFT + 104, y, value, { ...style, color: INK })
      y += 9
    }
    for (const line of pdf.wrapped(t.verify, WIDTH - 30, style)) {
      this.text(LEFT, y, line, style)
      y += 8.5
    }
    this.text(RIGHT, BOTTOM + 14, t.page(page + 1, pdf.pageCount), { ...style, align: "right" })
  }
}

const COLD_COLOR = `#${COLD.map((part) => part.toString(16)).join("")}`

/** A colour between the coldest and the hottest. */
function shade(share: number): string {
  const parts = COLD.map((cold, place) => Math.round(cold + (itemAt(HOT, place) - cold) * share))
  return `#${parts.map((part) => part.toString(16).padStart(2, "0")).join("")}`
}

/** A coefficient with all its digits: 1.10. */
function fixed(value: number, digits: number): string {
  const text = String(value).padStart(digits + 1, "0")
  return `${text.slice(0, -digits)}.${text.slice(-digits)}`
}

/** A difference with its sign; no sign for none. */
function signed(difference: bigint, decimals: number): string {
  if (difference === 0n) return "0"
  return difference > 0n
    ? `+${formatAmount(difference, decimals)}`
    : `${MINUS}${formatAmount(-difference, decimals)}`
}
