import { Buffer } from "node:buffer"
import * as sdk from "@stk/sdk"
import { BorshCoder, type Idl } from "@coral-xyz/anchor"
import { TOKEN_PROGRAM_ID } from "@solana/spl-token"
import { PublicKey, SystemProgram, TransactionInstruction } from "@solana/web3.js"
import { expect } from "chai"
import idl from "../../sdk/src/idl/stk.json"

const key = (index: number): PublicKey => new PublicKey(new Uint8Array(32).fill(index))
const PROGRAM = key(200)
const economy = key(1)
const who = key(2)
const mint = key(3)
const token = key(4)
const [vault] = sdk.vaultPda(economy, PROGRAM)
const [page] = sdk.pagePda(economy, 3, PROGRAM)
const [stakes] = sdk.stakePagePda(economy, 3, PROGRAM)
const [escrow] = sdk.escrowPda(economy, 2, PROGRAM)
const [week] = sdk.weekPda(economy, 2_919, PROGRAM)
const at = { economy, programId: PROGRAM }
const [service] = sdk.servicePda(economy, 4, PROGRAM)
const [activation] = sdk.activationPda(service, who, PROGRAM)
const bytes32 = new Uint8Array(32).fill(9)

const [stabilisation] = sdk.stabilisationPda(economy, PROGRAM)
const [quoteVault] = sdk.quoteVaultPda(economy, PROGRAM)

const [governance] = sdk.governancePda(economy, PROGRAM)
const [authority] = sdk.governanceAuthorityPda(economy, PROGRAM)
const [proposal] = sdk.proposalPda(economy, 8, PROGRAM)
const [ballots] = sdk.ballotsPda(proposal, 3, PROGRAM)
const VOTING = { votingSeconds: 604_800, timeLockSeconds: 60, quorumBps: 1_000, threshold: 2n ** 64n - 1n }

const system = SystemProgram.programId
const batch = {
  week: 2_919,
  firstSlot: 184,
  bytesPerMember: 5,
  bitmap: Uint8Array.of(0b101, 0),
  counts: new Uint8Array(10).fill(7),
}

const [reserve] = sdk.reservePda(economy, PROGRAM)
const [reserveVault] = sdk.reserveVaultPda(economy, mint, PROGRAM)
const [startup] = sdk.startupPda(economy, 6, PROGRAM)
const spending = { ...at, treasurer: who, fund: sdk.Fund.Treasury, amount: 7n, reason: "prizes" }
const inAsset = { ...at, asset: 2, mint }
const share = { ...inAsset, depositor: who, source: token, gross: 101n, reference: "invoice 7" }

const SAMPLE: sdk.ServicePreset = {
  id: "sample",
  name: "Sample",
  description: "A sample",
  kind: sdk.ServiceKind.Peer,
  price: 2n ** 64n - 1n,
  termSeconds: 1,
  sessions: 65_535,
  split: [
    { author: true, bps: 9_000 },
    { fund: sdk.Fund.Liquidity, bps: 1_000 },
  ],
}

interface Case {
  name: string
  instruction: TransactionInstruction
  accounts: readonly PublicKey[]
}

