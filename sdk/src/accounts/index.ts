export type { AccountReader } from "./read.js"
export {
  decodeEconomy,
  fetchAllEconomies,
  fetchEconomy,
  type Economy,
  type EventType,
  type RedistributionBand,
  type RewardKind,
} from "./economy.js"
export { decodeMembership, fetchAllMemberships, fetchMembership, type Membership } from "./membership.js"
export {
  decodeMember,
  decodePage,
  decodePageHeader,
  fetchAllPages,
  fetchPage,
  pageBytes,
  slotsOfPage,
  type Member,
  type MemberPage,
  type PageHeader,
} from "./page.js"
export { decodeWeek, fetchAllWeeks, fetchWeek, type Week } from "./week.js"
