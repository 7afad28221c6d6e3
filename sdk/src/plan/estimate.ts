/**
 * Compute units that instructions of the program use at most: what planners pack by, and the limit of a transaction that
 * nobody simulates first. Tests hold them above what the program uses; `StkClient` measures and asks for less.
 */
export const ESTIMATED_COMPUTE_UNITS = {
  /** Each transaction: the instructions of its compute budget. */
  transaction: 450,
  createPage: 10_000,
  growPage: 6_000,
  registration: { base: 3_000, wallet: 4_500, bumpSearch: 1_600 },
  levels: { base: 1_500, change: 60 },
  scores: { base: 2_000, slot: 12, member: 110 },
  settlement: { base: 2_500, slot: 10, member: 30, shortMember: 120 },
  openWeek: 20_000,
  sealWeek: 2_500,
  releaseEmission: 6_000,
  createTokenAccount: 35_000,
  withdraw: 6_000,
  deposit: 6_000,
  createService: 20_000,
  openActivation: 15_000,
  purchase: { base: 4_000, page: 600 },
  createStakePage: 10_000,
  growStakePage: 6_000,
  stake: { base: 6_000, place: 12 },
  unstake: 6_000,
  /** Of a full page, the account created on the way. */
  snapshotPage: 25_000,
  transfer: 1_500,
  redistribution: { base: 3_000, member: 56, memberWithStakes: 80, stakePlace: 30 },
  spendFund: 6_000,
  withdrawFund: 8_000,
  depositReserve: 8_000,
  fillBuyback: 10_000,
  setRewardKinds: 6_000,
  createEscrowPage: 25_000,
  rewardPayments: { base: 1_500, item: 75 },
  rewardGrants: { base: 1_700, item: 130 },
  rewardVerdicts: { base: 900, item: 75 },
  rewardResolutions: { base: 1_700, item: 150 },
  rateReward: 2_000,
  confirmActivity: 2_000,
  createGovernance: 10_000,
  createProposal: { base: 15_000, byte: 60 },
  castVote: 20_000,
  /** Without what the proposed instruction uses, for which `instruction` is room. */
  executeProposal: { base: 10_000, instruction: 200_000 },
} as const
