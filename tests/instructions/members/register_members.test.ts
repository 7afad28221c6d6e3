import { membershipPda, pagePda, registerMembersInstruction } from "@stk/sdk"
import { Keypair, type PublicKey, SystemProgram, TransactionInstruction } from "@solana/web3.js"
import { decodeMembership } from "@stk/sdk"
import { expect } from "chai"
import { pause } from "../../utils/actions"
import {
  addMembers,
  addPage,
  createEconomy,
  openWeek,
  readEconomy,
  readMember,
  readPage,
  type TestEconomy,
} from "../../utils/economy"
import { expectEvents } from "../../utils/events"
import { expectError, expectLedgerInvariant } from "../../utils/expect"
import { withAccount } from "../../utils/instructions"
import { Chain, START_UNIX_TIME, type Sent } from "../../utils/svm"

const DAY = 86_400

const newWallets = (count: number) => Array.from({ length: count }, () => Keypair.generate().publicKey)

describe("register_members", () => {
  let chain: Chain
  let economy: TestEconomy

  beforeEach(() => {
    chain = new Chain()
    economy = createEconomy(chain)
    addPage(chain, economy)
  })

  afterEach(() => expectLedgerInvariant(chain, economy))

  const instruction = (wallets: readonly PublicKey[], page = 0) =>
    registerMembersInstruction({
      registrar: economy.actors.registrar.publicKey,
      economy: economy.address,
      page,
      wallets,
    })

  const register = (wallets: readonly PublicKey[], page = 0): Sent =>
    chain.send(instruction(wallets, page), [economy.actors.registrar])

  /** The same instruction with other accounts behind those of the IDL. */
  function withMemberships(
    from: TransactionInstruction,
    memberships: readonly PublicKey[],
  ): TransactionInstruction {
    const others = memberships.map((pubkey) => ({ pubkey, isSigner: false, isWritable: true }))
    return new TransactionInstruction({
      programId: from.programId,
      keys: [...from.keys.slice(0, 4), ...others],
      data: from.data,
    })
  }

  it("gives each wallet a slot and an account that says where", () => {
    const [first, second] = newWallets(2) as [PublicKey, PublicKey]
    const [last] = newWallets(1) as [PublicKey]
    register([first, second])

    const sent = register([last])

    expect(readEconomy(chain, economy).members).to.equal(3)
    const { members } = readPage(chain, economy)
    expect(members.map((member) => member.wallet.toBase58())).to.deep.equal(
      [first, second, last].map((wallet) => wallet.toBase58()),
    )
    const membership = chain.getAccount(membershipPda(economy.address, last)[0])
    expect(decodeMembership(membership?.data ?? Buffer.alloc(0))).to.include({ page: 0, slot: 2 })
    expectEvents(sent, {
      name: "MembersRegistered",
      data: {
        economy: economy.address,
        page: 0,
        firstSlot: 2,
        wallets: [last],
        day: START_UNIX_TIME / DAY,
      },
    })
  })

  it("[STK-34] starts members at level 1, without anything earned", () => {
    chain.unixTime = START_UNIX_TIME + 3 * DAY - 1
    const [wallet] = newWallets(1) as [PublicKey]

    register([wallet])

    expect(readMember(chain, economy, 0)).to.deep.include({
      level: 1,
      balance: 0n,
      pending: 0n,
      points: 0,
      streak: 0,
      lastActiveWeek: 0,
      lastRewardDay: START_UNIX_TIME / DAY + 2,
      lastRedistributionQuarter: 0,
    })
  })

  it("takes one wallet or as many as a transaction carries, not none", async () => {
    const wallets = newWallets(32)
    await expectError(() => register([]), "WalletCount")
    for (const count of [1, 13]) register(wallets.splice(0, count))

    expect(readEconomy(chain, economy).members).to.equal(14)
  })

  it("refuses more than 32 wallets, and other than one account for each", async () => {
    const wallets = newWallets(33)
    const [one, two] = wallets.map((wallet) => membershipPda(economy.address, wallet)[0]) as [
      PublicKey,
      PublicKey,
    ]
    const { registrar } = economy.actors
    // One of as many bytes as no transaction of today's size has.
    const tooMany = chain.sign(withMemberships(instruction(wallets), []), [registrar], { payer: registrar })
    const signature = tooMany.signature ?? Buffer.alloc(64)
    const large = Buffer.concat([Buffer.of(1), signature, tooMany.serializeMessage()])

    await expectError(() => chain.sendBytes(large), "WalletCount")
    for (const given of [[], [one], [one, two, one]]) {
      const unequal = withMemberships(instruction(wallets.slice(0, 2)), given)
      await expectError(() => chain.send(unequal, [registrar]), "WalletCount")
    }
  })

  it("refuses a wallet that is a member already, also twice in one registration", async () => {
    const [wallet, other] = newWallets(2) as [PublicKey, PublicKey]
    register([wallet])

    await expectError(() => register([wallet]), "AlreadyRegistered")
    await expectError(() => register([other, wallet]), "AlreadyRegistered")
    await expectError(() => register([other, other]), "AlreadyRegistered")

    expect(readEconomy(chain, economy).members).to.equal(1)
  })

  it("registers the same wallet in another economy", () => {
    const [wallet] = newWallets(1) as [PublicKey]
    const other = createEconomy(chain)
    register([wallet])
    economy = other
    addPage(chain, other)

    register([wallet])

    expect(readMember(chain, other, 0).wallet.equals(wallet)).to.equal(true)
  })

  it("works although a stranger sent lamports to the membership's address before", () => {
    const [wallet] = newWallets(1) as [PublicKey]
    const [toPubkey] = membershipPda(economy.address, wallet)
    const fromPubkey = chain.payer.publicKey
    chain.send(SystemProgram.transfer({ fromPubkey, toPubkey, lamports: chain.rentFor(200) }))

    register([wallet])

    expect(readEconomy(chain, economy).members).to.equal(1)
  })

  it("refuses the membership account of another wallet or economy", async () => {
    const [wallet, stranger] = newWallets(2) as [PublicKey, PublicKey]
    const other = createEconomy(chain)
    for (const [of, who] of [
      [economy.address, stranger],
      [other.address, wallet],
    ] as const) {
      const wrong = withMemberships(instruction([wallet]), [membershipPda(of, who)[0]])
      await expectError(() => chain.send(wrong, [economy.actors.registrar]), "WrongMembership")
    }
  })

  it("fills a page to its last slot and not beyond", async () => {
    addMembers(chain, economy, 63)
    await expectError(() => register(newWallets(2)), "PageFull")
    register(newWallets(1))

    await expectError(() => register(newWallets(1)), "PageFull")

    expect(readEconomy(chain, economy).members).to.equal(64)
  })

  it("goes on in the next page once a page has 1,024 members", async () => {
    addMembers(chain, economy, 1_023)
    await expectError(() => register(newWallets(2)), "PageFull")
    const [last, next] = newWallets(2) as [PublicKey, PublicKey]
    register([last])
    await expectError(() => register([next]), "PageFull")
    addPage(chain, economy)

    register([next], 1)

    await expectError(() => register(newWallets(1), 0), "WrongPage")
    expect(readPage(chain, economy, 1).members.map((member) => member.wallet.toBase58())).to.deep.equal([
      next.toBase58(),
    ])
    expect(readEconomy(chain, economy)).to.include({ members: 1_025, pages: 2 })
  })

  it("registers while a week is open; who comes then is not in it", () => {
    addMembers(chain, economy, 1)
    openWeek(chain, economy)

    register(newWallets(1))

    expect(readEconomy(chain, economy)).to.include({ members: 2, weekMembers: 1 })
  })

  it("[STK-143] is the registrar's alone", async () => {
    const { admin, oracle, validator, treasurer, guardian, stranger } = economy.actors
    for (const signer of [admin, oracle, validator, treasurer, guardian, stranger]) {
      const wrong = withAccount(instruction(newWallets(1)), "registrar", signer.publicKey)
      await expectError(() => chain.send(wrong, [signer]), "NotRegistrar")
    }
  })

  it("refuses while the economy is paused", async () => {
    pause(chain, economy)
    await expectError(() => register(newWallets(1)), "Paused")
  })

  it("refuses another economy's page", async () => {
    const other = createEconomy(chain)
    addPage(chain, other)
    const [page] = pagePda(other.address, 0)
    await expectError(
      () => chain.send(withAccount(instruction(newWallets(1)), "page", page), [economy.actors.registrar]),
      "WrongEconomy",
    )
  })
})
