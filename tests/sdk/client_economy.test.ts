import {
  decodeEconomy,
  economyPda,
  keypairSigner,
  NO_POLICY,
  STK_IDL,
  STK_POLICY,
  STK_PRESET,
  StkClient,
  type InstructionName,
} from "@stk/sdk"
import { Keypair, type PublicKey } from "@solana/web3.js"
import { expect } from "chai"
import {
  addMembers,
  createEconomy,
  openWeek,
  readEconomy,
  readWeek,
  releaseDays,
  runWeek,
  seal,
  submitAll,
} from "../utils/economy"
import { expectError, expectLedgerInvariant } from "../utils/expect"
import { DESCRIPTION, GOVERNANCE, payingMember, readGovernance, readProposal } from "../utils/governance"
import { PLAIN_PRESET } from "../utils/presets"
import { readEscrowPages } from "../utils/rewards"
import { readStakePage } from "../utils/staking"
import { Chain } from "../utils/svm"
import { clientOf, recordingConnection } from "./support"

/** By which method of the client each instruction is sent. */
const METHODS: Readonly<Record<InstructionName, keyof StkClient | keyof typeof StkClient>> = {
  absorbSurplus: "absorbSurplus",
  acceptRole: "acceptRole",
  addReserveAsset: "addReserveAsset",
  auditScore: "auditScore",
  burn: "burn",
  castVote: "vote",
  closeActivation: "closeActivation",
  closeBallots: "closeBallots",
  closeProposal: "closeProposal",
  closeService: "closeService",
  confirmActivity: "confirmActivity",
  createEconomy: "createEconomy",
  createEscrowPage: "createEscrowPage",
  createGovernance: "createGovernance",
  createPage: "registerMembers",
  createProposal: "propose",
  createReserve: "createReserve",
  createService: "createService",
  createStabilisation: "createStabilisation",
  createStakePage: "createStakePage",
  createStartup: "createStartup",
  deposit: "deposit",
  depositReserve: "depositReserve",
  executeProposal: "executeProposal",
  fillBuyback: "fillBuyback",
  fundBuyback: "fundBuyback",
  giveVerdicts: "giveVerdicts",
  grantRewards: "grantRewards",
  growPage: "registerMembers",
  growStakePage: "stake",
  holdWeek: "holdWeek",
  openActivation: "purchase",
  openBuyback: "openBuyback",
  openWeek: "openWeek",
  pause: "pause",
  payRewards: "payRewards",
  postAssetPrice: "postAssetPrice",
  postPrice: "postPrice",
  proposeRole: "proposeRole",
  purchase: "purchase",
  rateReward: "rateReward",
  rateService: "rateService",
  readPrice: "readPrice",
  redistributePage: "redistribute",
  registerMembers: "registerMembers",
  releaseEmission: "releaseEmission",
  resolveRewards: "resolveRewards",
  resume: "resume",
  sealWeek: "sealWeek",
  setBuybackLimits: "setBuybackLimits",
  setEmissionFactor: "setEmissionFactor",
  setGovernance: "proposeGovernance",
  setLevels: "setLevels",
  setPriceFeed: "setPriceFeed",
  setRedistributionBands: "setRedistributionBands",
  setReserveLimit: "setReserveLimit",
  setRewardKinds: "setRewardKinds",
  setSpendingLimits: "setSpendingLimits",
  setStartupShare: "setStartupShare",
  setTeamSchedule: "setTeamSchedule",
  setTransferFee: "setTransferFee",
  settlePage: "settleWeek",
  snapshotPage: "snapshotPages",
  spendFund: "spendFund",
  stake: "stake",
  submitScores: "submitScores",
  transfer: "transfer",
  unstake: "unstake",
  updateService: "updateService",
  useSession: "useSession",
  withdraw: "withdraw",
  withdrawFund: "withdrawFund",
  withdrawQuote: "withdrawQuote",
  withdrawReserve: "withdrawReserve",
}

