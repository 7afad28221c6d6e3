import { createHash } from "node:crypto"
import { readFileSync, renameSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { isoWeek } from "@stk/sdk/math"
import { statementPdf } from "./page"
import type { MemberWeek, WeekFacts } from "./statement"

/** Files of the reports' folder. */
export const MANIFEST_FILE = "manifest.json"
export const WEEK_FILE = "week.html"
/** What is written before it is moved to its place. */
const UNFINISHED = ".part"

const INDEX_DIGITS = 7
const HASH_DIGITS = 12

/**
 * Name of a member's file: it follows from week, global index and id, so that it is always the same, and holds nothing
 * that somebody could have chosen.
 */
export function statementFile(week: number, index: number, userId: string): string {
  const hash = createHash("sha256").update(userId).digest("hex").slice(0, HASH_DIGITS)
  return `${isoWeek(week)}-${String(index).padStart(INDEX_DIGITS, "0")}-${hash}.pdf`
}

const STATEMENT_NAME = new RegExp(`^(\\d{4}-W\\d{2})-\\d{${INDEX_DIGITS},}-[0-9a-f]{${HASH_DIGITS}}\\.pdf$`)

/** Week of a statement's file by its name, or null when it is not one. */
export function weekOfFile(name: string): string | null {
  return STATEMENT_NAME.exec(name)?.[1] ?? null
}

/** Whether a file is left from a run that was ended. */
export function isUnfinished(name: string): boolean {
  return name.endsWith(UNFINISHED)
}

/** Content of the manifest about one file. */
export interface FileRecord {
  file: string
  sha256: string
  bytes: number
}

export interface StatementRecord extends FileRecord {
  user_id: string
}

/** Brings a file to this content: it is whole at every moment, and not touched when it is right already. */
export function writeIfChanged(
  directory: string,
  file: string,
  content: Buffer,
): { record: FileRecord; isWritten: boolean } {
  const path = join(directory, file)
  const record = { file, sha256: createHash("sha256").update(content).digest("hex"), bytes: content.length }
  if (readIfThere(path)?.equals(content) === true) return { record, isWritten: false }
  const unfinished = `${path}.${process.pid}${UNFINISHED}`
  writeFileSync(unfinished, content)
  renameSync(unfinished, path)
  return { record, isWritten: true }
}

function readIfThere(path: string): Buffer | null {
  try {
    return readFileSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null
    throw error
  }
}

/** What all statements of a week are written with. */
export interface StatementTask {
  facts: WeekFacts
  community: string
  directory: string
}

export interface WrittenStatement {
  record: StatementRecord
  isWritten: boolean
}

export function writeStatement(
  member: MemberWeek,
  { facts, community, directory }: StatementTask,
): WrittenStatement {
  const file = statementFile(facts.week, member.index, member.userId)
  const { record, isWritten } = writeIfChanged(directory, file, statementPdf(member, facts, community))
  return { record: { ...record, user_id: member.userId }, isWritten }
}
