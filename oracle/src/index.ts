/** What other packages and tests use of the oracle; the command line is `main.ts`. */
export { decodeAddress, encodeAddress } from "./base58"
export * from "./failure"
export { run } from "./program"
export * from "./score/merkle"
export { OUTPUT_FILES, pointsText, readSummary, type Summary } from "./score/report"
export * from "./score/rules"
export { scoreWeek, type ScoreParameters, type ScoreResult } from "./score/score"
