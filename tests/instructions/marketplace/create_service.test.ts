import {
  Fund,
  pagePda,
  RecipientKind,
  SAMPLE_SERVICES,
  serviceParameters,
  servicePda,
  ServiceKind,
  ServiceStatus,
  type ServiceParameters,
  type Share,
} from "@stk/sdk"
import { expect } from "chai"
import { memberKey, pause } from "../../utils/actions"
import { addMembers, createEconomy, readEconomy, type TestEconomy } from "../../utils/economy"
import { expectEvents } from "../../utils/events"
import { expectError, expectLedgerInvariant } from "../../utils/expect"
import { withAccount, withData } from "../../utils/instructions"
import { offerService, readService, serviceCreation, serviceOf } from "../../utils/marketplace"
import { PLAIN_PRESET } from "../../utils/presets"
import { Chain } from "../../utils/svm"

const TEN_YEARS = 10 * 365 * 86_400
const SERVICE_BYTES = 296

describe("create_service", () => {
  let chain: Chain
  let economy: TestEconomy

  beforeEach(() => {
    chain = new Chain()
    economy = createEconomy(chain, { preset: PLAIN_PRESET })
    addMembers(chain, economy, 3)
    economy.members.forEach(({ publicKey }) => chain.airdrop(publicKey))
  })

  afterEach(() => expectLedgerInvariant(chain, economy))

  const create = (changes: Partial<ServiceParameters> = {}, author = 1) =>
    chain.send(serviceCreation(chain, economy, author, changes), [memberKey(economy, author)])
  const split = (...shares: Share[]) => ({ split: shares })

  it("[STK-67] keeps everything that was given, and numbers services by the economy's count", () => {
    const parameters = {
      kind: ServiceKind.Mentoring,
      name: "Наставник, 1 час",
      descriptionHash: new Uint8Array(32).fill(3),
      price: 2n ** 64n - 1n,
      termSeconds: TEN_YEARS,
      sessions: 65_535,
      split: [
        { member: 2, bps: 1 },
        { fund: Fund.Liquidity, bps: 9_999 },
      ],
    }

    const sent = create(parameters)
    create({}, 0)

    const { publicKey: author } = memberKey(economy, 1)
    const service = readService(chain, economy, 0)
    expect(service).to.deep.include({
      ...parameters,
      id: 0,
      authorMember: 1,
      status: ServiceStatus.OnOffer,
      sold: 0n,
      ratingSum: 0n,
      ratingCount: 0,
    })
    expect(service.author.equals(author)).to.equal(true)
    expect(service.economy.equals(economy.address)).to.equal(true)
    expect(readEconomy(chain, economy).services).to.equal(2)
    expect(readService(chain, economy, 1)).to.include({ id: 1, authorMember: 0 })
    expectEvents(sent, {
      name: "ServiceCreated",
      data: {
        economy: economy.address,
        service: servicePda(economy.address, 0)[0],
        id: 0,
        author,
        member: 1,
        ...parameters,
        split: [
          { member: 2, bps: 1, recipientKind: RecipientKind.Member, fund: 0 },
          { member: 0, bps: 9_999, recipientKind: RecipientKind.Fund, fund: Fund.Liquidity },
        ],
      },
    })
  })

  it("takes the rent from the author and nothing else", () => {
    const { publicKey } = memberKey(economy, 1)
    const before = chain.getAccount(publicKey)?.lamports ?? 0
    create()
    expect(before - (chain.getAccount(publicKey)?.lamports ?? 0)).to.equal(chain.rentFor(SERVICE_BYTES))
  })

  it("[STK-66] has a kind for each of the six uses, and no other", async () => {
    const names = ["Programme", "Assistant", "Mentoring", "Premium", "Peer", "Agent"]
    expect(Object.keys(ServiceKind)).to.deep.equal(names)
    for (const kind of Object.values(ServiceKind)) {
      create({ kind })
      expect(readService(chain, economy, kind).kind).to.equal(kind)
    }
    await expectError(() => create({ kind: 6 as typeof ServiceKind.Agent }), "UnknownServiceKind")
  })

  it("[STK-67] loads the three sample services", () => {
    SAMPLE_SERVICES.forEach((sample) => offerService(chain, economy, 0, serviceParameters(sample, 0)))
    const loaded = SAMPLE_SERVICES.map((_, id) => readService(chain, economy, id))
    expect(loaded.map(({ name, price }) => [name, price / 1_000_000n])).to.deep.equal([
      ["Basic course", 500n],
      ["Mentor session, 1 hour", 200n],
      ["Premium AI agent, month", 1_000n],
    ])
    expect(loaded.map((service) => service.split)).to.deep.equal(
      [3_000, 2_000, 4_000].map((bps) => [
        { member: 0, bps: 10_000 - bps },
        { fund: Fund.Treasury, bps },
      ]),
    )
  })

  it("[STK-71] refuses shares that do not sum to 10,000, are zero, none or more than eight", async () => {
    const wrong: Share[][] = [
      [{ member: 1, bps: 9_999 }],
      [
        { member: 1, bps: 9_999 },
        { member: 2, bps: 2 },
      ],
      [
        { member: 1, bps: 10_000 },
        { member: 2, bps: 0 },
      ],
      [],
      [
        { member: 1, bps: 60_000 },
        { member: 2, bps: 15_536 },
      ],
      [
        ...[0, 1, 2].map((member) => ({ member, bps: 1_000 })),
        ...Object.values(Fund).map((fund) => ({ fund, bps: 1_000 })),
        { member: 3, bps: 2_000 },
      ],
    ]
    for (const shares of wrong) await expectError(() => create({ split: shares }), "SplitDoesNotAddUp")
    const eight = [
      ...[0, 1, 2].map((member) => ({ member, bps: 1_000 })),
      ...Object.values(Fund).map((fund) => ({ fund, bps: 1_400 })),
    ]
    create({ split: eight })
    expect(readService(chain, economy, 0).split).to.deep.equal(eight)
  })

  it("refuses recipients that do not exist", async () => {
    create(split({ member: 2, bps: 10_000 }))
    await expectError(() => create(split({ member: 3, bps: 10_000 })), "UnknownRecipient")
    await expectError(() => create(split({ member: 2 ** 32 - 1, bps: 10_000 })), "UnknownRecipient")
    const fund = 5 as typeof Fund.Liquidity
    await expectError(() => create(split({ fund, bps: 10_000 })), "UnknownRecipient")
  })

  it("refuses a recipient of no kind, a member with a fund and a fund with a member", async () => {
    const valid = serviceCreation(chain, economy, 1, split({ member: 0, bps: 10_000 }))
    const body = valid.data.subarray(8)
    // The only entry of the split is at the end: member u32, bps u16, kind u8, fund u8.
    const entry = body.length - 8
    const changed = (change: (bytes: Buffer) => void) => {
      const bytes = Buffer.from(body)
      change(bytes)
      return () => chain.send(withData(valid, bytes), [memberKey(economy, 1)])
    }
    await expectError(
      changed((bytes) => bytes.writeUInt8(2, entry + 6)),
      "UnknownRecipient",
    )
    await expectError(
      changed((bytes) => bytes.writeUInt8(1, entry + 7)),
      "UnknownRecipient",
    )
    await expectError(
      changed((bytes) => {
        bytes.writeUInt32LE(1, entry)
        bytes.writeUInt8(RecipientKind.Fund, entry + 6)
      }),
      "UnknownRecipient",
    )
    changed(() => undefined)()
  })

  it("refuses a recipient that is named twice", async () => {
    const half = { bps: 5_000 }
    await expectError(
      () => create(split({ member: 1, ...half }, { member: 1, ...half })),
      "RecipientRepeated",
    )
    await expectError(
      () => create(split({ fund: Fund.Team, ...half }, { fund: Fund.Team, ...half })),
      "RecipientRepeated",
    )
    create(split({ member: 1, ...half }, { fund: Fund.Treasury, ...half }))
  })

  it("takes names of 1 to 64 bytes", async () => {
    for (const name of ["", "x".repeat(65), "ж".repeat(33), "a\0b"])
      await expectError(() => create({ name }), "BadServiceName")
    for (const name of ["x", "x".repeat(64), "ж".repeat(32)]) {
      create({ name })
      expect(readService(chain, economy, readEconomy(chain, economy).services - 1).name).to.equal(name)
    }
  })

  it("refuses a price of zero and a term of more than ten years", async () => {
    await expectError(() => create({ price: 0n }), "PriceIsZero")
    create({ price: 1n })
    await expectError(() => create({ termSeconds: TEN_YEARS + 1 }), "TermTooLong")
    create({ termSeconds: TEN_YEARS })
  })

  it("[STK-135] is for members: their wallet stands in the slot that they name", async () => {
    const { stranger } = economy.actors
    const outside: TestEconomy = { ...economy, members: [...economy.members, stranger] }
    const beyond = serviceCreation(chain, outside, 3)
    await expectError(() => chain.send(beyond, [stranger]), "UnknownSlot")
    const usurped = withAccount(serviceCreation(chain, economy, 1), "wallet", stranger.publicKey)
    await expectError(() => chain.send(usurped, [stranger]), "WrongMember")
    create(serviceOf(1))
  })

  it("refuses a page of another economy, and the address of another service", async () => {
    const other = createEconomy(chain, { preset: PLAIN_PRESET })
    addMembers(chain, other, [memberKey(economy, 1)])
    const creation = serviceCreation(chain, economy, 1)
    const [foreign] = pagePda(other.address, 0)
    await expectError(
      () => chain.send(withAccount(creation, "page", foreign), [memberKey(economy, 1)]),
      "WrongEconomy",
    )
    const [next] = servicePda(economy.address, 1)
    await expectError(
      () => chain.send(withAccount(creation, "service", next), [memberKey(economy, 1)]),
      "InvalidSeeds",
    )
  })

  it("refuses the same creation twice: ids are not used again", async () => {
    const creation = serviceCreation(chain, economy, 1)
    chain.send(creation, [memberKey(economy, 1)])
    await expectError(() => chain.send(creation, [memberKey(economy, 1)]), "InvalidSeeds")
  })

  it("refuses while the economy is paused", async () => {
    pause(chain, economy)
    await expectError(() => create(), "Paused")
  })
})