describe("StkClient for an economy", () => {
  it("has a method for every instruction", () => {
    const owners: readonly object[] = [StkClient, StkClient.prototype]
    for (const { name } of STK_IDL.instructions) {
      const method = METHODS[name]
      const found = owners.map((owner): unknown => Reflect.get(owner, method))
      expect(
        found.filter((each) => typeof each === "function"),
        `${name}: ${method}`,
      ).to.have.length(1)
    }
  })

  it("creates an economy with its policy, and completes what a first call has not done", async () => {
    const chain = new Chain()
    const [signer, mint] = [keypairSigner(chain.newSigner()), keypairSigner(Keypair.generate())]
    const options = { connection: recordingConnection(chain), signer, mint, pollMilliseconds: 1 }
    const read = (economy: PublicKey) => decodeEconomy(chain.getAccount(economy)?.data ?? new Uint8Array())

    const bare = await StkClient.createEconomy({ ...options, preset: { ...STK_PRESET, policy: undefined } })
    expect(bare.economy.equals(economyPda(mint.publicKey)[0])).to.equal(true)
    expect(bare.sent.map(({ description }) => description)).to.deep.equal(["creation of the economy"])
    expect(read(bare.economy)).to.deep.include({ ...NO_POLICY, name: "SysTok", decimals: 6 })
    expect(read(bare.economy).roles.admin.equals(signer.publicKey)).to.equal(true)

    const { client, economy, sent } = await StkClient.createEconomy({ ...options, preset: STK_PRESET })
    expect(sent.map(({ description }) => description)).to.deep.equal(["policy"])
    expect(read(economy)).to.deep.include(STK_POLICY)
    expect(await client.fetchEconomy()).to.deep.equal(read(economy))
    expect((await StkClient.createEconomy({ ...options, preset: STK_PRESET })).sent).to.deep.equal([])
    const stranger = { ...options, signer: keypairSigner(chain.newSigner()) }
    const other = { ...STK_PRESET, policy: NO_POLICY }
    await expectError(() => StkClient.createEconomy({ ...stranger, preset: other }), "NotAdmin")

    const genesis = chain.unixTime + 86_400
    const fresh = { ...options, mint: keypairSigner(Keypair.generate()), preset: STK_PRESET, genesis }
    const created = await StkClient.createEconomy(fresh)
    expect(created.sent).to.have.length(2)
    expect(read(created.economy)).to.include({ genesis })
  })

  it("pauses and resumes", async () => {
    const chain = new Chain()
    const economy = createEconomy(chain)
    const { client: guardian } = clientOf(chain, economy, economy.actors.guardian)
    const { client: admin } = clientOf(chain, economy, economy.actors.admin)

    await guardian.pause()
    expect(readEconomy(chain, economy).paused).to.equal(true)
    await expectError(() => guardian.pause(), "Paused")
    await expectError(() => guardian.resume(), "NotAdmin")
    await admin.resume()
    expect(readEconomy(chain, economy).paused).to.equal(false)
    expectLedgerInvariant(chain, economy)
  })

  it("hands a role over in two steps, and takes an offer back", async () => {
    const chain = new Chain()
    const economy = createEconomy(chain)
    const { admin, oracle, stranger } = economy.actors
    const as = (key: Keypair) => clientOf(chain, economy, key).client

    await as(admin).proposeRole("oracle", stranger.publicKey)
    expect(readEconomy(chain, economy).proposed.oracle?.equals(stranger.publicKey)).to.equal(true)
    await as(oracle).proposeRole("oracle", null)
    await expectError(() => as(stranger).acceptRole("oracle"), "NotProposed")
    await as(oracle).proposeRole("oracle", stranger.publicKey)
    await as(stranger).acceptRole("oracle")
    const { roles, proposed } = readEconomy(chain, economy)
    expect(roles.oracle.equals(stranger.publicKey)).to.equal(true)
    expect(proposed.oracle).to.equal(null)
    await expectError(() => as(oracle).proposeRole("oracle", null), "NotRoleHolder")
  })

  it("holds a sealed week", async () => {
    const chain = new Chain()
    const preset = { ...PLAIN_PRESET, settleDelaySeconds: 60, holdSeconds: 600 }
    const economy = createEconomy(chain, { preset })
    addMembers(chain, economy, 1)
    const week = openWeek(chain, economy)
    submitAll(chain, economy, [[5]])
    seal(chain, economy)
    const { settleFrom } = readWeek(chain, economy, week)
    const { client } = clientOf(chain, economy, economy.actors.guardian)

    await client.holdWeek()

    expect(readWeek(chain, economy, week)).to.include({ settleFrom: settleFrom + 600, held: true })
    await expectError(() => client.holdWeek(), "NoHoldLeft")
  })

  it("creates pages for frozen rewards and for stakes ahead of need", async () => {
    const chain = new Chain()
    const economy = createEconomy(chain)
    addMembers(chain, economy, 1)
    const { client } = clientOf(chain, economy, chain.payer)

    await client.createEscrowPage()
    await client.createEscrowPage()
    await client.createStakePage(0)

    expect(readEscrowPages(chain, economy).map(({ header }) => header.index)).to.deep.equal([0, 1])
    expect(readStakePage(chain, economy).places).to.equal(0)
    expectLedgerInvariant(chain, economy)
  })

  it("proposes other terms of the governance, and gives the rent of ballots back", async () => {
    const chain = new Chain()
    const economy = createEconomy(chain, { preset: PLAIN_PRESET })
    addMembers(chain, economy, 2)
    releaseDays(chain, economy, 7)
    runWeek(chain, economy, [[9_000], [1]])
    await clientOf(chain, economy, economy.actors.admin).client.createGovernance(GOVERNANCE)
    const wallet = payingMember(chain, economy, 0)
    // The client plans by this machine's clock unless it is told the chain's.
    const { client } = clientOf(chain, economy, wallet)

    await client.proposeGovernance(
      "A higher quorum",
      DESCRIPTION,
      { ...GOVERNANCE, quorumBps: 5_000 },
      chain.unixTime,
    )
    await client.vote(0, true)
    await expectError(() => client.closeBallots(0, 0), "VotingNotOver")
    chain.unixTime = readProposal(chain, economy).executableAt
    await client.executeProposal(0)
    expect(readGovernance(chain, economy).quorumBps).to.equal(5_000)
    const before = chain.getAccount(wallet.publicKey)?.lamports ?? 0
    await client.closeBallots(0, 0)
    expect(chain.getAccount(wallet.publicKey)?.lamports).to.be.above(before)
    await expectError(() => client.closeBallots(0, 0), "AccountNotFoundError")
    expectLedgerInvariant(chain, economy)
  })
})
