import {
  absorbSurplusInstruction,
  acceptRoleInstruction,
  addReserveAssetInstruction,
  closeBallotsInstruction,
  closeProposalInstruction,
  confirmActivityInstruction,
  createEconomyInstruction,
  createEscrowPageInstruction,
  createGovernanceInstruction,
  createPageInstruction,
  createStakePageInstruction,
  createReserveInstruction,
  createStartupInstruction,
  economyParameters,
  Fund,
  giveVerdictsInstruction,
  grantRewardsInstruction,
  governanceAuthorityPda,
  governancePda,
  growPageInstruction,
  growStakePageInstruction,
  holdWeekInstruction,
  Inflow,
  openWeekInstruction,
  PAGE_SLOTS,
  pauseInstruction,
  postAssetPriceInstruction,
  payRewardsInstruction,
  proposeRoleInstruction,
  rateRewardInstruction,
  registerMembersInstruction,
  releaseEmissionInstruction,
  ReserveKind,
  resolveRewardsInstruction,
  resumeInstruction,
  Role,
  sealWeekInstruction,
  setGovernanceInstruction,
  setLevelsInstruction,
  setRedistributionBandsInstruction,
  setTransferFeeInstruction,
  setReserveLimitInstruction,
  setSpendingLimitsInstruction,
  setStartupShareInstruction,
  setTeamScheduleInstruction,
  setRewardKindsInstruction,
  settlePageInstruction,
  snapshotPageInstruction,
  STK_POLICY,
  STK_PRESET,
  submitScoresInstruction,
  buildScoreBatch,
  type EconomyPreset,
  createStabilisationInstruction,
  fundBuybackInstruction,
  openBuybackInstruction,
  postPriceInstruction,
  readPriceInstruction,
  setBuybackLimitsInstruction,
  setEmissionFactorInstruction,
  setPriceFeedInstruction,
  type InstructionName,
} from "@stk/sdk"
import { Keypair, type PublicKey, type TransactionInstruction } from "@solana/web3.js"
import {
  auditOf,
  depositOf,
  donate,
  memberKey,
  pause,
  propose,
  publishDetail,
  withdrawalOf,
  type PublishedDetail,
} from "../utils/actions"
import {
  addMembers,
  addPage,
  createEconomy,
  openWeek,
  readEconomy,
  releaseDays,
  runWeek,
  seal,
  submitAll,
  tokenAccountOf,
  withdraw,
  type TestEconomy,
} from "../utils/economy"
import { fundWithdrawalOf, NO_LIMITS, setLimits, spendingOf } from "../utils/funds"
import { createMint, mintTo } from "../utils/mints"
import {
  addAsset,
  addStartup,
  createReserve,
  depositToReserve,
  reserveDepositOf,
  reserveWithdrawalOf,
  setReserveLimit,
} from "../utils/reserve"
import {
  createGovernance,
  executionOf,
  GOVERNANCE,
  pass,
  payingMember,
  propose as proposeTo,
  proposalOf,
  readProposal,
  vote,
  voteOf,
} from "../utils/governance"
import { withAccount } from "../utils/instructions"
import { PLAIN_PRESET } from "../utils/presets"
import { publishPrice } from "../utils/price_feed"
import {
  burnOf,
  fundBuyback,
  openBuyback,
  postDays,
  quoteWithdrawalOf,
  saleOf,
  sell,
  stabilise,
  today,
  type Market,
  type Stabilised,
} from "../utils/stabilisation"
import { addStakePage, snapshotPage, stake, stakeOf, takeSnapshot, unstakeOf } from "../utils/staking"
import { addEscrowPage, giveVerdict, grant, KIND, readReward, REASON, setRewardKinds } from "../utils/rewards"
import { Chain } from "../utils/svm"
import { MARKETPLACE_FIXTURES } from "./marketplace_fixtures"
import { postUntil, redistributionOf, setBands, transferOf } from "../utils/transfers"

/** Two economies in the same state, on one chain. */
export interface World {
  readonly chain: Chain
  readonly economy: TestEconomy
  /** The other one; its week has the same index. */
  readonly other: TestEconomy
}

/** An instruction that works in its world, and who signs it. */
export interface Case {
  readonly instruction: TransactionInstruction
  readonly signers: readonly Keypair[]
  /** The accounts of the other economy that stand where this one's do, by name. */
  readonly foreign: Readonly<Record<string, PublicKey>>
}

export type Fixture = (world: World) => Case

const MEMBERS = 3
/** Where a governance's account says what address its decisions act as. */
const AUTHORITY_OFFSET = 8 + 76
const ONE_EACH = [[1], [1], [1]]
/** The least that can be staked. */
const WHOLE_TOKENS = [[1_000], [1_000], [1_000]]

/** A chain with two economies of three members each and tokens in their pools, before their first week. */
export function newWorld(): World {
  const chain = new Chain()
  const preset: EconomyPreset = {
    ...PLAIN_PRESET,
    holdSeconds: 60,
    fundBps: [6_000, 1_000, 1_000, 1_000, 1_000],
  }
  const economy = createEconomy(chain, { preset })
  const other = createEconomy(chain, { preset })
  for (const each of [economy, other]) addMembers(chain, each, MEMBERS)
  for (const each of [economy, other]) releaseDays(chain, each, 7)
  return { chain, economy, other }
}

