import { setLevelsInstruction, weekEnd } from "@stk/sdk"
import { hold, pause, resume } from "../../utils/actions"
import { openWeek, readPage, releaseEmission, seal, settlePage, submitScores } from "../../utils/economy"
import { redistribute as redistributePage } from "../../utils/transfers"
import { quarterAt, weekAt } from "../rules/calendar"
import { redistribute } from "../rules/redistribution"
import type { Choices, Walk } from "./walk"

const MOST_MEMBERS = 60
const FIRST_WEEK = 2_919

/** What the roles do: emission, members, levels, weeks, pauses, and the redistribution that anyone starts. */
export function weekChoices(walk: Walk): Choices {
  const { chain, economy, ledger, random, now, weeks, emission } = walk
  const choices: Choices = {}
  if (random.chance(2)) {
    choices.pause = () => {
      walk.isPaused = true
      pause(chain, economy)
    }
  }
  if (emission.daysEnded(now) > emission.releasedDays) {
    choices.release = () => {
      emission.release(ledger, now)
      releaseEmission(chain, economy)
    }
  }
  if (walk.members < MOST_MEMBERS && random.chance(10)) {
    choices.register = () => walk.register(random.between(1, 3))
  }
  if (weeks.status !== "open") choices.setLevels = () => setLevels(walk)
  const next = weeks.week === 0 ? FIRST_WEEK : weeks.week + 1
  if (weeks.status === "settled" && now >= weekEnd(next)) {
    choices.openWeek = () => {
      weeks.open(ledger, next)
      openWeek(chain, economy)
    }
  }
  if (weeks.status === "open") {
    const cursor = cursorOf(walk)
    if (cursor < weeks.members) choices.submit = () => submit(walk, cursor)
    else {
      choices.seal = () => {
        weeks.seal(ledger, now)
        seal(chain, economy)
      }
    }
  }
  if (weeks.status !== "settled" && !weeks.isHeld && random.chance(5)) {
    choices.hold = () => {
      weeks.hold()
      hold(chain, economy)
    }
  }
  if (weeks.status === "sealed" && now >= weeks.settleFrom) {
    choices.settle = () => {
      weeks.settle(ledger, 0)
      settlePage(chain, economy)
    }
  }
  const isPosted = weeks.status !== "open" && weeks.week + 1 >= weekAt(now)
  if (isPosted && quarterAt(now) > walk.quarter) {
    choices.redistribute = () => {
      const { members, fromStakes } = redistribute(ledger, walk.stakes, 0, now)
      walk.quarter = quarterAt(now)
      walk.done.set("taken from", (walk.done.get("taken from") ?? 0) + members.length)
      if (fromStakes > 0n) walk.done.set("taken from stakes", (walk.done.get("taken from stakes") ?? 0) + 1)
      redistributePage(chain, economy)
    }
  }
  return choices
}

/** What can be done while the economy is paused. */
export function pausedChoices(walk: Walk): Choices {
  return {
    resume: () => {
      walk.isPaused = false
      resume(walk.chain, walk.economy)
    },
  }
}

function cursorOf({ chain, economy, weeks }: Walk): number {
  const { week, cursor } = readPage(chain, economy).header
  return week === weeks.week ? cursor : 0
}

function setLevels({ chain, economy, ledger, members, random }: Walk): void {
  const { registrar } = economy.actors
  const changes = Array.from({ length: random.between(1, 6) }, () => ({
    slot: random.below(members),
    level: random.between(1, 8),
  }))
  for (const { slot, level } of changes) ledger.person(slot).level = level
  const at = { registrar: registrar.publicKey, economy: economy.address, page: 0 }
  chain.send(setLevelsInstruction({ ...at, changes, evidence: new Uint8Array(32) }), [registrar])
}

/** Scores members from the cursor on; in every third week there is little to score. */
function submit(walk: Walk, firstSlot: number): void {
  const { chain, economy, ledger, random, weeks } = walk
  const length = Math.min(8 * random.between(1, 3), weeks.members - firstSlot)
  const scores = Array.from({ length }, (_, index) => {
    if (random.chance(walk.isQuiet(firstSlot + index) ? 98 : 30)) return null
    const votes = random.below(78)
    return weeks.week % 3 === 0 ? [0, votes % 20, 0] : [random.below(22), votes, random.below(8)]
  })
  scores.forEach((counts, index) => {
    if (counts !== null) weeks.score(ledger, firstSlot + index, counts)
  })
  submitScores(chain, economy, scores, { firstSlot })
}
