import { createReadStream, existsSync } from "node:fs"
import { createInterface } from "node:readline"
import { InputRefused, type InputProblem } from "../failure"
import { splitRecord } from "../source/members"
import { LANGUAGES, languageOf, type Language } from "./language"

/** How a member is addressed. */
export interface MemberName {
  name: string | null
  language: Language | null
}

const PROBLEM_LIMIT = 10

/**
 * Reads names and languages from a CSV file with the columns `user_id` and, in any order and both optional,
 * `display_name` and `language`; further columns, such as those of `score --members`, are left alone.
 *
 * @throws {InputRefused}
 */
export async function readNames(path: string): Promise<Map<string, MemberName>> {
  if (!existsSync(path))
    throw new InputRefused([{ file: path, field: "members", rule: "file does not exist" }])
  const names = new Map<string, MemberName>()
  const problems: InputProblem[] = []
  let columns: { user: number; name: number; language: number } | null = null
  let line = 0
  for await (const text of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    line++
    const refuse = (field: string, rule: string): void =>
      void problems.push({ file: path, line, field, rule })
    if (text === "") continue
    const fields = splitRecord(line === 1 ? text.replace(/^\ufeff/, "") : text)
    if (typeof fields === "string") {
      refuse("line", fields)
    } else if (columns === null) {
      columns = {
        user: fields.indexOf("user_id"),
        name: fields.indexOf("display_name"),
        language: fields.indexOf("language"),
      }
      if (columns.user === -1) refuse("header", "must name the column user_id")
    } else {
      const user = fields[columns.user] ?? ""
      const language = fields[columns.language] ?? ""
      if (user === "") refuse("user_id", "must not be empty")
      else if (names.has(user)) refuse("user_id", "appears twice")
      if (language !== "" && languageOf(language) === null)
        refuse("language", `is none of ${LANGUAGES.join(", ")}`)
      names.set(user, { name: fields[columns.name] || null, language: languageOf(language) })
    }
    if (problems.length >= PROBLEM_LIMIT) break
  }
  if (problems.length > 0) throw new InputRefused(problems)
  return names
}
