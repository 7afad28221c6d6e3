export { castVoteInstruction, type CastVoteParameters } from "./cast_vote.js"
export { closeBallotsInstruction, type CloseBallotsParameters } from "./close_ballots.js"
export { closeProposalInstruction, type CloseProposalParameters } from "./close_proposal.js"
export {
  createGovernanceInstruction,
  type CreateGovernanceParameters,
  type GovernanceParameters,
} from "./create_governance.js"
export { createProposalInstruction, type CreateProposalParameters } from "./create_proposal.js"
export { executeProposalInstruction, type ExecuteProposalParameters } from "./execute_proposal.js"
export { setGovernanceInstruction, type SetGovernanceParameters } from "./set_governance.js"