const both = ({ economy, other }: World): readonly TestEconomy[] => [economy, other]

function signersOf(world: World): World["economy"]["actors"] {
  return world.economy.actors
}

/** What both economies have been paid: a token account of member 0 with a single token unit in each. */
function paidOut(world: World): readonly [PublicKey, PublicKey] {
  for (const each of both(world)) runWeek(world.chain, each, ONE_EACH)
  return [withdraw(world.chain, world.economy, 0, 1n), withdraw(world.chain, world.other, 0, 1n)]
}

/** Freezes a reward of this kind in both economies: of member 0, with member 1 as counterparty, in place 0. */
function frozen(world: World, kind: number): void {
  for (const each of both(world)) {
    // The plain economies emit into their Rewards Pool alone; STK's kinds but projects are paid from it.
    setRewardKinds(world.chain, each)
    addEscrowPage(world.chain, each)
    grant(world.chain, each, kind, [{ place: 0, member: 0, counterparty: 1, amount: 1n }])
  }
}

function published(world: World): PublishedDetail {
  const days = Array.from({ length: MEMBERS }, () => Array.from({ length: 7 }, () => [1]))
  const wallets = world.economy.members.map((member) => member.publicKey)
  const detail = publishDetail(wallets, 2_919, days)
  for (const each of both(world)) openWeek(world.chain, each, { detailRoot: detail.tree.root })
  for (const each of both(world)) submitAll(world.chain, each, [[7], [7], [7]])
  return detail
}

const MARKET_PRICE = 700_000_000n

/** Both economies with a price that has fallen, quote tokens for buybacks, and a token of member 0's to sell. */
function markets(world: World): readonly [Market, Market] {
  const sources = paidOut(world)
  const [market, other] = both(world).map((economy, index): Market => {
    const { chain } = world
    const stabilised = stabilise(chain, economy)
    fundBuyback(chain, stabilised, 1_000n)
    postDays(chain, economy, { last: MARKET_PRICE })
    const [seller, source] = [memberKey(economy, 0), sources[index]]
    if (source === undefined) throw new Error("a world has two economies")
    return {
      ...stabilised,
      seller,
      source,
      destination: mintTo(chain, stabilised.quote, seller.publicKey, 0n),
    }
  })
  if (market === undefined || other === undefined) throw new Error("a world has two economies")
  return [market, other]
}

/** Both economies with a governance and a balance of its first member. */
function governed(world: World): void {
  for (const each of both(world)) {
    runWeek(world.chain, each, WHOLE_TOKENS)
    createGovernance(world.chain, each)
  }
}

/** The same keys of an instruction for the other economy, by the names that the first one's accounts have. */
function foreignOf(names: readonly string[], instruction: TransactionInstruction): Record<string, PublicKey> {
  return Object.fromEntries(
    names.flatMap((name, index): [string, PublicKey][] => {
      const pubkey = instruction.keys[index]?.pubkey
      return pubkey === undefined ? [] : [[name, pubkey]]
    }),
  )
}

/** The asset of a reserve and an account of the stranger that holds some of it. */
interface ReserveOf {
  readonly mint: PublicKey
  readonly account: PublicKey
}

/** A reserve in both economies with one asset of their own, an unlimited week and something in it, and a startup. */
function reserves(world: World): readonly [ReserveOf, ReserveOf] {
  const of = (each: TestEconomy): ReserveOf => {
    const { stranger } = world.economy.actors
    const mint = createMint(world.chain, 6)
    const account = mintTo(world.chain, mint, stranger.publicKey, 1_000n)
    createReserve(world.chain, each)
    addAsset(world.chain, each, mint, ReserveKind.Usdc)
    addStartup(world.chain, each, 2_500)
    depositToReserve(world.chain, each, stranger, account, { gross: 200n })
    setReserveLimit(world.chain, each, 0, 50n)
    return { mint, account }
  }
  return [of(world.economy), of(world.other)]
}

/** The accounts of the other economy that a treasurer's instruction would take there. */
function foreignBeside(role: string, names: readonly string[], instruction: TransactionInstruction) {
  const { [role]: _role, ...foreign } = foreignOf([role, ...names], instruction)
  return foreign
}

/**
 * One valid call of every instruction. An instruction without an entry does not compile here, and one that the IDL
 * gained at run time fails the matrix.
 */
