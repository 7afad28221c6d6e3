export { absorbSurplusInstruction, type AbsorbSurplusParameters } from "./absorb_surplus.js"
export { acceptRoleInstruction, type AcceptRoleParameters } from "./accept_role.js"
export { auditScoreInstruction, type AuditScoreParameters } from "./audit_score.js"
export {
  createEconomyInstruction,
  type CreateEconomyParameters,
  type EconomyParameters,
  type EventTypeParameters,
} from "./create_economy.js"
export { createPageInstruction, type CreatePageParameters } from "./create_page.js"
export { depositInstruction, type DepositParameters } from "./deposit.js"
export { growPageInstruction, type GrowPageParameters } from "./grow_page.js"
export { holdWeekInstruction, type HoldWeekParameters } from "./hold_week.js"
export { openWeekInstruction, type OpenWeekParameters } from "./open_week.js"
export { pauseInstruction, type PauseParameters } from "./pause.js"
export { proposeRoleInstruction, type ProposeRoleParameters } from "./propose_role.js"
export { registerMembersInstruction, type RegisterMembersParameters } from "./register_members.js"
export { releaseEmissionInstruction, type ReleaseEmissionParameters } from "./release_emission.js"
export { resumeInstruction, type ResumeParameters } from "./resume.js"
export { sealWeekInstruction, type SealWeekParameters } from "./seal_week.js"
export { setLevelsInstruction, type LevelChange, type SetLevelsParameters } from "./set_levels.js"
export { settlePageInstruction, type SettlePageParameters } from "./settle_page.js"
export { submitScoresInstruction, type SubmitScoresParameters } from "./submit_scores.js"
export { withdrawInstruction, type WithdrawParameters } from "./withdraw.js"
export type { AccountsOf, ArgumentsOf, InstructionName, ProgramParameters } from "./encode.js"
