import { ROLE_NAMES, STK_IDL, type InstructionName, type RoleName } from "@stk/sdk"
import { expect } from "chai"
import { accountsOf, withMeta } from "../utils/instructions"
import { expectError } from "../utils/expect"
import { FIXTURES, newWorld, type Case, type World } from "./fixtures"

/** The instructions that need a role, and where its holder stands. */
const GUARDED = STK_IDL.instructions.flatMap(({ name }): [InstructionName, RoleName, number][] => {
  const index = accountsOf(name).findIndex((account) => ROLE_NAMES.some((role) => role === account.name))
  const role = ROLE_NAMES.find((known) => known === accountsOf(name)[index]?.name)
  return role === undefined ? [] : [[name, role, index]]
})

/** Who may call what. Adding an instruction means to decide here who may call it. */
const POWERS: Readonly<
  Record<InstructionName, RoleName | "member" | "governance" | "anyone" | "by the offer">
> = {
  absorbSurplus: "anyone",
  acceptRole: "by the offer",
  addReserveAsset: "treasurer",
  auditScore: "anyone",
  burn: "treasurer",
  closeActivation: "anyone",
  closeService: "member",
  castVote: "member",
  closeBallots: "anyone",
  closeProposal: "anyone",
  confirmActivity: "anyone",
  createEconomy: "anyone",
  createEscrowPage: "anyone",
  createGovernance: "admin",
  createPage: "anyone",
  createProposal: "member",
  createReserve: "treasurer",
  createService: "member",
  createStabilisation: "treasurer",
  createStakePage: "anyone",
  createStartup: "treasurer",
  deposit: "member",
  depositReserve: "anyone",
  fillBuyback: "anyone",
  fundBuyback: "anyone",
  executeProposal: "anyone",
  giveVerdicts: "validator",
  grantRewards: "validator",
  growPage: "anyone",
  growStakePage: "anyone",
  holdWeek: "guardian",
  openActivation: "anyone",
  openBuyback: "treasurer",
  openWeek: "oracle",
  pause: "guardian",
  payRewards: "validator",
  postAssetPrice: "oracle",
  postPrice: "oracle",
  proposeRole: "by the offer",
  purchase: "member",
  rateReward: "member",
  rateService: "anyone",
  readPrice: "anyone",
  redistributePage: "anyone",
  registerMembers: "registrar",
  releaseEmission: "anyone",
  resolveRewards: "anyone",
  resume: "admin",
  sealWeek: "oracle",
  setBuybackLimits: "admin",
  setEmissionFactor: "treasurer",
  setGovernance: "governance",
  setLevels: "registrar",
  setPriceFeed: "admin",
  setRedistributionBands: "admin",
  setReserveLimit: "admin",
  setRewardKinds: "admin",
  setSpendingLimits: "admin",
  setStartupShare: "treasurer",
  setTeamSchedule: "admin",
  setTransferFee: "treasurer",
  settlePage: "anyone",
  snapshotPage: "anyone",
  spendFund: "treasurer",
  stake: "member",
  submitScores: "oracle",
  transfer: "member",
  unstake: "member",
  updateService: "member",
  useSession: "anyone",
  withdraw: "member",
  withdrawFund: "treasurer",
  withdrawQuote: "treasurer",
  withdrawReserve: "treasurer",
}

const errorFor = (role: RoleName) => `Not${role.charAt(0).toUpperCase()}${role.slice(1)}`

describe("the separation of roles", () => {
  it("[STK-143] gives each guarded instruction to one role, as decided", () => {
    const guarded = Object.fromEntries(GUARDED.map(([name, role]) => [name, role]))
    const decided = Object.entries(POWERS).filter(([, power]) => ROLE_NAMES.some((role) => role === power))
    expect(guarded).to.deep.equal(Object.fromEntries(decided))
  })

  for (const [name, role, index] of GUARDED) {
    describe(name, () => {
      let world: World
      let valid: Case

      before(() => {
        world = newWorld()
        valid = FIXTURES[name](world)
      })

      for (const other of [...ROLE_NAMES, "stranger" as const].filter((actor) => actor !== role)) {
        it(`[STK-143] is refused to the ${other}`, async () => {
          const signer = world.economy.actors[other]
          const wrong = withMeta(valid.instruction, index, { pubkey: signer.publicKey })
          await expectError(() => world.chain.send(wrong, [signer]), errorFor(role))
        })
      }

      it(`[STK-143] is refused to the ${role} of another economy`, async () => {
        const signer = world.other.actors[role]
        const wrong = withMeta(valid.instruction, index, { pubkey: signer.publicKey })
        await expectError(() => world.chain.send(wrong, [signer]), errorFor(role))
      })

      it(`works for the ${role}`, () => {
        world.chain.send(valid.instruction, valid.signers)
      })
    })
  }

  for (const name of ["deposit", "transfer", "withdraw"] as const) {
    it(`[STK-143] lets no role ${name} for a member`, async () => {
      const world = newWorld()
      const valid = FIXTURES[name](world)
      for (const role of ROLE_NAMES) {
        const signer = world.economy.actors[role]
        const wrong = withMeta(valid.instruction, 0, { pubkey: signer.publicKey })
        const error = name === "withdraw" ? "WrongDestination" : "WrongMember"
        await expectError(() => world.chain.send(wrong, [signer]), error)
      }
    })
  }
})
