export { applyEvent, rebuild } from "./rebuild.js"
export type { LedgerEscrowPage, LedgerPage, LedgerStakePage, LedgerState } from "./state.js"