const CASES: readonly Case[] = [
  {
    name: "create_economy",
    instruction: sdk.createEconomyInstruction({
      payer: who,
      mint,
      decimals: 6,
      parameters: sdk.economyParameters(sdk.STK_PRESET, 1_765_756_800),
      programId: PROGRAM,
    }),
    accounts: [
      who,
      mint,
      sdk.economyPda(mint, PROGRAM)[0],
      sdk.vaultPda(sdk.economyPda(mint, PROGRAM)[0], PROGRAM)[0],
      TOKEN_PROGRAM_ID,
      system,
    ],
  },
  {
    name: "release_emission",
    instruction: sdk.releaseEmissionInstruction({ ...at, mint }),
    accounts: [economy, mint, vault, TOKEN_PROGRAM_ID],
  },
  {
    name: "create_page",
    instruction: sdk.createPageInstruction({ ...at, payer: who, page: 3 }),
    accounts: [who, economy, page, system],
  },
  {
    name: "grow_page",
    instruction: sdk.growPageInstruction({ ...at, payer: who, page: 3 }),
    accounts: [who, economy, page, system],
  },
  {
    name: "register_members",
    instruction: sdk.registerMembersInstruction({
      ...at,
      registrar: who,
      page: 3,
      wallets: [key(7), key(8)],
    }),
    accounts: [
      who,
      economy,
      page,
      system,
      sdk.membershipPda(economy, key(7), PROGRAM)[0],
      sdk.membershipPda(economy, key(8), PROGRAM)[0],
    ],
  },
  {
    name: "set_levels",
    instruction: sdk.setLevelsInstruction({
      ...at,
      registrar: who,
      page: 3,
      changes: [{ slot: 1_023, level: 8 }],
      evidence: bytes32,
    }),
    accounts: [who, economy, page],
  },
  {
    name: "open_week",
    instruction: sdk.openWeekInstruction({
      ...at,
      oracle: who,
      week: 2_919,
      members: 7,
      detailRoot: bytes32,
    }),
    accounts: [who, economy, week, system],
  },
  {
    name: "submit_scores",
    instruction: sdk.submitScoresInstruction({ ...at, oracle: who, page: 3, batch }),
    accounts: [who, economy, page],
  },
  {
    name: "seal_week",
    instruction: sdk.sealWeekInstruction({ ...at, oracle: who, week: 2_919 }),
    accounts: [who, economy, week],
  },
  {
    name: "hold_week",
    instruction: sdk.holdWeekInstruction({ ...at, guardian: who, week: 2_919 }),
    accounts: [who, economy, week],
  },
  {
    name: "settle_page",
    instruction: sdk.settlePageInstruction({ ...at, week: 2_919, page: 3 }),
    accounts: [economy, week, page],
  },
  {
    name: "create_service",
    instruction: sdk.createServiceInstruction({
      ...at,
      wallet: who,
      page: 3,
      slot: 5,
      id: 4,
      parameters: sdk.serviceParameters(SAMPLE, 7),
    }),
    accounts: [who, economy, page, service, system],
  },
  {
    name: "update_service",
    instruction: sdk.updateServiceInstruction({ ...at, author: who, id: 4, price: 2n, status: 1 }),
    accounts: [who, service],
  },
  {
    name: "close_service",
    instruction: sdk.closeServiceInstruction({ ...at, author: who, id: 4 }),
    accounts: [who, service],
  },
  {
    name: "open_activation",
    instruction: sdk.openActivationInstruction({ ...at, wallet: who, id: 4 }),
    accounts: [who, service, activation, system],
  },
  {
    name: "close_activation",
    instruction: sdk.closeActivationInstruction({
      wallet: who,
      service,
      giveUp: true,
      programId: PROGRAM,
    }),
    accounts: [who, activation],
  },
  {
    name: "purchase",
    instruction: sdk.purchaseInstruction({
      ...at,
      wallet: who,
      id: 4,
      page: 3,
      slot: 5,
      maxPrice: 2n ** 64n - 1n,
      otherPages: [0, 9],
    }),
    accounts: [
      who,
      economy,
      service,
      activation,
      page,
      sdk.pagePda(economy, 0, PROGRAM)[0],
      sdk.pagePda(economy, 9, PROGRAM)[0],
    ],
  },
  {
    name: "use_session",
    instruction: sdk.useSessionInstruction({ ...at, signer: token, wallet: who, id: 4 }),
    accounts: [token, service, activation],
  },
  {
    name: "rate_service",
    instruction: sdk.rateServiceInstruction({ ...at, wallet: who, id: 4, rating: 5 }),
    accounts: [who, service, activation],
  },
  {
    name: "audit_score",
    instruction: sdk.auditScoreInstruction({
      ...at,
      week: 2_919,
      page: 3,
      slot: 5,
      dailyCounts: new Uint8Array(98),
      proof: [bytes32, bytes32],
    }),
    accounts: [economy, week, page],
  },
  {
    name: "deposit",
    instruction: sdk.depositInstruction({
      ...at,
      wallet: who,
      page: 3,
      slot: 5,
      source: token,
      amount: 2n ** 64n - 1n,
    }),
    accounts: [who, economy, page, vault, token, TOKEN_PROGRAM_ID],
  },
  {
    name: "withdraw",
    instruction: sdk.withdrawInstruction({
      ...at,
      wallet: who,
      page: 3,
      slot: 5,
      destination: token,
      amount: 1n,
    }),
    accounts: [who, economy, page, vault, token, TOKEN_PROGRAM_ID],
  },
  {
    name: "create_stake_page",
    instruction: sdk.createStakePageInstruction({ ...at, payer: who, page: 3 }),
    accounts: [who, economy, page, stakes, system],
  },
  {
    name: "grow_stake_page",
    instruction: sdk.growStakePageInstruction({ ...at, payer: who, page: 3 }),
    accounts: [who, economy, stakes, system],
  },
  {
    name: "stake",
    instruction: sdk.stakeInstruction({ ...at, wallet: who, page: 3, slot: 5, amount: 1n, termDays: 90 }),
    accounts: [who, economy, page, stakes],
  },
  {
    name: "unstake",
    instruction: sdk.unstakeInstruction({ ...at, wallet: who, page: 3, slot: 5, place: 7, id: 9 }),
    accounts: [who, economy, page, stakes],
  },
  {
    name: "snapshot_page",
    instruction: sdk.snapshotPageInstruction({ ...at, payer: who, page: 3, snapshot: 6 }),
    accounts: [who, economy, page, sdk.snapshotPda(economy, 3, 6, PROGRAM)[0], system],
  },
  {
    name: "transfer",
    instruction: sdk.transferInstruction({
      ...at,
      wallet: who,
      page: 3,
      slot: 5,
      recipient: key(9),
      recipientPage: 4,
      recipientSlot: 6,
      amount: 7n,
      maxFee: 1n,
    }),
    accounts: [who, economy, page, sdk.pagePda(economy, 4, PROGRAM)[0]],
  },
  {
    name: "set_transfer_fee",
    instruction: sdk.setTransferFeeInstruction({ ...at, treasurer: who, bps: 50 }),
    accounts: [who, economy],
  },
  {
    name: "set_redistribution_bands",
    instruction: sdk.setRedistributionBandsInstruction({
      ...at,
      admin: who,
      bands: sdk.STK_POLICY.bands,
    }),
    accounts: [who, economy],
  },
  {
    name: "redistribute_page",
    instruction: sdk.redistributePageInstruction({ ...at, page: 3, hasStakes: true }),
    accounts: [economy, page, sdk.stakePagePda(economy, 3, PROGRAM)[0]],
  },
  {
    name: "create_governance",
    instruction: sdk.createGovernanceInstruction({ ...at, admin: who, parameters: VOTING }),
    accounts: [who, economy, governance, authority, system],
  },
  {
    name: "set_governance",
    instruction: sdk.setGovernanceInstruction({ ...at, parameters: VOTING }),
    accounts: [authority, governance],
  },
  {
    name: "create_proposal",
    instruction: sdk.createProposalInstruction({
      ...at,
      wallet: who,
      proposal: 8,
      page: 3,
      slot: 5,
      title: "Title",
      descriptionHash: bytes32,
      instruction: sdk.setGovernanceInstruction({ ...at, parameters: VOTING }),
    }),
    accounts: [who, economy, governance, proposal, page, system],
  },
  {
    name: "cast_vote",
    instruction: sdk.castVoteInstruction({
      ...at,
      wallet: who,
      proposal: 8,
      page: 3,
      slot: 5,
      approve: true,
      snapshot: 6,
      stakePlaces: [7, 4_095],
    }),
    accounts: [who, proposal, ballots, page, sdk.snapshotPda(economy, 3, 6, PROGRAM)[0], stakes, system],
  },
  {
    name: "execute_proposal",
    instruction: sdk.executeProposalInstruction({
      ...at,
      proposal: 8,
      instruction: new TransactionInstruction({
        programId: PROGRAM,
        keys: [{ pubkey: governance, isSigner: false, isWritable: true }],
      }),
    }),
    accounts: [proposal, PROGRAM, governance],
  },
  {
    name: "close_proposal",
    instruction: sdk.closeProposalInstruction({ ...at, proposal: 8, proposer: who }),
    accounts: [proposal, who],
  },
  {
    name: "close_ballots",
    instruction: sdk.closeBallotsInstruction({ ...at, proposal: 8, page: 3, payer: who }),
    accounts: [ballots, who],
  },
  { name: "absorb_surplus", instruction: sdk.absorbSurplusInstruction(at), accounts: [economy, vault] },
  { name: "pause", instruction: sdk.pauseInstruction({ ...at, guardian: who }), accounts: [who, economy] },
  { name: "resume", instruction: sdk.resumeInstruction({ ...at, admin: who }), accounts: [who, economy] },
  {
    name: "propose_role",
    instruction: sdk.proposeRoleInstruction({
      ...at,
      authority: who,
      role: sdk.Role.Oracle,
      proposed: key(9),
    }),
    accounts: [who, economy],
  },
  {
    name: "create_stabilisation",
    instruction: sdk.createStabilisationInstruction({
      ...at,
      treasurer: who,
      quoteMint: mint,
      buybackLimit: 2n ** 64n - 1n,
      cooldownSeconds: 3_600,
    }),
    accounts: [who, economy, stabilisation, mint, quoteVault, TOKEN_PROGRAM_ID, system],
  },
  {
    name: "set_buyback_limits",
    instruction: sdk.setBuybackLimitsInstruction({ ...at, admin: who, buybackLimit: 5n, cooldownSeconds: 7 }),
    accounts: [who, economy, stabilisation],
  },
  {
    name: "set_price_feed",
    instruction: sdk.setPriceFeedInstruction({ ...at, admin: who, feed: { account: key(10), id: bytes32 } }),
    accounts: [who, economy, stabilisation],
  },
  {
    name: "post_price",
    instruction: sdk.postPriceInstruction({ ...at, oracle: who, day: 20_437, price: 799_999_000n }),
    accounts: [who, economy, stabilisation],
  },
  {
    name: "read_price",
    instruction: sdk.readPriceInstruction({ ...at, feed: key(10) }),
    accounts: [economy, stabilisation, key(10)],
  },
  {
    name: "fund_buyback",
    instruction: sdk.fundBuybackInstruction({ ...at, payer: who, source: token, amount: 5n }),
    accounts: [who, economy, stabilisation, quoteVault, token, TOKEN_PROGRAM_ID],
  },
  {
    name: "open_buyback",
    instruction: sdk.openBuybackInstruction({ ...at, treasurer: who, quoteAmount: 5n, maxPrice: 7n }),
    accounts: [who, economy, stabilisation],
  },
  {
    name: "fill_buyback",
    instruction: sdk.fillBuybackInstruction({
      ...at,
      seller: who,
      source: token,
      destination: key(11),
      amount: 5n,
      minQuote: 4n,
    }),
    accounts: [who, economy, stabilisation, vault, quoteVault, token, key(11), TOKEN_PROGRAM_ID],
  },
  {
    name: "withdraw_quote",
    instruction: sdk.withdrawQuoteInstruction({
      ...at,
      treasurer: who,
      destination: token,
      amount: 5n,
      reason: "пул",
    }),
    accounts: [who, economy, stabilisation, quoteVault, token, TOKEN_PROGRAM_ID],
  },
  {
    name: "burn",
    instruction: sdk.burnInstruction({
      ...at,
      treasurer: who,
      mint,
      fund: sdk.Fund.Liquidity,
      amount: 5n,
      reason: "excess",
    }),
    accounts: [who, economy, stabilisation, mint, vault, TOKEN_PROGRAM_ID],
  },
  {
    name: "set_emission_factor",
    instruction: sdk.setEmissionFactorInstruction({ ...at, treasurer: who, emissionFactorBps: 10_000 }),
    accounts: [who, economy],
  },
  {
    name: "accept_role",
    instruction: sdk.acceptRoleInstruction({ ...at, holder: who, role: sdk.Role.Oracle }),
    accounts: [who, economy],
  },
  {
    name: "spend_fund",
    instruction: sdk.spendFundInstruction({ ...spending, recipient: key(7), page: 3, slot: 5 }),
    accounts: [who, economy, page],
  },
  {
    name: "withdraw_fund",
    instruction: sdk.withdrawFundInstruction({ ...spending, destination: token }),
    accounts: [who, economy, vault, token, TOKEN_PROGRAM_ID],
  },
  {
    name: "set_spending_limits",
    instruction: sdk.setSpendingLimitsInstruction({ ...at, admin: who, limits: [0n, 1n, 2n, 3n, 4n] }),
    accounts: [who, economy],
  },
  {
    name: "set_team_schedule",
    instruction: sdk.setTeamScheduleInstruction({ ...at, admin: who, cliffSeconds: 1, vestingSeconds: 2 }),
    accounts: [who, economy],
  },
  {
    name: "create_reserve",
    instruction: sdk.createReserveInstruction({ ...at, treasurer: who }),
    accounts: [who, economy, reserve, system],
  },
  {
    name: "add_reserve_asset",
    instruction: sdk.addReserveAssetInstruction({ ...at, treasurer: who, mint, kind: sdk.ReserveKind.Gold }),
    accounts: [who, economy, reserve, mint, reserveVault, TOKEN_PROGRAM_ID, system],
  },
  {
    name: "create_startup",
    instruction: sdk.createStartupInstruction({ ...at, treasurer: who, startup: 6, name: "Sixth" }),
    accounts: [who, economy, reserve, startup, system],
  },
  {
    name: "set_startup_share",
    instruction: sdk.setStartupShareInstruction({ ...at, treasurer: who, startup: 6, shareBps: 250 }),
    accounts: [who, economy, startup],
  },
  {
    name: "deposit_reserve",
    instruction: sdk.depositReserveInstruction({ ...share, inflow: sdk.Inflow.Startup, startup: 6 }),
    accounts: [who, economy, reserve, startup, reserveVault, token, TOKEN_PROGRAM_ID],
  },
  {
    name: "post_asset_price",
    instruction: sdk.postAssetPriceInstruction({ ...at, oracle: who, asset: 2, price: 9n, day: 20_437 }),
    accounts: [who, economy, reserve],
  },
  {
    name: "set_reserve_limit",
    instruction: sdk.setReserveLimitInstruction({ ...at, admin: who, asset: 2, weeklyLimit: 8n }),
    accounts: [who, economy, reserve],
  },
  {
    name: "withdraw_reserve",
    instruction: sdk.withdrawReserveInstruction({
      ...inAsset,
      treasurer: who,
      destination: token,
      amount: 7n,
      reason: "exchange",
    }),
    accounts: [who, economy, reserve, reserveVault, token, TOKEN_PROGRAM_ID],
  },
  {
    name: "set_reward_kinds",
    instruction: sdk.setRewardKindsInstruction({ ...at, admin: who, kinds: sdk.STK_POLICY.rewardKinds }),
    accounts: [who, economy],
  },
  {
    name: "create_escrow_page",
    instruction: sdk.createEscrowPageInstruction({ ...at, payer: who, escrowPage: 2 }),
    accounts: [who, economy, escrow, system],
  },
  {
    name: "pay_rewards",
    instruction: sdk.payRewardsInstruction({
      ...at,
      validator: who,
      kind: 1,
      reason: bytes32,
      page: 3,
      payments: [{ slot: 5, amount: 7n }],
    }),
    accounts: [who, economy, page],
  },
  {
    name: "grant_rewards",
    instruction: sdk.grantRewardsInstruction({
      ...at,
      validator: who,
      kind: 1,
      reason: bytes32,
      escrowPage: 2,
      grants: [{ place: 210, member: 5_000, amount: 7n }],
    }),
    accounts: [who, economy, escrow],
  },
  {
    name: "give_verdicts",
    instruction: sdk.giveVerdictsInstruction({
      ...at,
      validator: who,
      escrowPage: 2,
      verdicts: [{ place: 210, id: 9, confirmed: false }],
    }),
    accounts: [who, economy, escrow],
  },
  {
    name: "rate_reward",
    instruction: sdk.rateRewardInstruction({
      ...at,
      wallet: who,
      escrowPage: 2,
      place: 1,
      id: 2,
      page: 3,
      slot: 5,
      rating: 4,
    }),
    accounts: [who, economy, escrow, page],
  },
  {
    name: "confirm_activity",
    instruction: sdk.confirmActivityInstruction({ ...at, escrowPage: 2, place: 1, id: 2, page: 3 }),
    accounts: [economy, escrow, page],
  },
  {
    name: "resolve_rewards",
    instruction: sdk.resolveRewardsInstruction({
      ...at,
      escrowPage: 2,
      page: 3,
      places: [{ place: 1, id: 2 }],
    }),
    accounts: [economy, escrow, page],
  },
]

