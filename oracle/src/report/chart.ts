import { itemAt } from "../item"
import { escapeHtml } from "./shown"

/** Charts as inline SVG: shapes and texts only, coloured by the page's style sheet. */

/** One part of a bar: share of the chart's width from 0 to 1, and the class that colours it. */
export interface BarPart {
  share: number
  className: string
}

/** A share of two amounts as a number, exact to a ten-thousandth whatever their size. */
export function shareOf(part: bigint, whole: bigint): number {
  return whole === 0n ? 0 : Number((part * 10_000n) / whole) / 10_000
}

/** A bar of a table's row; the numbers beside it say the same. */
export function bar(parts: readonly BarPart[]): string {
  let x = 0
  const rects = parts.map(({ share, className }) => {
    const rect = `<rect class="${className}" x="${round(x)}" width="${round(share * 100)}" height="10"/>`
    x += share * 100
    return rect
  })
  return `<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect class="track" width="100" height="10"/>${rects.join("")}</svg>`
}

export interface Column {
  label: string
  value: number
  /** Shown above the column. */
  text: string
}

const CHART = { width: 720, height: 220, top: 22, bottom: 26, mostColumn: 72 }
/** Labels under columns that are closer than this run into each other. */
const LABEL_WIDTH = 54

/** Columns side by side with their values above and labels below. */
export function columnChart(title: string, columns: readonly Column[]): string {
  const { width, height, top, bottom, mostColumn } = CHART
  const most = Math.max(1, ...columns.map((column) => column.value))
  const step = width / Math.max(1, columns.length)
  const every = Math.ceil(LABEL_WIDTH / step)
  const floor = height - bottom
  const shapes = columns.map((column, place) => {
    const tall = (column.value / most) * (floor - top)
    const wide = Math.min(step * 0.8, mostColumn)
    const middle = round(step * (place + 0.5))
    const base = `<rect class="fill" x="${round(step * (place + 0.5) - wide / 2)}" y="${round(floor - tall)}" width="${round(wide)}" height="${round(tall)}" rx="2"><title>${escapeHtml(column.label)}: ${escapeHtml(column.text)}</title></rect>`
    const value = `<text class="value" x="${middle}" y="${round(floor - tall - 5)}" text-anchor="middle">${escapeHtml(column.text)}</text>`
    const label =
      place % every === 0
        ? `<text class="label" x="${middle}" y="${height - 8}" text-anchor="middle">${escapeHtml(column.label)}</text>`
        : ""
    return base + (column.value > 0 ? value : "") + label
  })
  return `<svg class="chart" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(title)}"><line class="axis" x1="0" y1="${floor}" x2="${width}" y2="${floor}"/>${shapes.join("")}</svg>`
}

/** Columns of a histogram up to the amount that one member in twenty is above; the last column takes all that follow. */
const BINS = 12
const FEW = 20

export interface Bin {
  /** Included; the next bin's is not. */
  from: bigint
  count: number
  /** Everything above is here too. */
  isLast: boolean
}

/** Bins of equal, round width over the amounts greater than zero; `unit` is the smallest width. */
export function histogram(amounts: readonly bigint[], unit: bigint): Bin[] {
  const sorted = amounts.filter((amount) => amount > 0n).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  const highest = sorted.at(-1)
  if (highest === undefined) return []
  const usual = itemAt(sorted, Math.floor(((sorted.length - 1) * (FEW - 1)) / FEW))
  const width = roundWidth(usual / BigInt(BINS) + 1n, unit)
  const last = highest / width < BigInt(BINS) ? Number(highest / width) : BINS
  const bins = Array.from({ length: last + 1 }, (_, place) => ({
    from: width * BigInt(place),
    count: 0,
    isLast: place === last,
  }))
  for (const amount of sorted) {
    const place = amount / width
    itemAt(bins, place < BigInt(last) ? Number(place) : last).count++
  }
  return bins
}

/** The least of 1, 2 and 5 times a power of ten of `unit` that is not below `least`. */
function roundWidth(least: bigint, unit: bigint): bigint {
  for (let power = unit; ; power *= 10n)
    for (const factor of [1n, 2n, 5n]) if (power * factor >= least) return power * factor
}

function round(value: number): string {
  return String(Math.round(value * 100) / 100)
}
