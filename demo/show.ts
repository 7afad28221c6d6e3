import { formatAmount } from "@stk/sdk"

/** Whether output goes to people in a terminal that shows colours, or to whoever asks for them all the same. */
const COLOURS =
  process.env["FORCE_COLOR"] !== undefined ||
  (process.stdout.isTTY === true && process.env["NO_COLOR"] === undefined)

const paint = (code: string) => (text: string) => (COLOURS ? `\u001b[${code}m${text}\u001b[0m` : text)
export const bold = paint("1")
export const dim = paint("2")
export const green = paint("32")
export const red = paint("31")
export const blue = paint("34")

/** Decimal text with thousands separators. */
export function grouped(text: string): string {
  const [whole = "", ...fraction] = text.split(".")
  return [whole.replace(/\B(?=(\d{3})+$)/g, ","), ...fraction].join(".")
}

/** Whole tokens with thousands separators; what is left of a token is cut. */
export function tokens(baseUnits: bigint, decimals: number): string {
  return grouped(formatAmount(baseUnits, decimals).split(".")[0] ?? "0")
}

/** A whole number with thousands separators. */
export function count(value: number | bigint): string {
  return grouped(value.toString())
}

/** Lamports as SOL. */
export function sol(lamports: bigint): string {
  return `${formatAmount(lamports, 9)} SOL`
}

/** A bar as long as `part` of `whole`, at most `width` characters. */
export function bar(part: bigint, whole: bigint, width = 30): string {
  const eighths = whole === 0n ? 0 : Number((part * BigInt(width * 8)) / whole)
  const rest = eighths % 8
  const drawn = "█".repeat(Math.floor(eighths / 8)) + (rest > 0 ? " ▏▎▍▌▋▊▉"[rest] : "")
  return blue(drawn.padEnd(width))
}

/** Characters that a terminal shows, without colour codes. */
function shownLength(text: string): number {
  return [...text.replace(/\u001b\[\d+m/g, "")].length
}

/** Rows in columns; the first column is aligned left, the others right unless named in `left`. */
export function table(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  left: readonly number[] = [0],
): string {
  const all = [header.map(dim), ...rows]
  const widths = header.map((_, column) => Math.max(...all.map((row) => shownLength(row[column] ?? ""))))
  return all
    .map((row) =>
      row
        .map((cell, column) => {
          const padding = " ".repeat((widths[column] ?? 0) - shownLength(cell))
          return left.includes(column) ? cell + padding : padding + cell
        })
        .join("   ")
        .trimEnd(),
    )
    .map((line) => `  ${line}`)
    .join("\n")
}