const text = (address: PublicKey): string => address.toBase58()

describe("Instruction builders", () => {
  const coder = new BorshCoder(idl as unknown as Idl)

  it("are one for each instruction of the program", () => {
    expect(CASES.map(({ name }) => name).sort()).to.deep.equal(
      idl.instructions.map(({ name }) => name).sort(),
    )
  })

  for (const { name, instruction, accounts } of CASES) {
    it(`${name} has the accounts and the data that the IDL describes`, () => {
      const definition = idl.instructions.find((each) => each.name === name)
      expect(text(instruction.programId)).to.equal(text(PROGRAM))
      expect(instruction.keys.map(({ pubkey }) => text(pubkey))).to.deep.equal(accounts.map(text))
      definition?.accounts.forEach((account, index) => {
        expect(instruction.keys[index], account.name).to.include({
          isSigner: "signer" in account && account.signer === true,
          isWritable: "writable" in account && account.writable === true,
        })
      })
      for (const membership of instruction.keys.slice(definition?.accounts.length)) {
        expect(membership).to.include({ isSigner: false, isWritable: true })
      }
      // Read back by Anchor's own decoder, which shares no code with the builders.
      const decoded = coder.instruction.decode(Buffer.from(instruction.data))
      expect(decoded?.name).to.equal(name)
    })
  }

  it("put the program, read-only, in the place of an account that is left out", () => {
    const absent = { pubkey: PROGRAM, isSigner: false, isWritable: false }
    const redistribution = sdk.redistributePageInstruction({ ...at, page: 3, hasStakes: false })
    expect(redistribution.keys[2]).to.deep.equal(absent)
    const members = { wallet: who, page: 3, slot: 5, recipient: key(9), recipientPage: 3, recipientSlot: 6 }
    const within = sdk.transferInstruction({ ...at, ...members, amount: 1n, maxFee: 0n })
    expect(within.keys[3]).to.deep.equal(absent)
  })

  it("write a batch of scores as the program reads it", () => {
    const { instruction } = CASES.find(({ name }) => name === "submit_scores") ?? {}
    const data = instruction?.data.subarray(8) ?? new Uint8Array()
    const header = 2_919 | ((184 / 8) << 15) | ((2 - 1) << 22) | ((5 - 1) << 29)
    expect(Buffer.from(data).readUInt32LE(0)).to.equal(header >>> 0)
    expect(data).to.have.length(4 + 2 + 10)
    expect(sdk.decodeScoreBatch(data)).to.deep.equal(batch)
  })

  it("refuse what does not fit, naming field and rule", () => {
    const refusal = (action: () => unknown): sdk.InvalidArgumentError => {
      try {
        action()
      } catch (error) {
        if (error instanceof sdk.InvalidArgumentError) return error
        throw error
      }
      return expect.fail("it was accepted")
    }
    const deposit = { ...at, wallet: who, page: 3, slot: 5, source: token, amount: 1n }
    expect(refusal(() => sdk.depositInstruction({ ...deposit, slot: 65_536 }))).to.include({
      field: "slot",
      rule: "an integer from 0 to 65535",
    })
    expect(refusal(() => sdk.depositInstruction({ ...deposit, slot: 0.5 })).field).to.equal("slot")
    expect(refusal(() => sdk.depositInstruction({ ...deposit, amount: -1n })).field).to.equal("amount")
    expect(refusal(() => sdk.depositInstruction({ ...deposit, amount: 2n ** 64n })).field).to.equal("amount")
    expect(refusal(() => sdk.depositInstruction({ ...deposit, page: -1 })).field).to.equal("page")
    const open = { ...at, oracle: who, week: 1, members: 7, detailRoot: new Uint8Array(31) }
    expect(refusal(() => sdk.openWeekInstruction(open)).field).to.equal("detailRoot")
    const eventTypes = [{ name: "A", weight: 2 ** 32, dailyLimit: 1 }]
    const parameters = { ...sdk.economyParameters(sdk.STK_PRESET), eventTypes }
    const creation = { payer: who, mint, decimals: 6, parameters }
    expect(refusal(() => sdk.createEconomyInstruction(creation)).field).to.equal(
      "parameters.eventTypes[0].weight",
    )
    for (const wrong of [
      { firstSlot: 4 },
      { bytesPerMember: 9 },
      { week: 32_768 },
      { bitmap: new Uint8Array() },
    ]) {
      const scores = { ...at, oracle: who, page: 3, batch: { ...batch, ...wrong } }
      expect(refusal(() => sdk.submitScoresInstruction(scores)).field).to.match(/^batch\./)
    }
  })
})
