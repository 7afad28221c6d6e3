import { writeFileSync } from "node:fs"
import { text } from "node:stream/consumers"

/**
 * Draws what the demo printed as the pictures of the README, one for each act:
 *
 *   FORCE_COLOR=1 npm run --silent demo | npx tsx demo/picture.ts docs/images/demo.svg docs/images/circulation.svg \
 *     docs/images/unattended.svg
 */

/** The lines with which the later acts begin. */
const LATER_ACTS = /Act (two|three)/
const COLOURS: Record<string, string> = { 2: "#8087a2", 31: "#f38ba8", 32: "#a6e3a1", 34: "#89b4fa" }
const FILL = { background: "#1e1e2e", text: "#cdd6f4", bold: "#ffffff" }
const FONT_SIZE = 14
/** Width of a character of DejaVu Sans Mono, and the distance of two lines. */
const CHARACTER = 0.602 * FONT_SIZE
const LINE = 19
const MARGIN = 18

/** Text in one style. */
interface Run {
  text: string
  fill: string
  weight: number
}

/** Splits a line at the codes of a terminal. */
function runsOf(line: string): Run[] {
  const runs: Run[] = []
  let [fill, weight] = [FILL.text, 400]
  for (const part of line.split(/(\u001b\[\d+m)/)) {
    const code = /^\u001b\[(\d+)m$/.exec(part)?.[1]
    if (code === undefined) {
      if (part !== "") runs.push({ text: part, fill, weight })
    } else if (code === "1") {
      ;[fill, weight] = [FILL.bold, 600]
    } else {
      ;[fill, weight] = [COLOURS[code] ?? FILL.text, 400]
    }
  }
  return runs
}

const escaped = (raw: string) => raw.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;")

/** One line of text; blanks at its ends are left out, they would be stretched. */
function drawLine(line: string, y: number): { svg: string; width: number } {
  let column = 0
  const parts = runsOf(line).map(({ text: run, fill, weight }) => {
    const blanks = run.length - run.trimStart().length
    const shown = run.trim()
    const x = MARGIN + (column + blanks) * CHARACTER
    const length = [...shown].length * CHARACTER
    column += [...run].length
    if (shown === "") return ""
    return (
      `<text x="${x.toFixed(1)}" y="${y}" fill="${fill}" font-weight="${weight}" ` +
      `textLength="${length.toFixed(1)}" xml:space="preserve">${escaped(shown)}</text>\n`
    )
  })
  return { svg: parts.join(""), width: 2 * MARGIN + column * CHARACTER }
}

function drawPicture(lines: readonly string[]): string {
  const drawn = lines.map((line, index) => drawLine(line, 32 + index * LINE))
  const width = Math.ceil(Math.max(...drawn.map((line) => line.width)))
  const height = 32 + lines.length * LINE
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" ` +
    `font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="${FONT_SIZE}">` +
    `<rect width="${width}" height="${height}" rx="10" fill="${FILL.background}"/>\n` +
    `${drawn.map(({ svg }) => svg).join("")}</svg>\n`
  )
}

async function draw(): Promise<void> {
  const lines = (await text(process.stdin)).trim().split("\n")
  const starts = [0, ...lines.flatMap((line, index) => (LATER_ACTS.test(line) ? [index] : []))]
  // An empty line stands before each act.
  const acts = starts.map((start, act) => lines.slice(start, (starts[act + 1] ?? lines.length + 1) - 1))
  const [, , ...files] = process.argv
  acts.forEach((act, index) => {
    const file = files[index]
    if (file !== undefined) writeFileSync(file, drawPicture(act))
  })
}

draw().catch((error: unknown) => {
  process.stderr.write(`picture: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
})
