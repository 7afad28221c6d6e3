export { setSpendingLimitsInstruction, type SetSpendingLimitsParameters } from "./set_spending_limits.js"
export { setTeamScheduleInstruction, type SetTeamScheduleParameters } from "./set_team_schedule.js"
export { spendFundInstruction, type SpendFundParameters } from "./spend_fund.js"
export { withdrawFundInstruction, type WithdrawFundParameters } from "./withdraw_fund.js"
