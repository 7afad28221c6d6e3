import { figuresOf, isMet, type Figure, type Results, type Unit } from "./figures"

/** A figure may grow by so many percent before the check fails. */
export const TOLERANCE_PERCENT = 3

/** Members of a transaction are better when there are more of them; everything else is a cost. */
const MORE_IS_BETTER: ReadonlySet<Unit> = new Set<Unit>(["members"])

/** Why the check fails: one sentence each. */
export interface Problem {
  readonly kind: "worse" | "missing" | "unknown" | "target" | "stale"
  readonly figure: string
  readonly sentence: string
}

/** Exact for the numbers of the report, which have at most two decimals. */
function hundredths(value: number): bigint {
  return BigInt(Math.round(value * 100))
}

/** Whether `measured` is worse than `committed` by more than the tolerance: 3.0% passes, 3.1% does not. */
export function isWorse(unit: Unit, committed: number, measured: number): boolean {
  const [before, after] = [hundredths(committed), hundredths(measured)]
  const loss = MORE_IS_BETTER.has(unit) ? before - after : after - before
  // Rent that comes back is a figure below zero.
  return loss * 100n > (before < 0n ? -before : before) * BigInt(TOLERANCE_PERCENT)
}

function percent(committed: number, measured: number): string {
  if (committed === 0) return "from nothing"
  const change = ((measured - committed) / Math.abs(committed)) * 100
  return `${change > 0 ? "+" : ""}${change.toFixed(1)}%`
}

function worse(before: Figure, after: Figure): Problem[] {
  if (!isWorse(before.unit, before.value, after.value)) return []
  const change = percent(before.value, after.value)
  const sentence = `${before.id}: ${before.value} → ${after.value} ${before.unit} (${change}, ${TOLERANCE_PERCENT}% is allowed)`
  return [{ kind: "worse", figure: before.id, sentence }]
}

/**
 * Compares a run with the committed results; empty when every figure is there and none is worse, and no target is missed
 * that was met.
 */
export function compare(committed: Results, measured: Results): Problem[] {
  const before = new Map(figuresOf(committed).map((figure) => [figure.id, figure]))
  const after = new Map(figuresOf(measured).map((figure) => [figure.id, figure]))
  const compared = [...before.values()].flatMap((figure): Problem[] => {
    const now = after.get(figure.id)
    if (now !== undefined) return worse(figure, now)
    return [{ kind: "missing", figure: figure.id, sentence: `${figure.id}: no longer measured` }]
  })
  const unknown = [...after.keys()]
    .filter((id) => !before.has(id))
    .map((id): Problem => ({ kind: "unknown", figure: id, sentence: `${id}: not in the committed results` }))
  const wasMissed = new Set(committed.targets.filter((target) => !isMet(target)).map(({ name }) => name))
  const missed = measured.targets
    .filter((target) => !isMet(target) && !wasMissed.has(target.name))
    .map(({ name, bound, limit, measured: value, unit }): Problem => {
      return {
        kind: "target",
        figure: name,
        sentence: `${name}: ${value} ${unit}, the target is ${bound} ${limit}`,
      }
    })
  return [...compared, ...unknown, ...missed]
}
