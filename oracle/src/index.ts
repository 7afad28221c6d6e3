/** What other packages and tests use of the oracle; the command line is `main.ts`. */
export { decodeAddress, encodeAddress } from "./base58"
export * from "./failure"
export { run } from "./program"
export { statementFile } from "./report/files"
export { LANGUAGES, type Language } from "./report/language"
export { readNames, type MemberName } from "./report/names"
export {
  writeReports,
  type ReportManifest,
  type ReportParameters as WeekReportParameters,
  type ReportResult,
} from "./report/reports"
export { escapeHtml, shownText } from "./report/shown"
export { reportStep } from "./report/step"
export * from "./score/merkle"
export { OUTPUT_FILES, pointsText, readSummary, type Summary } from "./score/report"
export * from "./score/rules"
export { scoreWeek, type ScoreParameters, type ScoreResult } from "./score/score"
