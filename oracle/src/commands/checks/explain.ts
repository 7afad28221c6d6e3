import { Disagreement } from "../../chain/failures"
import { explainMember, type Explanation } from "../../explain/explain"
import { grouped, printable, table } from "../../output"
import { readRules, STK_RULES } from "../../score/rules"
import type { ExplainOptions } from "../explain"
import { printJson } from "../chain/output"

/** Events shown before the rest is only counted. */
const EVENTS_SHOWN = 40

export async function runExplain(userId: string, options: ExplainOptions): Promise<void> {
  const explanation = await explainMember({
    userId,
    directory: options.directory,
    rules: options.rules === undefined ? STK_RULES : readRules(options.rules),
    events: options.events,
    ...(options.discourseUsers === undefined ? {} : { discourseUsers: options.discourseUsers }),
    ...(options.xapiUsers === undefined ? {} : { xapiUsers: options.xapiUsers }),
  })
  if (options.json === true) printJson(explanation)
  else process.stdout.write(describe(explanation, options.all === true))
  if (explanation.differences.length > 0)
    throw new Disagreement("the events do not give what was scored", explanation.differences)
}

function describe(e: Explanation, all: boolean): string {
  const shown = all ? e.events : e.events.slice(0, EVENTS_SHOWN)
  const { score, proof } = e
  const parts = [
    `${printable(e.user_id)} in week ${e.week}, wallet ${e.wallet}, member ${e.member_index}`,
    table(
      ["time", "event", "points", "outcome", "why", "source id"],
      shown.map((event) => [
        event.timestamp.slice(0, 23).replace("T", " "),
        event.type,
        String(event.points),
        event.outcome,
        event.why,
        event.source_id,
      ]),
    ),
  ]
  if (shown.length < e.events.length) parts.push(`… and ${e.events.length - shown.length} more: --all`)
  if (e.days.length > 0)
    parts.push(
      table(
        ["day", "event", "events", "limit", "counted", "weight", "points"],
        e.days.map((day) =>
          [day.date, day.type, day.events, day.daily_limit, day.counted, day.weight, day.points].map(String),
        ),
      ),
    )
  parts.push(
    `points: ${grouped(score.weight_sum)} × ${score.level_coefficient} (level ${e.level}) × ${score.streak_coefficient} ` +
      `(${e.streak} ${e.streak === 1 ? "week" : "weeks"} in a row) = ${grouped(score.points)} ${printable(score.symbol)} = ${grouped(score.reward)} base units`,
    `Merkle leaf ${proof.leaf}, number ${proof.index} of ${grouped(proof.leaves)}\nroot ${proof.root}\n` +
      proof.proof.map((sibling, level) => `  ${String(level).padStart(2)}  ${sibling}`).join("\n"),
  )
  for (const path of e.other_files)
    parts.push(`note: ${printable(path)} is not a file that the week was scored from`)
  parts.push(
    e.differences.length === 0
      ? "the events give exactly what was scored"
      : `the events do NOT give what was scored: ${e.differences.length} differences`,
  )
  return parts.join("\n\n") + "\n"
}
