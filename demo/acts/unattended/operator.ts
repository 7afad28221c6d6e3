import { cpSync, mkdirSync, readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { PublicKey } from "@solana/web3.js"
import { isoWeek, weekOf, weekStart } from "@stk/sdk"
import type { Stage } from "../../community"
import { oracle } from "../../oracle"
import { count } from "../../show"
import type { Inbox } from "./inbox"

const MEMBERS_FILE = "members.csv"

/** An operator whose weeks pass unattended: a configuration, a drop folder, a data directory. */
export interface Operator {
  readonly economy: PublicKey
  readonly firstWeek: number
  readonly folder: string
  readonly config: string
  /** What `stk-oracle generate` wrote. */
  readonly exports: string
}

/** Where the oracle keeps the files of a week. */
export function weekFolder({ folder }: Pick<Operator, "folder">, week: number): string {
  return join(folder, "data", "weeks", isoWeek(week))
}

/** Another economy on the same chain, whose first week begins next Monday. */
export async function setUp(
  stage: Stage,
  p: { members: number; weeks: number; inbox: Inbox; keypair: string },
): Promise<Operator> {
  const { voice, chain } = stage
  const folder = join(stage.folder, "unattended")
  const exports = join(folder, "exports")
  const firstWeek = (weekOf(await chain.unixTime()) ?? 0) + 1
  await chain.timeTravel(weekStart(firstWeek))
  const { economy } = await voice.step("a second economy, with rules of its own", () =>
    oracle<{ economy: string }>("create", "--preset", "stk", ...stage.chainOptions),
  )
  const options = { members: p.members, week: isoWeek(firstWeek), weeks: p.weeks, out: exports }
  await voice.step(`${count(p.members)} members, ${p.weeks} weeks of exports, a configuration`, () =>
    oracle("generate", ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, `${value}`])),
  )
  mkdirSync(join(folder, "drop"))
  const config = join(folder, "stk-oracle.json")
  const content = {
    chain: { economy, rpc: [chain.rpcUrl], oracle: p.keypair },
    sources: [{ name: "drop", kind: "files", folder: "drop" }],
    members: { kind: "file", path: MEMBERS_FILE },
    run: { firstWeek: isoWeek(firstWeek) },
    notices: { webhook: p.inbox.config },
  }
  writeFileSync(config, JSON.stringify(content, null, 2))
  return { economy: new PublicKey(economy), firstWeek, folder, config, exports }
}

/** The exports of a week appear in the drop folder, and the members as they are by then. */
export function drop({ exports, folder }: Operator, week: number): void {
  const from = join(exports, isoWeek(week))
  const to = join(folder, "drop", isoWeek(week))
  mkdirSync(to)
  for (const file of readdirSync(from))
    cpSync(join(from, file), file === MEMBERS_FILE ? join(folder, file) : join(to, file))
}
