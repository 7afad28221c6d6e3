import { postStep } from "../chain/post_step"
import { notifyStep } from "../notice/step"
import { reportStep } from "../report/step"
import { aggregateStep } from "./aggregate_step"
import { scoreStep } from "./score_step"
import type { StepName, StepRun } from "./step"

/** The reports say what was credited as soon as the chain has said it, and before anybody is told. */
const postAndComplete: StepRun = async (context) => {
  const result = await postStep(context)
  if (!context.dryRun && !context.shadow) await reportStep(context)
  return result
}

/** The work of each step. */
export const STEP_RUNS: Partial<Record<StepName, StepRun>> = {
  aggregate: aggregateStep,
  score: scoreStep,
  report: reportStep,
  post: postAndComplete,
  notify: notifyStep,
}
