import {
  activationPda,
  Fund,
  PAGE_SLOTS,
  pagePda,
  purchaseInstruction,
  RecipientKind,
  serviceParameters,
  servicePda,
  SAMPLE_SERVICES,
  ServiceKind,
  ServiceStatus,
  splitPrice,
  STK_PRESET,
  type Share,
} from "@stk/sdk"
import { PublicKey } from "@solana/web3.js"
import { expect } from "chai"
import { memberKey, pause } from "../../utils/actions"
import {
  addMembers,
  createEconomy,
  readEconomy,
  readMember,
  releaseDays,
  runWeek,
  type TestEconomy,
} from "../../utils/economy"
import { eventOf, expectEvents } from "../../utils/events"
import { expectError, expectLedgerInvariant } from "../../utils/expect"
import { withAccount, withMeta } from "../../utils/instructions"
import {
  activationOf,
  buy,
  offerService,
  openActivation,
  purchaseOf,
  readActivation,
  readService,
  updateService,
} from "../../utils/marketplace"
import { PLAIN_PRESET } from "../../utils/presets"
import { Chain, START_UNIX_TIME } from "../../utils/svm"

const DAY = 86_400
const AUTHOR = 0
const BUYER = 1
const PARTNER = 2
const POOR = 3
const STK = 1_000_000n

describe("purchase", () => {
  let chain: Chain
  let economy: TestEconomy

  beforeEach(() => {
    chain = new Chain()
    economy = createEconomy(chain, { preset: PLAIN_PRESET })
    addMembers(chain, economy, 4)
    releaseDays(chain, economy, 7)
    runWeek(chain, economy, [[1_000], [1_000], [1_000], [99]])
  })

  afterEach(() => expectLedgerInvariant(chain, economy))

  const balance = (index: number): bigint => readMember(chain, economy, index).balance
  const service = (id = 0): PublicKey => servicePda(economy.address, id)[0]

  it("[STK-71] [STK-72] pays every recipient its share and records who got what", () => {
    offerService(chain, economy, AUTHOR, {
      price: 333n,
      split: [
        { member: AUTHOR, bps: 5_000 },
        { fund: Fund.Treasury, bps: 2_000 },
        { member: PARTNER, bps: 2_000 },
        { fund: Fund.Startup, bps: 1_000 },
      ],
    })

    const sent = buy(chain, economy, 0, BUYER)

    expect([AUTHOR, BUYER, PARTNER].map(balance)).to.deep.equal([1_166n, 667n, 1_066n])
    const { funds, memberBalances, volume } = readEconomy(chain, economy)
    expect([funds[Fund.Treasury], funds[Fund.Startup]]).to.deep.equal([68n, 33n])
    expect(memberBalances).to.equal(3_099n - 101n)
    expect(volume).to.equal(333n)
    expect(readService(chain, economy, 0).sold).to.equal(1n)
    const member = { recipientKind: RecipientKind.Member, fund: 0 }
    const fund = { recipientKind: RecipientKind.Fund, member: 0 }
    expectEvents(sent, {
      name: "ServicePurchased",
      data: {
        economy: economy.address,
        service: service(),
        id: 0,
        wallet: memberKey(economy, BUYER).publicKey,
        page: 0,
        slot: BUYER,
        price: 333n,
        payments: [
          { ...member, member: AUTHOR, amount: 166n, balance: 1_166n },
          { ...fund, fund: Fund.Treasury, amount: 68n, balance: 68n },
          { ...member, member: PARTNER, amount: 66n, balance: 1_066n },
          { ...fund, fund: Fund.Startup, amount: 33n, balance: 33n },
        ],
        balance: 667n,
        activeFrom: chain.unixTime,
        activeTo: Number.MAX_SAFE_INTEGER,
        sessionsLeft: 0,
      },
    })
  })

  it("costs at most 3,000 compute units with three recipients", () => {
    const split: Share[] = [
      { member: AUTHOR, bps: 5_000 },
      { member: PARTNER, bps: 2_000 },
      { fund: Fund.Treasury, bps: 3_000 },
    ]
    offerService(chain, economy, AUTHOR, { split })
    const sent = buy(chain, economy, 0, BUYER)
    expect(sent.computeUnits).to.be.at.most(3_000)
  })
})