export const FIXTURES: Readonly<Record<InstructionName, Fixture>> = {
  ...MARKETPLACE_FIXTURES,

  absorbSurplus: (world) => {
    for (const each of both(world)) {
      runWeek(world.chain, each, ONE_EACH)
      donate(world.chain, each, 0, 1n)
    }
    const of = ({ address }: TestEconomy) => absorbSurplusInstruction({ economy: address })
    return {
      instruction: of(world.economy),
      signers: [],
      foreign: foreignOf(["economy", "vault"], of(world.other)),
    }
  },

  acceptRole: (world) => {
    const { stranger } = signersOf(world)
    propose(world.chain, world.economy, "oracle", stranger.publicKey)
    return {
      instruction: acceptRoleInstruction({
        holder: stranger.publicKey,
        economy: world.economy.address,
        role: Role.Oracle,
      }),
      signers: [stranger],
      foreign: { economy: world.other.address },
    }
  },

  addReserveAsset: (world) => {
    const { treasurer } = signersOf(world)
    reserves(world)
    const of = (each: TestEconomy, mint: PublicKey) =>
      addReserveAssetInstruction({
        treasurer: treasurer.publicKey,
        economy: each.address,
        mint,
        kind: ReserveKind.Gold,
      })
    const [mint, foreignMint] = [createMint(world.chain, 8), createMint(world.chain, 8)]
    const names = ["economy", "reserve", "assetMint", "vault"]
    return {
      instruction: of(world.economy, mint),
      signers: [treasurer],
      foreign: foreignBeside("treasurer", names, of(world.other, foreignMint)),
    }
  },

  auditScore: (world) => {
    const detail = published(world)
    return {
      instruction: auditOf(world.economy, detail, 1),
      signers: [],
      foreign: foreignOf(["economy", "week", "page"], auditOf(world.other, detail, 1)),
    }
  },

  burn: (world) => {
    const [market, other] = markets(world)
    // The rules of this world give the Treasury nothing: it has what it buys.
    openBuyback(world.chain, market, 1_000n, MARKET_PRICE)
    sell(world.chain, market, 1n)
    return {
      instruction: burnOf(market.economy, 1n),
      signers: [market.economy.actors.treasurer],
      foreign: foreignOf(["", "economy", "stabilisation", "mint", "vault"], burnOf(other.economy, 1n)),
    }
  },

  confirmActivity: (world) => {
    frozen(world, KIND.referral)
    // The first of the two weeks ended when the rewards were granted.
    for (const each of [...both(world), ...both(world)]) runWeek(world.chain, each, ONE_EACH)
    const of = ({ address }: TestEconomy) =>
      confirmActivityInstruction({ economy: address, escrowPage: 0, place: 0, id: 0, page: 0 })
    return {
      instruction: of(world.economy),
      signers: [],
      foreign: foreignOf(["economy", "escrow", "page"], of(world.other)),
    }
  },

  castVote: (world) => {
    governed(world)
    for (const each of both(world)) {
      runWeek(world.chain, each, WHOLE_TOKENS)
      addStakePage(world.chain, each)
      stake(world.chain, each, 0, 1_000n)
      proposeTo(world.chain, each)
    }
    const of = (each: TestEconomy) => voteOf(world.chain, each, 0, { stakePlaces: [0] })
    const names = ["wallet", "proposal", "ballots", "page", "snapshot", "stakes"]
    const { wallet: _wallet, ...foreign } = foreignOf(names, of(world.other))
    return { instruction: of(world.economy), signers: [payingMember(world.chain, world.economy, 0)], foreign }
  },

  closeBallots: (world) => {
    governed(world)
    for (const each of both(world)) {
      proposeTo(world.chain, each)
      vote(world.chain, each, 0)
    }
    world.chain.unixTime = readProposal(world.chain, world.other).votingEnds
    const of = (each: TestEconomy) =>
      closeBallotsInstruction({
        economy: each.address,
        proposal: 0,
        page: 0,
        payer: memberKey(each, 0).publicKey,
      })
    const foreign = foreignOf(["ballots", "payer"], of(world.other))
    return { instruction: of(world.economy), signers: [], foreign }
  },

  closeProposal: (world) => {
    governed(world)
    for (const each of both(world)) proposeTo(world.chain, each)
    world.chain.unixTime = readProposal(world.chain, world.other).votingEnds
    const of = (each: TestEconomy) =>
      closeProposalInstruction({
        economy: each.address,
        proposal: 0,
        proposer: memberKey(each, 0).publicKey,
      })
    const foreign = foreignOf(["proposal", "proposer"], of(world.other))
    return { instruction: of(world.economy), signers: [], foreign }
  },

  createEconomy: (world) => {
    const payer = signersOf(world).stranger
    const mint = Keypair.generate()
    const parameters = economyParameters(STK_PRESET)
    const instruction = createEconomyInstruction({
      payer: payer.publicKey,
      mint: mint.publicKey,
      decimals: 6,
      parameters,
    })
    const { address: economy, vault } = world.other
    return { instruction, signers: [payer, mint], foreign: { economy, vault } }
  },

  createEscrowPage: (world) => {
    const payer = signersOf(world).stranger
    addEscrowPage(world.chain, world.other)
    const of = (each: TestEconomy) =>
      createEscrowPageInstruction({ payer: payer.publicKey, economy: each.address, escrowPage: 0 })
    const { payer: _payer, ...foreign } = foreignOf(["payer", "economy", "escrow"], of(world.other))
    return { instruction: of(world.economy), signers: [payer], foreign }
  },

  createGovernance: (world) => {
    const { admin } = signersOf(world)
    createGovernance(world.chain, world.other)
    const of = ({ address: economy }: TestEconomy) =>
      createGovernanceInstruction({ admin: admin.publicKey, economy, parameters: GOVERNANCE })
    const names = ["admin", "economy", "governance", "authority"]
    const { admin: _admin, ...foreign } = foreignOf(names, of(world.other))
    return { instruction: of(world.economy), signers: [admin], foreign }
  },

  createPage: (world) => {
    const payer = signersOf(world).stranger
    // Economies without members yet, so that their first page is missing.
    const [economy, other] = [createEconomy(world.chain), createEconomy(world.chain)]
    addPage(world.chain, other)
    const of = (each: TestEconomy) =>
      createPageInstruction({ payer: payer.publicKey, economy: each.address, page: 0 })
    const { page, economy: address } = foreignOf(["payer", "economy", "page"], of(other))
    if (page === undefined || address === undefined) throw new Error("create_page takes economy and page")
    return { instruction: of(economy), signers: [payer], foreign: { economy: address, page } }
  },

  createStabilisation: (world) => {
    const { treasurer } = signersOf(world)
    const [quote, other] = [createMint(world.chain, 6), stabilise(world.chain, world.other)]
    const instruction = createStabilisationInstruction({
      treasurer: treasurer.publicKey,
      economy: world.economy.address,
      quoteMint: quote,
      buybackLimit: 1n,
      cooldownSeconds: 0,
    })
    const { stabilisation, quoteVault } = other
    // Any mint can be the quote token but the economy's own.
    const foreign = { economy: world.other.address, stabilisation, quoteMint: world.economy.mint, quoteVault }
    return { instruction, signers: [treasurer], foreign }
  },

  createProposal: (world) => {
    governed(world)
    const foreignProposal = proposalOf(world.chain, world.other)
    proposeTo(world.chain, world.other)
    const names = ["wallet", "economy", "governance", "proposal", "page"]
    const { wallet: _wallet, ...foreign } = foreignOf(names, foreignProposal)
    const signers = [payingMember(world.chain, world.economy, 0)]
    return { instruction: proposalOf(world.chain, world.economy), signers, foreign }
  },

  createStakePage: (world) => {
    const payer = signersOf(world).stranger
    addStakePage(world.chain, world.other)
    const of = (each: TestEconomy) =>
      createStakePageInstruction({ payer: payer.publicKey, economy: each.address, page: 0 })
    const names = ["payer", "economy", "page", "stakes"]
    const { payer: _payer, ...foreign } = foreignOf(names, of(world.other))
    return { instruction: of(world.economy), signers: [payer], foreign }
  },

  createReserve: (world) => {
    const { treasurer } = signersOf(world)
    createReserve(world.chain, world.other)
    const of = (each: TestEconomy) =>
      createReserveInstruction({ treasurer: treasurer.publicKey, economy: each.address })
    return {
      instruction: of(world.economy),
      signers: [treasurer],
      foreign: foreignBeside("treasurer", ["economy", "reserve"], of(world.other)),
    }
  },

  createStartup: (world) => {
    const { treasurer } = signersOf(world)
    reserves(world)
    const of = (each: TestEconomy, startup: number) =>
      createStartupInstruction({
        treasurer: treasurer.publicKey,
        economy: each.address,
        startup,
        name: "Next",
      })
    return {
      instruction: of(world.economy, 1),
      signers: [treasurer],
      foreign: foreignBeside("treasurer", ["economy", "reserve", "startup"], of(world.other, 0)),
    }
  },

  deposit: (world) => {
    const [source, foreignSource] = paidOut(world)
    const { page, vault, economy } = foreignOf(
      ["wallet", "economy", "page", "vault"],
      depositOf(world.other, 0, foreignSource, 1n),
    )
    if (page === undefined || vault === undefined || economy === undefined)
      throw new Error("deposit takes economy, page and vault")
    return {
      instruction: depositOf(world.economy, 0, source, 1n),
      signers: [memberKey(world.economy, 0)],
      foreign: { economy, page, vault, source: foreignSource },
    }
  },

  depositReserve: (world) => {
    const { stranger } = signersOf(world)
    const [own, foreign] = reserves(world)
    const of = (each: TestEconomy, { account }: ReserveOf) =>
      reserveDepositOf(world.chain, each, stranger.publicKey, account, {
        inflow: Inflow.Startup,
        startup: 0,
        gross: 100n,
      })
    const names = ["economy", "reserve", "startup", "vault", "source"]
    return {
      instruction: of(world.economy, own),
      signers: [stranger],
      foreign: foreignBeside("depositor", names, of(world.other, foreign)),
    }
  },

  fillBuyback: (world) => {
    const [market, other] = markets(world)
    for (const each of [market, other]) openBuyback(world.chain, each, 1_000n, MARKET_PRICE)
    const names = ["", "economy", "stabilisation", "vault", "quoteVault", "source", "destination"]
    return {
      instruction: saleOf(market, 1n),
      signers: [market.seller],
      foreign: foreignOf(names, saleOf(other, 1n)),
    }
  },

  fundBuyback: (world) => {
    const [market, other] = both(world).map((economy) => stabilise(world.chain, economy))
    if (market === undefined || other === undefined) throw new Error("a world without economies")
    const payer = world.chain.newSigner()
    const of = ({ economy, quote }: Stabilised) =>
      fundBuybackInstruction({
        payer: payer.publicKey,
        economy: economy.address,
        source: mintTo(world.chain, quote, payer.publicKey, 1n),
        amount: 1n,
      })
    const names = ["", "economy", "stabilisation", "quoteVault", "source"]
    return { instruction: of(market), signers: [payer], foreign: foreignOf(names, of(other)) }
  },

  giveVerdicts: (world) => {
    const { validator } = signersOf(world)
    frozen(world, KIND.peerReview)
    const verdicts = [{ place: 0, id: 0, confirmed: true }]
    const of = ({ address }: TestEconomy) =>
      giveVerdictsInstruction({ validator: validator.publicKey, economy: address, escrowPage: 0, verdicts })
    const { validator: _validator, ...foreign } = foreignOf(
      ["validator", "economy", "escrow"],
      of(world.other),
    )
    return { instruction: of(world.economy), signers: [validator], foreign }
  },

  grantRewards: (world) => {
    const { validator } = signersOf(world)
    frozen(world, KIND.peerReview)
    const of = ({ address }: TestEconomy) =>
      grantRewardsInstruction({
        validator: validator.publicKey,
        economy: address,
        kind: KIND.peerReview,
        reason: REASON,
        escrowPage: 0,
        grants: [{ place: 1, member: 0, amount: 1n }],
      })
    const { validator: _validator, ...foreign } = foreignOf(
      ["validator", "economy", "escrow"],
      of(world.other),
    )
    return { instruction: of(world.economy), signers: [validator], foreign }
  },

  executeProposal: (world) => {
    governed(world)
    for (const each of both(world)) {
      const [holder] = governanceAuthorityPda(each.address)
      propose(world.chain, each, "guardian", holder)
      const at = { economy: each.address, role: Role.Guardian }
      pass(world.chain, each, acceptRoleInstruction({ ...at, holder }))
    }
    // Passed at the same time, as both began; the clock stands at the later of the two.
    const names = ["proposal", "targetProgram", "remaining0", "remaining1"]
    const { targetProgram: _program, ...foreign } = foreignOf(names, executionOf(world.chain, world.other))
    return { instruction: executionOf(world.chain, world.economy), signers: [], foreign }
  },

  growPage: (world) => {
    const payer = signersOf(world).stranger
    const of = (each: TestEconomy) =>
      growPageInstruction({ payer: payer.publicKey, economy: each.address, page: 0 })
    const { payer: _payer, ...foreign } = foreignOf(["payer", "economy", "page"], of(world.other))
    return { instruction: of(world.economy), signers: [payer], foreign }
  },

  growStakePage: (world) => {
    const payer = signersOf(world).stranger
    for (const each of both(world)) addStakePage(world.chain, each)
    const of = (each: TestEconomy) =>
      growStakePageInstruction({ payer: payer.publicKey, economy: each.address, page: 0 })
    const { payer: _payer, ...foreign } = foreignOf(["payer", "economy", "stakes"], of(world.other))
    return { instruction: of(world.economy), signers: [payer], foreign }
  },

  holdWeek: (world) => {
    const { guardian } = signersOf(world)
    published(world)
    const of = (each: TestEconomy) =>
      holdWeekInstruction({ guardian: guardian.publicKey, economy: each.address, week: 2_919 })
    const { guardian: _guardian, ...foreign } = foreignOf(["guardian", "economy", "week"], of(world.other))
    return { instruction: of(world.economy), signers: [guardian], foreign }
  },

  openBuyback: (world) => {
    const [{ economy }, other] = markets(world)
    const { treasurer } = economy.actors
    return {
      instruction: openBuybackInstruction({
        treasurer: treasurer.publicKey,
        economy: economy.address,
        quoteAmount: 1n,
        maxPrice: 1n,
      }),
      signers: [treasurer],
      foreign: { economy: other.economy.address, stabilisation: other.stabilisation },
    }
  },

  openWeek: (world) => {
    const { oracle } = signersOf(world)
    openWeek(world.chain, world.other)
    const of = (each: TestEconomy) =>
      openWeekInstruction({
        oracle: oracle.publicKey,
        economy: each.address,
        week: 2_919,
        members: readEconomy(world.chain, each).members,
        detailRoot: new Uint8Array(32),
      })
    const { oracle: _oracle, ...foreign } = foreignOf(["oracle", "economy", "week"], of(world.other))
    return { instruction: of(world.economy), signers: [oracle], foreign }
  },

  pause: (world) => {
    const { guardian } = signersOf(world)
    return {
      instruction: pauseInstruction({ guardian: guardian.publicKey, economy: world.economy.address }),
      signers: [guardian],
      foreign: { economy: world.other.address },
    }
  },

  postAssetPrice: (world) => {
    const { oracle } = signersOf(world)
    reserves(world)
    const of = (each: TestEconomy) =>
      postAssetPriceInstruction({
        oracle: oracle.publicKey,
        economy: each.address,
        asset: 0,
        price: 1_000_000_000n,
        day: 20_437,
      })
    return {
      instruction: of(world.economy),
      signers: [oracle],
      foreign: foreignBeside("oracle", ["economy", "reserve"], of(world.other)),
    }
  },

  postPrice: (world) => {
    const { oracle } = signersOf(world)
    const [, other] = both(world).map((economy) => stabilise(world.chain, economy))
    if (other === undefined) throw new Error("a world without economies")
    return {
      instruction: postPriceInstruction({
        oracle: oracle.publicKey,
        economy: world.economy.address,
        day: today(world.chain),
        price: 1n,
      }),
      signers: [oracle],
      foreign: { economy: other.economy.address, stabilisation: other.stabilisation },
    }
  },

  payRewards: (world) => {
    const { validator } = signersOf(world)
    for (const each of both(world)) setRewardKinds(world.chain, each)
    const of = ({ address }: TestEconomy) =>
      payRewardsInstruction({
        validator: validator.publicKey,
        economy: address,
        kind: KIND.content,
        reason: REASON,
        page: 0,
        payments: [{ slot: 0, amount: 1n }],
      })
    const { validator: _validator, ...foreign } = foreignOf(["validator", "economy", "page"], of(world.other))
    return { instruction: of(world.economy), signers: [validator], foreign }
  },

  proposeRole: (world) => {
    const { oracle, stranger } = signersOf(world)
    return {
      instruction: proposeRoleInstruction({
        authority: oracle.publicKey,
        economy: world.economy.address,
        role: Role.Oracle,
        proposed: stranger.publicKey,
      }),
      signers: [oracle],
      foreign: { economy: world.other.address },
    }
  },

  readPrice: (world) => {
    const id = new Uint8Array(32).fill(1)
    const feeds = both(world).map((economy) => {
      const feed = { account: Keypair.generate().publicKey, id }
      const { admin } = economy.actors
      const { stabilisation } = stabilise(world.chain, economy)
      const naming = setPriceFeedInstruction({ admin: admin.publicKey, economy: economy.address, feed })
      world.chain.send(naming, [admin])
      publishPrice(world.chain, feed)
      return { economy: economy.address, stabilisation, feed: feed.account }
    })
    const [own, foreign] = feeds
    if (own === undefined || foreign === undefined) throw new Error("a world without economies")
    return { instruction: readPriceInstruction(own), signers: [], foreign }
  },

  redistributePage: (world) => {
    for (const each of both(world)) {
      runWeek(world.chain, each, WHOLE_TOKENS)
      addStakePage(world.chain, each)
      stake(world.chain, each, 1, 1_000n)
      setBands(world.chain, each)
    }
    const later = world.chain.unixTime + 100 * 86_400
    for (const each of both(world)) postUntil(world.chain, each, later)
    const of = (each: TestEconomy) => redistributionOf(world.chain, each)
    return {
      instruction: of(world.economy),
      signers: [],
      foreign: foreignOf(["economy", "page", "stakes"], of(world.other)),
    }
  },

  rateReward: (world) => {
    frozen(world, KIND.mentoring)
    const wallet = memberKey(world.economy, 1)
    const of = ({ address }: TestEconomy) =>
      rateRewardInstruction({
        wallet: wallet.publicKey,
        economy: address,
        escrowPage: 0,
        place: 0,
        id: 0,
        page: 0,
        slot: 1,
        rating: 5,
      })
    const { wallet: _wallet, ...foreign } = foreignOf(
      ["wallet", "economy", "escrow", "page"],
      of(world.other),
    )
    return { instruction: of(world.economy), signers: [wallet], foreign }
  },

  registerMembers: (world) => {
    const { registrar } = signersOf(world)
    const wallets = [Keypair.generate().publicKey]
    const of = (each: TestEconomy) =>
      registerMembersInstruction({ registrar: registrar.publicKey, economy: each.address, page: 0, wallets })
    const names = ["registrar", "economy", "page", "systemProgram", "remaining0"]
    const {
      registrar: _registrar,
      systemProgram: _systemProgram,
      ...foreign
    } = foreignOf(names, of(world.other))
    return { instruction: of(world.economy), signers: [registrar], foreign }
  },

  releaseEmission: (world) => {
    world.chain.unixTime += 86_400
    const of = ({ address, mint }: TestEconomy) => releaseEmissionInstruction({ economy: address, mint })
    return {
      instruction: of(world.economy),
      signers: [],
      foreign: foreignOf(["economy", "mint", "vault"], of(world.other)),
    }
  },

  resolveRewards: (world) => {
    frozen(world, KIND.peerReview)
    for (const each of both(world)) giveVerdict(world.chain, each, 0, true)
    world.chain.unixTime = readReward(world.chain, world.other, 0).endsAt
    const of = ({ address }: TestEconomy) =>
      resolveRewardsInstruction({ economy: address, escrowPage: 0, page: 0, places: [{ place: 0, id: 0 }] })
    return {
      instruction: of(world.economy),
      signers: [],
      foreign: foreignOf(["economy", "escrow", "page"], of(world.other)),
    }
  },

  resume: (world) => {
    const { admin } = signersOf(world)
    for (const each of both(world)) pause(world.chain, each)
    return {
      instruction: resumeInstruction({ admin: admin.publicKey, economy: world.economy.address }),
      signers: [admin],
      foreign: { economy: world.other.address },
    }
  },

  sealWeek: (world) => {
    const { oracle } = signersOf(world)
    published(world)
    const of = (each: TestEconomy) =>
      sealWeekInstruction({ oracle: oracle.publicKey, economy: each.address, week: 2_919 })
    const { oracle: _oracle, ...foreign } = foreignOf(["oracle", "economy", "week"], of(world.other))
    return { instruction: of(world.economy), signers: [oracle], foreign }
  },

  setBuybackLimits: (world) => {
    const { admin } = signersOf(world)
    const [, other] = both(world).map((economy) => stabilise(world.chain, economy))
    if (other === undefined) throw new Error("a world without economies")
    return {
      instruction: setBuybackLimitsInstruction({
        admin: admin.publicKey,
        economy: world.economy.address,
        buybackLimit: 1n,
        cooldownSeconds: 1,
      }),
      signers: [admin],
      foreign: { economy: other.economy.address, stabilisation: other.stabilisation },
    }
  },

  setEmissionFactor: (world) => {
    const { treasurer } = signersOf(world)
    return {
      instruction: setEmissionFactorInstruction({
        treasurer: treasurer.publicKey,
        economy: world.economy.address,
        emissionFactorBps: 9_000,
      }),
      signers: [treasurer],
      foreign: { economy: world.other.address },
    }
  },

  setGovernance: (world) => {
    governed(world)
    // No key signs for the authority of a governance: one that is written into the governance stands for it.
    const key = Keypair.generate()
    const [own] = governancePda(world.economy.address)
    const real = world.chain.getAccount(own)
    if (real === null) throw new Error("there is no governance")
    real.data.set(key.publicKey.toBytes(), AUTHORITY_OFFSET)
    world.chain.setAccount(own, real)
    const { address: economy } = world.economy
    const instruction = setGovernanceInstruction({ economy, parameters: GOVERNANCE })
    const [governance] = governancePda(world.other.address)
    return {
      instruction: withAccount(instruction, "authority", key.publicKey),
      signers: [key],
      foreign: { governance },
    }
  },

  setLevels: (world) => {
    const { registrar } = signersOf(world)
    const of = (each: TestEconomy) =>
      setLevelsInstruction({
        registrar: registrar.publicKey,
        economy: each.address,
        page: 0,
        changes: [{ slot: 1, level: 1 }],
        evidence: new Uint8Array(32),
      })
    const { registrar: _registrar, ...foreign } = foreignOf(["registrar", "economy", "page"], of(world.other))
    return { instruction: of(world.economy), signers: [registrar], foreign }
  },

  setPriceFeed: (world) => {
    const { admin } = signersOf(world)
    const [, other] = both(world).map((economy) => stabilise(world.chain, economy))
    if (other === undefined) throw new Error("a world without economies")
    return {
      instruction: setPriceFeedInstruction({
        admin: admin.publicKey,
        economy: world.economy.address,
        feed: { account: Keypair.generate().publicKey, id: new Uint8Array(32) },
      }),
      signers: [admin],
      foreign: { economy: other.economy.address, stabilisation: other.stabilisation },
    }
  },

  setRedistributionBands: (world) => {
    const { admin } = signersOf(world)
    const { bands } = STK_POLICY
    return {
      instruction: setRedistributionBandsInstruction({
        admin: admin.publicKey,
        economy: world.economy.address,
        bands,
      }),
      signers: [admin],
      foreign: { economy: world.other.address },
    }
  },

  setReserveLimit: (world) => {
    const { admin } = signersOf(world)
    reserves(world)
    const of = (each: TestEconomy) =>
      setReserveLimitInstruction({
        admin: admin.publicKey,
        economy: each.address,
        asset: 0,
        weeklyLimit: 7n,
      })
    return {
      instruction: of(world.economy),
      signers: [admin],
      foreign: foreignBeside("admin", ["economy", "reserve"], of(world.other)),
    }
  },

  setSpendingLimits: (world) => {
    const { admin } = signersOf(world)
    return {
      instruction: setSpendingLimitsInstruction({
        admin: admin.publicKey,
        economy: world.economy.address,
        limits: NO_LIMITS,
      }),
      signers: [admin],
      foreign: { economy: world.other.address },
    }
  },

  setRewardKinds: (world) => {
    const { admin } = signersOf(world)
    const { rewardKinds: kinds } = STK_POLICY
    return {
      instruction: setRewardKindsInstruction({
        admin: admin.publicKey,
        economy: world.economy.address,
        kinds,
      }),
      signers: [admin],
      foreign: { economy: world.other.address },
    }
  },

  setTransferFee: (world) => {
    const { treasurer } = signersOf(world)
    return {
      instruction: setTransferFeeInstruction({
        treasurer: treasurer.publicKey,
        economy: world.economy.address,
        bps: 50,
      }),
      signers: [treasurer],
      foreign: { economy: world.other.address },
    }
  },

  setStartupShare: (world) => {
    const { treasurer } = signersOf(world)
    reserves(world)
    const of = (each: TestEconomy) =>
      setStartupShareInstruction({
        treasurer: treasurer.publicKey,
        economy: each.address,
        startup: 0,
        shareBps: 100,
      })
    return {
      instruction: of(world.economy),
      signers: [treasurer],
      foreign: foreignBeside("treasurer", ["economy", "startup"], of(world.other)),
    }
  },

  setTeamSchedule: (world) => {
    const { admin } = signersOf(world)
    return {
      instruction: setTeamScheduleInstruction({
        admin: admin.publicKey,
        economy: world.economy.address,
        cliffSeconds: 1,
        vestingSeconds: 2,
      }),
      signers: [admin],
      foreign: { economy: world.other.address },
    }
  },

  settlePage: (world) => {
    published(world)
    for (const each of both(world)) seal(world.chain, each)
    const of = (each: TestEconomy) => settlePageInstruction({ economy: each.address, week: 2_919, page: 0 })
    return {
      instruction: of(world.economy),
      signers: [],
      foreign: foreignOf(["economy", "week", "page"], of(world.other)),
    }
  },

  snapshotPage: (world) => {
    const payer = signersOf(world).stranger
    // The other's snapshot exists, and is due again.
    takeSnapshot(world.chain, world.other)
    snapshotPage(world.chain, world.other)
    takeSnapshot(world.chain, world.other, 3)
    takeSnapshot(world.chain, world.economy)
    const of = (each: TestEconomy) =>
      snapshotPageInstruction({ payer: payer.publicKey, economy: each.address, page: 0, snapshot: 1 })
    const names = ["payer", "economy", "page", "snapshot"]
    const { payer: _payer, ...foreign } = foreignOf(names, of(world.other))
    return { instruction: of(world.economy), signers: [payer], foreign }
  },

  stake: (world) => {
    for (const each of both(world)) {
      runWeek(world.chain, each, WHOLE_TOKENS)
      addStakePage(world.chain, each)
    }
    const { wallet: _wallet, ...foreign } = foreignOf(
      ["wallet", "economy", "page", "stakes"],
      stakeOf(world.other, 0, 1_000n),
    )
    const signers = [memberKey(world.economy, 0)]
    return { instruction: stakeOf(world.economy, 0, 1_000n), signers, foreign }
  },

  spendFund: (world) => {
    const { treasurer } = signersOf(world)
    for (const each of both(world)) setLimits(world.chain, each, NO_LIMITS)
    const of = (each: TestEconomy) => spendingOf(each, { fund: Fund.Treasury, amount: 1n })
    return {
      instruction: of(world.economy),
      signers: [treasurer],
      foreign: foreignBeside("treasurer", ["economy", "page"], of(world.other)),
    }
  },

  submitScores: (world) => {
    const { oracle } = signersOf(world)
    for (const each of both(world)) openWeek(world.chain, each)
    const batch = buildScoreBatch(world.economy.preset, 2_919, 0, ONE_EACH)
    const of = (each: TestEconomy) =>
      submitScoresInstruction({ oracle: oracle.publicKey, economy: each.address, page: 0, batch })
    const { oracle: _oracle, ...foreign } = foreignOf(["oracle", "economy", "page"], of(world.other))
    return { instruction: of(world.economy), signers: [oracle], foreign }
  },

  unstake: (world) => {
    for (const each of both(world)) {
      runWeek(world.chain, each, WHOLE_TOKENS)
      addStakePage(world.chain, each)
      stake(world.chain, each, 0, 1_000n)
    }
    world.chain.unixTime += 30 * 86_400
    const { wallet: _wallet, ...foreign } = foreignOf(
      ["wallet", "economy", "page", "stakes"],
      unstakeOf(world.other, 0, 0, 0),
    )
    const signers = [memberKey(world.economy, 0)]
    return { instruction: unstakeOf(world.economy, 0, 0, 0), signers, foreign }
  },

  transfer: (world) => {
    // The recipient is the first member of the second page.
    for (const each of both(world)) {
      addMembers(world.chain, each, PAGE_SLOTS + 1 - MEMBERS)
      runWeek(world.chain, each, ONE_EACH)
    }
    const { wallet: _wallet, ...foreign } = foreignOf(
      ["wallet", "economy", "page", "recipientPage"],
      transferOf(world.other, 0, PAGE_SLOTS, 1n),
    )
    return {
      instruction: transferOf(world.economy, 0, PAGE_SLOTS, 1n),
      signers: [memberKey(world.economy, 0)],
      foreign,
    }
  },

  withdraw: (world) => {
    const [destination, foreignDestination] = paidOut(world)
    // One more reward, so that there is something to withdraw.
    for (const each of both(world)) runWeek(world.chain, each, ONE_EACH)
    const { wallet: _wallet, ...foreign } = foreignOf(
      ["wallet", "economy", "page", "vault", "destination"],
      withdrawalOf(world.other, 0, foreignDestination, 1n),
    )
    return {
      instruction: withdrawalOf(world.economy, 0, destination, 1n),
      signers: [memberKey(world.economy, 0)],
      foreign,
    }
  },

  withdrawFund: (world) => {
    const { treasurer, stranger } = signersOf(world)
    for (const each of both(world)) setLimits(world.chain, each, NO_LIMITS)
    const of = (each: TestEconomy) => {
      const destination = tokenAccountOf(world.chain, each, stranger.publicKey)
      return fundWithdrawalOf(each, destination, { fund: Fund.Liquidity, amount: 1n })
    }
    return {
      instruction: of(world.economy),
      signers: [treasurer],
      foreign: foreignBeside("treasurer", ["economy", "vault", "destination"], of(world.other)),
    }
  },

  withdrawQuote: (world) => {
    const [market, other] = markets(world)
    const of = (each: Market) =>
      quoteWithdrawalOf(each, mintTo(world.chain, each.quote, each.economy.actors.stranger.publicKey, 0n), 1n)
    const names = ["", "economy", "stabilisation", "quoteVault", "destination"]
    return {
      instruction: of(market),
      signers: [market.economy.actors.treasurer],
      foreign: foreignOf(names, of(other)),
    }
  },

  withdrawReserve: (world) => {
    const { treasurer } = signersOf(world)
    const [own, foreign] = reserves(world)
    const of = (each: TestEconomy, { account }: ReserveOf) =>
      reserveWithdrawalOf(world.chain, each, account, 1n)
    const names = ["economy", "reserve", "vault", "destination"]
    return {
      instruction: of(world.economy, own),
      signers: [treasurer],
      foreign: foreignBeside("treasurer", names, of(world.other, foreign)),
    }
  },
}
