import { weekEnd, weekStart } from "@stk/sdk/math"
import { and, gte, lt } from "drizzle-orm"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { scoreWeek } from "../score/score"
import { pulls } from "../store/schema"
import { checkInputs, readInputs } from "./inputs"
import { scoreParameters } from "./score_step"
import type { StepName, StepRun, WeekContext } from "./step"

/** What a step would do, as far as that can be known without writing anything. */
export async function rehearseStep(
  step: StepName,
  context: WeekContext,
  work: StepRun | undefined,
): Promise<Record<string, unknown>> {
  const inputs = readInputs(context.directory)
  if (step === "aggregate")
    return inputs === null
      ? {
          collects_from: context.config.sources.map((source) => source.name),
          files_so_far: await context.store.database.$count(
            pulls,
            and(
              lt(pulls.firstAt, new Date(weekEnd(context.week) * 1000).toISOString()),
              gte(pulls.lastAt, new Date(weekStart(context.week) * 1000).toISOString()),
            ),
          ),
        }
      : { inputs: "are fixed", files: inputs.events.length }
  if (inputs === null) return { after: "aggregate" }
  if (step === "score") {
    await checkInputs(context.config.data, context.directory, inputs)
    const folder = await mkdtemp(join(tmpdir(), "stk-oracle-rehearsal-"))
    try {
      const { summary } = await scoreWeek(await scoreParameters(context, inputs, join(folder, "score")))
      const { members, events, totals, merkle } = summary
      return {
        active: members.active,
        counted: events.counted,
        points: totals.points,
        merkle_root: merkle.root,
      }
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }
  if (step === "post" && work !== undefined) return work(context)
  return {}
}
