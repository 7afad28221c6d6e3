import { existsSync, readFileSync } from "node:fs"
import { mkdir, open, rename, rm } from "node:fs/promises"
import { join } from "node:path"
import { z } from "zod"
import { InputRefused } from "../failure"
import { fileHash } from "../score/hash"
import { inputsDirectory } from "./layout"

/** What a week is scored from, fixed when its intake closes: raw files and the members of that moment. */

const FORMAT = "stk-oracle/inputs/1"
const NAME = "inputs.json"

const sha256 = z.string().regex(/^[0-9a-f]{64}$/)
const inputsSchema = z.strictObject({
  format: z.literal(FORMAT),
  week: z.string(),
  /** Raw files below the data directory, by path. */
  events: z.array(z.strictObject({ source: z.string(), path: z.string(), sha256 })),
  /** Files of members in the folder itself. */
  members: z.array(z.strictObject({ name: z.string(), sha256 })),
})
export type WeekInputs = z.infer<typeof inputsSchema>

/** The inputs that were published for a week, or null when there are none yet. @throws {InputRefused} */
export function readInputs(directory: string): WeekInputs | null {
  const path = join(inputsDirectory(directory), NAME)
  if (!existsSync(path)) return null
  const parsed = inputsSchema.safeParse(JSON.parse(readFileSync(path, "utf8")))
  if (!parsed.success)
    throw new InputRefused([{ file: path, field: "inputs", rule: "is not what aggregation wrote" }])
  return parsed.data
}

/** A week's inputs by their paths on this machine: what counts it, and what counts it again, read the same files. */
export interface InputFiles {
  events: { source: string; path: string; sha256: string }[]
  members: string
  discourseUsers?: string
  xapiUsers?: string
}

export function inputFiles(data: string, directory: string, inputs: WeekInputs): InputFiles {
  const folder = inputsDirectory(directory)
  const has = (name: string): boolean => inputs.members.some((file) => file.name === name)
  return {
    events: inputs.events.map((file) => ({ ...file, path: join(data, file.path) })),
    members: join(folder, "members.csv"),
    ...(has("discourse-users.csv") ? { discourseUsers: join(folder, "discourse-users.csv") } : {}),
    ...(has("xapi-users.csv") ? { xapiUsers: join(folder, "xapi-users.csv") } : {}),
  }
}

/** Refuses inputs of which a file is gone or changed. @throws {InputRefused} names each file */
export async function checkInputs(data: string, directory: string, inputs: WeekInputs): Promise<void> {
  const files = [
    ...inputs.events.map((file) => ({ path: join(data, file.path), sha256: file.sha256 })),
    ...inputs.members.map((file) => ({
      path: join(inputsDirectory(directory), file.name),
      sha256: file.sha256,
    })),
  ]
  const problems: { file: string; field: string; rule: string }[] = []
  for (const file of files) {
    const rule = !existsSync(file.path)
      ? "is gone: bring it back from a backup"
      : (await fileHash(file.path)) === file.sha256
        ? null
        : "was changed after the week's inputs were fixed"
    if (rule !== null) problems.push({ file: file.path, field: "inputs", rule })
  }
  if (problems.length > 0) throw new InputRefused(problems.slice(0, 10), problems.length)
}

/** Makes the folder in which a week's inputs are put together; what an attempt that was killed left there is gone. */
export async function startInputs(directory: string): Promise<string> {
  const work = `${inputsDirectory(directory)}.new`
  await rm(work, { recursive: true, force: true })
  await mkdir(work, { recursive: true })
  return work
}

/** Puts that folder in its place in one step, complete on disk. */
export async function publishInputs(
  directory: string,
  week: string,
  events: WeekInputs["events"],
  members: readonly string[],
): Promise<WeekInputs> {
  const target = inputsDirectory(directory)
  const work = `${target}.new`
  const files: WeekInputs["members"] = []
  for (const name of [...members].sort()) files.push({ name, sha256: await fileHash(join(work, name)) })
  const inputs: WeekInputs = { format: FORMAT, week, events, members: files }
  const file = await open(join(work, NAME), "w")
  try {
    await file.writeFile(JSON.stringify(inputs, null, 2) + "\n")
    await file.sync()
  } finally {
    await file.close()
  }
  await syncFolder(work)
  await rename(work, target)
  await syncFolder(directory)
  return inputs
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r")
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
