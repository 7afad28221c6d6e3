export { acceptRoleInstruction, type AcceptRoleParameters } from "./accept_role.js"
export {
  createEconomyInstruction,
  type CreateEconomyParameters,
  type EconomyParameters,
  type EventTypeParameters,
} from "./create_economy.js"
export { pauseInstruction, type PauseParameters } from "./pause.js"
export { proposeRoleInstruction, type ProposeRoleParameters } from "./propose_role.js"
export { resumeInstruction, type ResumeParameters } from "./resume.js"
