import { LocalnetError } from "../errors"
import type { BlockProductionMode } from "../runtime/runtime"

const BLOCK_PRODUCTION_MODES: readonly BlockProductionMode[] = ["clock", "transaction", "manual"]

/** Reads a whole number of at least `least`, or the default where the option is absent. */
export function readWholeNumber(
  name: string,
  text: string | undefined,
  least: number,
  otherwise: number,
): number {
  if (text === undefined) return otherwise
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (Number.isSafeInteger(value) && value >= least) return value
  throw new LocalnetError(
    "InvalidOption",
    `--${name}: "${text}" is not a whole number of at least ${least}`,
    { name },
  )
}

/** Reads `--block-production-mode`. */
export function readBlockProductionMode(
  text: string | undefined,
  otherwise: BlockProductionMode,
): BlockProductionMode {
  if (text === undefined) return otherwise
  const mode = BLOCK_PRODUCTION_MODES.find((known) => known === text)
  if (mode !== undefined) return mode
  const message = `--block-production-mode: "${text}" is not one of ${BLOCK_PRODUCTION_MODES.join(", ")}`
  throw new LocalnetError("InvalidOption", message, { text })
}
