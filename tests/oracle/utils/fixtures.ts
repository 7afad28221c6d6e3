import { spawn } from "node:child_process"
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { createHash } from "node:crypto"
import { encodeAddress } from "stk-oracle"

/** Week 2025-W51: Monday 2025-12-15 to Sunday 2025-12-21. */
export const WEEK = "2025-W51"
export const WEEK_INDEX = 2919
export const SUNDAY = "2025-12-21"

const CLI = join(__dirname, "..", "..", "..", "oracle", "bin", "stk-oracle.js")

export interface CliResult {
  code: number | null
  stdout: string
  stderr: string
}

/** Runs the command line as people do, in a process of its own. */
export function cli(args: readonly string[], env: Record<string, string> = {}): Promise<CliResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [CLI, ...args], { env: { ...process.env, CI: "1", ...env } })
    const out: Buffer[] = []
    const err: Buffer[] = []
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk))
    child.stderr.on("data", (chunk: Buffer) => err.push(chunk))
    child.on("error", reject)
    child.on("close", (code) =>
      resolve({ code, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() }),
    )
  })
}

/** A folder that is gone after the test file. */
export class Folder {
  readonly path = mkdtempSync(join(tmpdir(), "stk-oracle-test-"))

  file(name: string, content: string | Buffer): string {
    const path = join(this.path, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, content)
    return path
  }

  at(name: string): string {
    return join(this.path, name)
  }

  read(name: string): string {
    return readFileSync(join(this.path, name), "utf8")
  }

  /** Every file below a directory with its content. */
  snapshot(name: string): Record<string, string> {
    const root = join(this.path, name)
    return Object.fromEntries(readdirSync(root).map((file) => [file, readFileSync(join(root, file), "utf8")]))
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true })
  }
}

/** An address that belongs to a name. */
export function wallet(name: string): string {
  return encodeAddress(createHash("sha256").update(name).digest())
}

export interface Member {
  user: string
  level: number
  wallet?: string
}

export function membersCsv(members: readonly Member[]): string {
  const quoted = (text: string): string => (/[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
  return (
    [
      "user_id,wallet,level",
      ...members.map((m) => `${quoted(m.user)},${m.wallet ?? wallet(m.user)},${m.level}`),
    ].join("\n") + "\n"
  )
}

let uuids = 0

/** One PostHog line; a literal in a test is what the test is about. */
export function event(
  overrides: Partial<Record<"uuid" | "event" | "distinct_id" | "timestamp" | "created_at", unknown>> = {},
): string {
  return JSON.stringify({
    uuid: `00000000-0000-4000-8000-${String(++uuids).padStart(12, "0")}`,
    event: "SectionCompleted",
    distinct_id: "anna",
    timestamp: "2025-12-15T10:00:00Z",
    properties: { $lib: "web" },
    ...overrides,
  })
}

/** The same event several times, each with a source id of its own. */
export function events(count: number, overrides: Parameters<typeof event>[0] = {}): string[] {
  return Array.from({ length: count }, () => event(overrides))
}

export function lines(...parts: (string | readonly string[])[]): string {
  return parts.flat().join("\n") + "\n"
}

export interface Detail {
  index: number
  user_id: string
  wallet: string
  level: number
  streak: number
  daily: number[][]
  counted: number[]
  weight_sum: number
  points: string
  reward: string
}

export interface Rejected {
  file: string
  line: number
  item: number | null
  reason: string
  detail: string | null
  source_id: string | null
  event: string | null
  user_id: string | null
  timestamp: string | null
}

export function jsonLines<T>(text: string): T[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as T)
}

/** points.csv as user → points, for ids without quotes. */
export function pointsOf(csv: string): Record<string, string> {
  return Object.fromEntries(
    csv
      .trimEnd()
      .split("\n")
      .slice(1)
      .map((row) => row.split(",").slice(1) as [string, string]),
  )
}
