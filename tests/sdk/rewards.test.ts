import {
  compileTransaction,
  createEscrowPageInstruction,
  decodeEscrowPage,
  ESCROW_PLACES,
  escrowPda,
  ESTIMATED_COMPUTE_UNITS,
  fetchAllEscrowPages,
  fetchEscrowPage,
  freePlaces,
  InvalidAccountError,
  pagePda,
  PAGE_SLOTS,
  planGrants,
  planPayments,
  planResolutions,
  planVerdicts,
  rewardsOf,
  signersOf,
  STK_POLICY,
  transactionsOf,
  type Plan,
  type SentTransaction,
} from "@stk/sdk"
import { type Keypair } from "@solana/web3.js"
import { expect } from "chai"
import { memberKey } from "../utils/actions"
import { balances, createEconomy, readEconomy, runWeek, type TestEconomy } from "../utils/economy"
import { expectError, expectLedgerInvariant } from "../utils/expect"
import {
  grant,
  KIND,
  readEscrowPages,
  readReward,
  REASON,
  rewardEconomy,
  setRewardKinds,
} from "../utils/rewards"
import { Chain, type Sent } from "../utils/svm"
import { clientOf } from "./support"

const DAY = 86_400

describe("Rewards in the SDK", function () {
  this.timeout(60_000)

  let chain: Chain
  let economy: TestEconomy

  afterEach(() => expectLedgerInvariant(chain, economy))

  /** Sends as planned, with the estimated limit: it must suffice. */
  function sendAll(plan: Plan<unknown>, ...signers: readonly Keypair[]): Sent[] {
    return transactionsOf(plan).map((planned) => {
      chain.svm.expireBlockhash()
      const transaction = compileTransaction(planned, chain.svm.latestBlockhash())
      const needed = signersOf(planned)
      transaction.sign(signers.filter(({ publicKey }) => needed.some((address) => address.equals(publicKey))))
      const sent = chain.sendBytes(transaction.serialize())
      expect(sent.computeUnits, planned.description).to.be.at.most(planned.computeUnitLimit)
      return sent
    })
  }

  const validatorOf = () => ({
    validator: economy.actors.validator.publicKey,
    economy: economy.address,
  })
  const reviews = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ member: index % 4, amount: BigInt(index + 1) }))

  it("plans grants into free places first, then into pages that it creates, 53 in a transaction", () => {
    chain = new Chain()
    economy = rewardEconomy(chain)
    const { validator } = economy.actors
    grant(chain, economy, KIND.peerReview, [{ place: 1, member: 0, amount: 9n }])
    const terms = { ...validatorOf(), kind: KIND.peerReview, reason: REASON }

    const plan = planGrants({ ...terms, grants: reviews(450), pages: readEscrowPages(chain, economy) })

    expect(plan.alreadyDone).to.deep.equal({ escrowPages: 1 })
    expect(plan.lanes.map(({ transactions }) => transactions.length)).to.deep.equal([1, 1, 1, 1, 7])
    expect(transactionsOf(plan).every(({ bytes }) => bytes <= 1_232)).to.equal(true)
    sendAll(plan, validator)
    const pages = readEscrowPages(chain, economy)
    expect(pages.map(({ rewards }) => rewards.length)).to.deep.equal([211, 211, 29])
    const granted = pages
      .flatMap(({ rewards }) => rewards.map(({ amount }) => amount))
      .sort((a, b) => Number(a - b))
    expect(granted).to.deep.equal(
      [...reviews(450).map(({ amount }) => amount), 9n].sort((a, b) => Number(a - b)),
    )
    expect(planGrants({ ...terms, grants: [], pages }).lanes).to.deep.equal([])
  })

  it("plans verdicts and resolutions of all that is due, by escrow page and member page", () => {
    chain = new Chain()
    economy = rewardEconomy(chain, 1_026)
    const { validator } = economy.actors
    const grants = Array.from({ length: 230 }, (_, index) => ({
      member: index % 2 === 0 ? index % 10 : PAGE_SLOTS + (index % 2),
      amount: 3n,
    }))
    const terms = { ...validatorOf(), kind: KIND.peerReview, reason: REASON }
    sendAll(planGrants({ ...terms, grants, pages: readEscrowPages(chain, economy) }), validator)
    const pages = readEscrowPages(chain, economy)
    const { endsAt } = readReward(chain, economy, 0)
    const verdicts = pages.flatMap(({ header, rewards }) =>
      rewards
        .filter(({ place }) => place < 200)
        .map(({ place, id }) => ({ escrowPage: header.index, place, id, confirmed: place % 4 !== 1 })),
    )
    sendAll(planVerdicts({ ...validatorOf(), verdicts }), validator)

    const payer = chain.payer.publicKey
    const at = { payer, economy: economy.address }
    const early = planResolutions({ ...at, pages: readEscrowPages(chain, economy), now: endsAt - 1 })
    expect(early.lanes).to.deep.equal([])
    expect(early.alreadyDone).to.deep.equal({ frozen: 230, undecided: 0 })
    chain.unixTime = endsAt + DAY
    const plan = planResolutions({ ...at, pages: readEscrowPages(chain, economy), now: chain.unixTime })
    expect(plan.alreadyDone).to.deep.equal({ frozen: 0, undecided: 11 })
    sendAll(plan, chain.payer)

    expect(readEconomy(chain, economy).frozen).to.equal(33n)
    const rejected = verdicts.filter(({ confirmed }) => !confirmed).length
    const paid = balances(chain, economy).reduce((sum, balance) => sum + balance, 0n)
    expect(paid).to.equal(3n * BigInt(verdicts.length - rejected))
    const again = planResolutions({ ...at, pages: readEscrowPages(chain, economy), now: chain.unixTime })
    expect(again.lanes).to.deep.equal([])
    const late = planResolutions({ ...at, pages: readEscrowPages(chain, economy), now: endsAt + 30 * DAY })
    chain.unixTime = endsAt + 30 * DAY
    sendAll(late, chain.payer)
    expect(readEconomy(chain, economy).frozen).to.equal(0n)
  })

  it("plans payments page by page, as many in a transaction as fit", () => {
    chain = new Chain()
    economy = rewardEconomy(chain, 1_026)
    const payments = Array.from({ length: 120 }, (_, member) => ({ member, amount: 5n }))
    const all = [...payments, { member: 1_025, amount: 7n }]

    const plan = planPayments({ ...validatorOf(), kind: KIND.content, reason: REASON, payments: all })

    expect(plan.lanes).to.have.length(3)
    sendAll(plan, economy.actors.validator)
    const after = balances(chain, economy)
    expect(after.slice(0, 121)).to.deep.equal([...payments.map(() => 5n), 0n])
    expect(after[1_025]).to.equal(7n)
  })

  it("decodes escrow pages, finds a member's rewards in them and refuses other accounts", async () => {
    chain = new Chain()
    economy = rewardEconomy(chain)
    grant(chain, economy, KIND.mentoring, [
      { place: 5, member: 2, counterparty: 3, amount: 10n },
      { place: 7, member: 1, counterparty: 3, amount: 20n },
    ])
    const [address, bump] = escrowPda(economy.address, 0)
    const [missing] = escrowPda(economy.address, 1)
    const page = await fetchEscrowPage(chain.connection, address)
    if (!page) return expect.fail("no escrow page")
    expect(page.header).to.include({ index: 0, total: 30n, nextId: 2, bump })
    expect(freePlaces(page)).to.have.length(ESCROW_PLACES - 2)
    expect(freePlaces(page).slice(4, 7)).to.deep.equal([4, 6, 8])
    expect(rewardsOf([page], 1)).to.deep.equal([{ ...readReward(chain, economy, 7), escrowPage: 0 }])
    expect(rewardsOf([page], 0)).to.deep.equal([])
    expect(await fetchEscrowPage(chain.connection, missing)).to.equal(null)
    expect(await fetchAllEscrowPages(chain.connection, [missing, address])).to.deep.equal([null, page])
    await fetchEscrowPage(chain.connection, pagePda(economy.address, 0)[0]).then(
      () => expect.fail("it was decoded"),
      (error: unknown) => expect(error).to.be.instanceOf(InvalidAccountError),
    )
    const data = chain.getAccount(address)?.data ?? Buffer.alloc(0)
    expect(() => decodeEscrowPage(data.subarray(0, data.length - 1))).to.throw(InvalidAccountError)
    const wrongVerdict = Uint8Array.from(data)
    wrongVerdict[80 + 48 * 5 + 39] = 3
    expect(() => decodeEscrowPage(wrongVerdict)).to.throw(InvalidAccountError)
  })

  it("[STK-65] has client methods for the whole life of rewards, asking for at most 2% more compute units than used", async () => {
    chain = new Chain()
    economy = rewardEconomy(chain)
    const { validator, admin, stranger } = economy.actors
    const sent: SentTransaction[] = []
    const note = (one: SentTransaction): number => sent.push(one)
    const ofAdmin = clientOf(chain, economy, admin)
    sent.push(await ofAdmin.client.setRewardKinds(STK_POLICY.rewardKinds))
    const ofValidator = clientOf(chain, economy, validator)
    await ofValidator.client.payRewards(KIND.content, REASON, [{ member: 3, amount: 4n }], note)
    const pair = { member: 0, counterparty: 1 }
    const reason = REASON
    await ofValidator.client.grantRewards(
      { kind: KIND.mentoring, reason, grants: [{ ...pair, amount: 10n }] },
      note,
    )
    await ofValidator.client.grantRewards(
      { kind: KIND.referral, reason, grants: [{ ...pair, amount: 20n }] },
      note,
    )
    const project = { kind: KIND.project, freezeDays: 60, reason, grants: [{ member: 0, amount: 40n }] }
    await ofValidator.client.grantRewards(project, note)

    const anyone = clientOf(chain, economy, stranger)
    const owner = memberKey(economy, 0).publicKey
    const frozen = await anyone.client.fetchFrozenRewards(owner)
    expect(frozen.map(({ amount, place }) => [amount, place])).to.deep.equal([
      [10n, 0],
      [20n, 1],
      [40n, 2],
    ])
    expect(await anyone.client.fetchFrozenRewards(stranger.publicKey)).to.deep.equal([])
    const [mentoring, referral, ofProject] = frozen
    if (!mentoring || !referral || !ofProject) return expect.fail("a reward is missing")

    chain.airdrop(memberKey(economy, 1).publicKey)
    const mentee = clientOf(chain, economy, memberKey(economy, 1))
    sent.push(await mentee.client.rateReward(mentoring, 4))
    await expectError(() => anyone.client.confirmActivity(referral), "Undecided")
    // The first of the two weeks ended when the rewards were granted.
    for (let weeks = 0; weeks < 2; weeks++) runWeek(chain, economy, [null, [1, 0, 0, 0, 0, 0, 0]])
    sent.push(await anyone.client.confirmActivity(referral))
    await ofValidator.client.giveVerdicts([{ ...ofProject, confirmed: false }], note)

    expect(await anyone.client.resolveRewards(chain.unixTime)).to.deep.equal([])
    chain.unixTime += 90 * DAY
    const before = balances(chain, economy)[0] ?? 0n
    await anyone.client.resolveRewards(chain.unixTime, note)
    expect(balances(chain, economy)[0]).to.equal(before + 30n)
    expect(await anyone.client.fetchEscrowPages()).to.have.length(1)
    expect(await anyone.client.fetchFrozenRewards(owner)).to.deep.equal([])

    const used = new Map(
      [ofAdmin, ofValidator, mentee, anyone].flatMap(({ connection }) => [...connection.sent]),
    )
    expect(sent).to.have.length(9)
    for (const { signature, computeUnitLimit, description } of sent) {
      const units = used.get(signature)?.computeUnits ?? 0
      expect(computeUnitLimit, description).to.be.within(units, Math.ceil(units * 1.02))
    }
  })

  it("estimates what it does not plan by counting from above", () => {
    chain = new Chain()
    economy = createEconomy(chain)
    const { setRewardKinds: ofKinds, createEscrowPage: ofPage } = ESTIMATED_COMPUTE_UNITS
    expect(setRewardKinds(chain, economy).computeUnits).to.be.at.most(ofKinds)
    const payer = chain.payer.publicKey
    const creation = createEscrowPageInstruction({ payer, economy: economy.address, escrowPage: 0 })
    expect(chain.send(creation).computeUnits).to.be.at.most(ofPage)
  })
})
