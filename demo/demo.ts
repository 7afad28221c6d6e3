import "./quiet"
import { mkdirSync, rmSync, writeFileSync } from "node:fs"
import { join, relative } from "node:path"
import { parseArgs } from "node:util"
import { startLocalnet } from "stk-localnet"
import { playCirculation } from "./acts/circulation"
import { playUnattended } from "./acts/unattended"
import { foundCommunity, liveWeeks, showWeeks, type Size } from "./acts/weeks"
import type { Stage } from "./community"
import { dim } from "./show"
import { Voice } from "./voice"

const HELP = `Usage: npm run demo [-- options]

A community on a local chain, in three acts.
  1  Four weeks: emission, scores, settlement, and one member's withdrawal.
  2  What the tokens are for: a purchase, peer reviews, a vote that takes the treasury over, and a quarter in
     which the inactive lose a share. At the end the ledger adds up, and is rebuilt from its events alone.
  3  A Monday, unattended: the oracle's weekly process over a drop folder, its papers, a power cut in the
     middle of the next week, and what its members were told.

  --acts <which>  1, 2, 3 or all (default all); act 2 lets the weeks of act 1 pass without their tables
  --members <n>   members by the last week (default 2000)
  --weeks <n>     weeks, 1 to 12 (default 4)
  --seed <text>   another seed is another community
  --json          print one JSON object at the end, and the rest to stderr
  --help          this text

Takes about two minutes and a half, longer on the first run, which installs packages and the compiler.`

/** Where the demo keeps its files; each run starts afresh. */
const FOLDER = join(__dirname, "..", ".stk", "demo")
const ACTS = ["1", "2", "3", "all"]

const { values } = parseArgs({
  options: {
    acts: { type: "string", default: "all" },
    members: { type: "string", default: "2000" },
    weeks: { type: "string", default: "4" },
    seed: { type: "string" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
})

function refuse(name: string, text: string, rule: string): never {
  process.stderr.write(`demo: --${name}: "${text}" is not ${rule}\n`)
  process.exit(2)
}

/** A number given on the command line. */
function wholeNumber(name: string, text: string, low: number, high: number): number {
  const number = Number(text)
  if (Number.isInteger(number) && number >= low && number <= high) return number
  return refuse(name, text, `a whole number from ${low} to ${high}`)
}

/** Acts one and two, which are about one community. */
async function playCommunity(stage: Stage, size: Size): Promise<Record<string, unknown>> {
  const { acts } = values
  const community = await foundCommunity(stage, size)
  const lived = await liveWeeks(stage, community)
  const withdrawal = acts === "2" ? undefined : await showWeeks(stage, community, lived)
  const circulation = acts === "1" ? undefined : await playCirculation(stage, community)
  const [economy, mint] = [community.economy.toBase58(), community.mint.toBase58()]
  return { economy, mint, weeks: lived, withdrawal, circulation }
}

async function run(): Promise<void> {
  const members = wholeNumber("members", values.members, 10, 100_000)
  const weeks = wholeNumber("weeks", values.weeks, 1, 12)
  const { acts } = values
  if (!ACTS.includes(acts)) refuse("acts", acts, "1, 2, 3 or all")
  const started = performance.now()
  rmSync(FOLDER, { recursive: true, force: true })
  mkdirSync(FOLDER, { recursive: true })

  const voice = new Voice(values.json ? process.stderr : process.stdout)
  voice.heading("A community on a local chain")
  const chain = await voice.step("local chain started, program deployed", () => startLocalnet())
  try {
    const keypair = join(FOLDER, "operator.json")
    writeFileSync(keypair, JSON.stringify([...chain.payer.secretKey]), { mode: 0o600 })
    const chainOptions = ["--url", chain.rpcUrl, "--keypair", keypair]
    const stage: Stage = { voice, chain, folder: FOLDER, chainOptions }

    const story = acts === "3" ? undefined : await playCommunity(stage, { members, weeks, seed: values.seed })
    const isUnattended = acts === "3" || acts === "all"
    const unattended = isUnattended ? await playUnattended(stage, { members, keypair }) : undefined

    const seconds = ((performance.now() - started) / 1_000).toFixed(0)
    voice.say(`\n  ${dim(`done in ${seconds} s; files in ${relative(process.cwd(), FOLDER)}`)}`)
    if (values.json) process.stdout.write(`${JSON.stringify({ ...story, unattended }, null, 2)}\n`)
  } finally {
    await chain.stop()
  }
}

if (values.help) {
  process.stdout.write(`${HELP}\n`)
} else {
  run().catch((error: unknown) => {
    process.stderr.write(`demo: ${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 1
  })
}
