import { itemAt } from "../item"
import { kindOf, type RecordKind } from "./kind"

/**
 * Splits one JSON document, as a person saves an API's answer, into records with their line numbers.
 * Known are arrays of records or pages, Discourse's pages (latest_posts, user_actions, post_stream.posts) and xAPI's (statements).
 */

export interface SplitDocument {
  kind: RecordKind
  /** Each record as JSON on one line. */
  records: string[]
  /** Line of the document on which each record starts. */
  lines: Uint32Array
}

const RECORD_PATHS = new Set(["latest_posts.[]", "user_actions.[]", "post_stream.posts.[]", "statements.[]"])

/** Null when the text is no JSON, or no document of a known kind. */
export function splitDocument(text: string): SplitDocument | null {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return null
  }
  const kind = kindOf(value)
  if (kind === null) return null
  const records: string[] = []
  const lines: number[] = []
  for (const { path, start, end, line } of valuesOf(text)) {
    const inner = path.startsWith("[].") ? path.slice(3) : path
    const isRecord =
      RECORD_PATHS.has(inner) ||
      (path === "[]" && !isPage(text.slice(start, end))) ||
      (path === "" && !isContainer(value))
    if (!isRecord) continue
    records.push(JSON.stringify(JSON.parse(text.slice(start, end))))
    lines.push(line)
  }
  return { kind, records, lines: Uint32Array.from(lines) }
}

function isContainer(value: unknown): boolean {
  return Array.isArray(value) || isPageObject(value)
}

function isPage(text: string): boolean {
  return /"(latest_posts|user_actions|post_stream|statements)"/.test(text) && isPageObject(JSON.parse(text))
}

function isPageObject(value: unknown): boolean {
  return (
    typeof value === "object" &&
    value !== null &&
    ["latest_posts", "user_actions", "post_stream", "statements"].some((key) => key in value)
  )
}

/** Deepest level at which a record can stand: `[].post_stream.posts.[]`. */
const DEEPEST = 4

/** Every value down to the deepest level that matters, with its path; the text is valid JSON. */
function* valuesOf(text: string): Generator<{ path: string; start: number; end: number; line: number }> {
  const open: { path: string; start: number; line: number; isArray: boolean; key: string }[] = []
  let line = 1
  let scalar = -1
  const pathHere = (): string => {
    const parent = open[open.length - 1]
    if (parent === undefined) return ""
    const step = parent.isArray ? "[]" : parent.key
    return parent.path === "" ? step : `${parent.path}.${step}`
  }
  for (let at = 0; at < text.length; at++) {
    const char = itemAt(text, at)
    const parent = open[open.length - 1]
    if (scalar !== -1 && (char === "," || char === "]" || char === "}" || char === "\n")) {
      if (parent?.isArray === true && open.length <= DEEPEST)
        yield { path: pathHere(), start: scalar, end: at, line }
      scalar = -1
    }
    if (char === "\n") line++
    else if (char === '"') {
      const start = at
      for (at++; text[at] !== '"'; at++) if (text[at] === "\\") at++
      if (parent !== undefined && !parent.isArray) {
        if (/^\s*:/.test(text.slice(at + 1, at + 64)) || text[at + 1] === ":")
          parent.key = text.slice(start + 1, at)
      } else if (parent !== undefined && open.length <= DEEPEST) {
        yield { path: pathHere(), start, end: at + 1, line }
      }
    } else if (char === "{" || char === "[") {
      open.push({ path: pathHere(), start: at, line, isArray: char === "[", key: "" })
    } else if (char === "}" || char === "]") {
      const closed = open.pop()
      if (closed !== undefined && open.length <= DEEPEST)
        yield { path: closed.path, start: closed.start, end: at + 1, line: closed.line }
    } else if (scalar === -1 && /[-0-9tfn]/.test(char)) {
      scalar = at
    }
  }
}
