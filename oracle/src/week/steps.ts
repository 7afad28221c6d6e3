import { postStep } from "../chain/post_step"
import { notifyStep } from "../notice/step"
import { reportStep } from "../report/step"
import { aggregateStep } from "./aggregate_step"
import { scoreStep } from "./score_step"
import type { StepName, StepRun } from "./step"

/** The work of each step. */
export const STEP_RUNS: Partial<Record<StepName, StepRun>> = {
  aggregate: aggregateStep,
  score: scoreStep,
  report: reportStep,
  post: postStep,
  notify: notifyStep,
}
