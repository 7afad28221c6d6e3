import { format } from "prettier"
import { isMet, type Cell, type Results, type Table } from "./figures"

const HEAD = `# What it costs

Written by \`npm run bench\`; \`npm run bench:check\` measures again and fails when a figure got worse by more than 3%.
Everything is measured with the compiled program in LiteSVM through the SDK, with mainnet's features and its rent of
5,080 lamports a byte. All keys follow from names, so a run repeats to the unit; another compiler than the one of
\`toolchain/\` gives other compute units and another size.

- **CU** are compute units of the instructions named; setting a limit takes 150 more in a legacy transaction.
- **Bytes** are those of the serialized transaction, with its signatures and the limit of compute units.
- **Fee** is 5,000 lamports a signature. **Under SIMD-0553** it is 2,500 lamports a signature and half a lamport for each
  unit of cost that is requested: the limit of compute units (here 1% above use), 720 a signature, 300 a write lock,
  a quarter for each byte of instruction data, and 8 for each 32 KiB that may be loaded. A transaction that declares no
  limit of loaded bytes is charged for 64 MiB; version 1 declares it in its head.
`

function grouped(value: number): string {
  return value.toLocaleString("en-US", { maximumFractionDigits: 3 })
}

function text(cell: Cell | undefined): string {
  if (cell === null || cell === undefined) return "–"
  return typeof cell === "number" ? grouped(cell) : cell
}

function markdownTable(
  head: readonly string[],
  rows: readonly (readonly Cell[])[],
  numbers: readonly boolean[],
): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`
  const rule = numbers.map((isNumber) => (isNumber ? "---:" : "---"))
  return [line(head), line(rule), ...rows.map((cells) => line(cells.map(text)))].join("\n")
}

function section({ title, text: paragraphs, heading, columns, rows }: Table): string {
  const head = [heading, ...columns.map(({ name }) => name)]
  const numbers = [
    false,
    ...columns.map((_, index) => rows.some(({ cells }) => typeof cells[index] === "number")),
  ]
  const body = markdownTable(
    head,
    rows.map(({ name, cells }) => [name, ...cells]),
    numbers,
  )
  return [`## ${title}`, ...paragraphs, body].join("\n\n")
}

function targets(results: Results): string {
  const rows = results.targets.map((target): Cell[] => {
    const { name, unit, limit, bound, measured } = target
    const verdict = isMet(target) ? "pass" : "**fail**"
    return [name, `${bound === "at most" ? "≤" : "≥"} ${grouped(limit)} ${unit}`, measured, verdict]
  })
  const body = markdownTable(["Target", "Limit", "Measured", "Result"], rows, [false, false, true, false])
  return `## Targets\n\n${body}`
}

/** The report as it is committed. */
export function renderReport(results: Results): Promise<string> {
  const markdown = [HEAD, targets(results), ...results.tables.map(section)].join("\n\n")
  return format(markdown, { parser: "markdown", semi: false, printWidth: 110 })
}

/** The results as they are committed. */
export function renderResults(results: Results): Promise<string> {
  return format(JSON.stringify(results), { parser: "json", printWidth: 110 })
}
