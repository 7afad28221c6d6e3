import { cpSync, existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { type PublicKey } from "@solana/web3.js"
import { expect } from "chai"
import { Random } from "../utils/random"
import { Cluster, createAt, presetFile, scoreGenerated, type ChainMember } from "./utils/cluster"

/** More than a page, so that two pages are scored side by side. */
const MEMBERS = 1_060
const KILLS = 25
const SEED = 20_251_222

interface EndState {
  members: Map<string, ChainMember>
  week: Record<string, unknown>
  funds: readonly bigint[]
  minted: bigint
}

async function endState(cluster: Cluster, economy: PublicKey, week: number): Promise<EndState> {
  const { due, payable, paid, active, members, pagesSettled, detailRoot } = await cluster.week(economy, week)
  const state = await cluster.economy(economy)
  return {
    members: await cluster.members(economy),
    week: {
      due,
      payable,
      paid,
      active,
      members,
      pagesSettled,
      detailRoot: Buffer.from(detailRoot).toString("hex"),
    },
    funds: state.funds,
    minted: state.minted,
  }
}

/** Transactions in a journal; a crash and what follows it adds other lines, too. */
const sentIn = (path: string): number =>
  existsSync(path) ? readFileSync(path, "utf8").split('"type":"sent"').length - 1 : 0
const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds))

/** How far the undisturbed run's journal is when the last kill comes: later it may be over before. */
const LAST_KILL_AT = 0.96

describe("a run that is killed again and again", function () {
  this.timeout(170_000)
  let expected: EndState
  let scored: Cluster
  let directory: string
  let week: number
  /** Transactions of the undisturbed run: kills are spread over about as many. */
  let sent: number

  before(async () => {
    // The run that nobody disturbs, on a chain of its own.
    scored = await Cluster.start()
    week = await scored.nextWeek()
    directory = await scoreGenerated(scored.folder, { week, members: MEMBERS })
    const economy = await createAt(scored, presetFile(scored.folder, "preset.json", 10n ** 15n), week)
    await scored.passWeek(week)
    const copy = scored.folder.at("undisturbed")
    cpSync(directory, copy, { recursive: true })
    await scored.json("post", copy, "--economy", economy.toBase58(), "--yes", "--settle")
    sent = sentIn(join(copy, "journal.jsonl"))
    expected = await endState(scored, economy, week)
    await scored.localnet.stop()
  })
  after(() => scored.folder.remove())

  it(`pays nothing twice and loses nothing over ${KILLS} kills at random instants`, async () => {
    const random = new Random(SEED)
    // Slower slots than usual, so that transactions are on their way for longer.
    const cluster = await Cluster.start({ slotTimeMs: 100 })
    try {
      const economy = await createAt(cluster, presetFile(cluster.folder, "preset.json", 10n ** 15n), week)
      await cluster.passWeek(week)
      const journal = join(directory, "journal.jsonl")
      const command = ["post", directory, "--economy", economy.toBase58(), "--yes", "--settle", "--json"]
      const stages = new Set<string>()
      let kills = 0
      for (;;) {
        const { child, ended } = cluster.spawn(...command)
        let isOver = false
        void ended.then(() => (isOver = true))
        if (kills < KILLS) {
          // Spread over the journal: while something is signed, on its way, landed, or not yet written down.
          const goal = Math.floor((LAST_KILL_AT * sent * (kills + random.below(1_000) / 1_000)) / KILLS)
          while (!isOver && sentIn(journal) <= goal) await pause(1)
          await pause(random.below(60))
          if (!isOver && child.kill("SIGKILL")) kills++
        }
        const result = await ended
        if (result.signal === "SIGKILL") {
          const state = await cluster.economy(economy)
          stages.add(`${state.week === 0 ? "before" : ["settled", "open", "sealed"][state.weekStatus]}`)
          continue
        }
        expect(result.code, result.stderr).to.equal(0)
        break
      }

      expect(kills, "the run was over before it was killed often enough").to.be.at.least(KILLS - 2)
      expect([...stages]).to.include.members(["before", "open"])
      expect(await endState(cluster, economy, week)).to.deep.equal(expected)
    } finally {
      await cluster.stop()
    }
  })
})
