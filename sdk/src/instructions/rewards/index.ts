export { confirmActivityInstruction, type ConfirmActivityParameters } from "./confirm_activity.js"
export { createEscrowPageInstruction, type CreateEscrowPageParameters } from "./create_escrow_page.js"
export { giveVerdictsInstruction, type GiveVerdictsParameters, type RewardVerdict } from "./give_verdicts.js"
export { grantRewardsInstruction, type GrantRewardsParameters, type RewardGrant } from "./grant_rewards.js"
export { payRewardsInstruction, type PayRewardsParameters, type RewardPayment } from "./pay_rewards.js"
export { rateRewardInstruction, type RateRewardParameters } from "./rate_reward.js"
export {
  resolveRewardsInstruction,
  type ResolveRewardsParameters,
  type RewardPlace,
} from "./resolve_rewards.js"
export { setRewardKindsInstruction, type SetRewardKindsParameters } from "./set_reward_kinds.js"
