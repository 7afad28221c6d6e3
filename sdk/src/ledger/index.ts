export { applyEvent, rebuild } from "./rebuild.js"
export type { LedgerPage, LedgerState } from "./state.js"
