import { join } from "node:path"
import { Keypair, type PublicKey, SystemProgram, Transaction, TransactionInstruction } from "@solana/web3.js"
import { createInitializeMint2Instruction, getMint, MINT_SIZE, TOKEN_PROGRAM_ID } from "@solana/spl-token"
import { expect } from "chai"
import { readWorkspacePrograms } from "stk-localnet"
import { Chain, START_UNIX_TIME, TransactionFailed } from "../utils/svm"

const ROOT = join(__dirname, "..", "..")

function failureOf(act: () => unknown): TransactionFailed {
  try {
    act()
  } catch (error) {
    if (error instanceof TransactionFailed) return error
    throw error
  }
  throw new Error("nothing failed")
}

describe("the chain of the instruction tests", () => {
  let chain: Chain
  let recipient: PublicKey

  const transfer = (lamports: number | bigint) =>
    SystemProgram.transfer({ fromPubkey: chain.payer.publicKey, toPubkey: recipient, lamports })

  beforeEach(() => {
    chain = new Chain()
    recipient = Keypair.generate().publicKey
  })

  it("loads every program of Anchor.toml at its address", () => {
    for (const { address } of readWorkspacePrograms(ROOT)) {
      expect(chain.getAccount(address)?.executable).to.equal(true)
    }
  })

  it("charges mainnet's 5,080 lamports a byte and enforces it", () => {
    expect(chain.rentFor(0)).to.equal(128 * 5_080)
    expect(chain.rentFor(1_000)).to.equal(1_128 * 5_080)

    chain.send(transfer(128 * 5_080))
    recipient = Keypair.generate().publicKey
    expect(failureOf(() => chain.send(transfer(128 * 5_080 - 1))).programError).to.equal(
      "InsufficientFundsForRent",
    )
  })

  it("runs a transaction and tells what it used and how large it was", () => {
    const sent = chain.send(transfer(1_000_000), [], { computeUnits: 450 })

    expect(chain.getAccount(recipient)?.lamports).to.equal(1_000_000)
    expect(sent.computeUnits).to.equal(300)
    expect(sent.size).to.equal(chain.sign(transfer(1_000_000), [], { computeUnits: 450 }).serialize().length)
    expect(sent.logs).to.include("Program 11111111111111111111111111111111 success")
  })

  it("runs the same instructions twice as two transactions", () => {
    chain.send(transfer(1_000_000))
    chain.send(transfer(1_000_000))

    expect(chain.getAccount(recipient)?.lamports).to.equal(2_000_000)
  })

  it("names a program's own error by its number and keeps the logs", () => {
    const failure = failureOf(() => chain.send([transfer(1_000_000), transfer(10n ** 18n)]))

    expect(failure).to.include({ custom: 1, programError: null, instruction: 1 })
    expect(failure.err).to.deep.equal({ InstructionError: [1, { Custom: 1 }] })
    expect(failure.logs.join()).to.contain("insufficient lamports")
  })

  it("names an error of Solana's", () => {
    const nonsense = new TransactionInstruction({
      programId: SystemProgram.programId,
      keys: [],
      data: Buffer.alloc(1),
    })
    const failure = failureOf(() => chain.send(nonsense))

    expect(failure).to.include({ custom: null, programError: "InvalidInstructionData", instruction: 0 })
  })

  it("changes nothing but the fee when a transaction fails", () => {
    chain.send(transfer(1_000_000))
    const before = chain.snapshot([recipient, SystemProgram.programId])

    failureOf(() => chain.send([transfer(1_000_000), transfer(10n ** 18n)]))

    expect(chain.snapshot([recipient, SystemProgram.programId])).to.deep.equal(before)
    chain.send(transfer(1))
    expect(chain.snapshot([recipient, SystemProgram.programId])).to.not.deep.equal(before)
  })

  it("starts at the first second of a week and moves its clock as told, slots forward only", () => {
    expect(chain.unixTime).to.equal(START_UNIX_TIME)
    expect((START_UNIX_TIME - 345_600) % 604_800).to.equal(0)
    const slot = chain.slot

    chain.unixTime += 400
    expect(chain.unixTime).to.equal(START_UNIX_TIME + 400)
    expect(chain.slot).to.equal(slot + 1_000)
    chain.unixTime = START_UNIX_TIME
    expect(chain.slot).to.be.greaterThan(slot + 1_000)
    chain.send(transfer(1_000_000))
  })

  it("writes accounts that no transaction could make", () => {
    const account = { data: Buffer.from([1, 2, 3]), executable: false, lamports: 1_000_000, owner: recipient }

    chain.setAccount(recipient, account)

    expect(chain.getAccount(recipient)).to.deep.equal(account)
  })

  describe("as a connection", () => {
    it("serves the SPL Token client", async () => {
      const mint = Keypair.generate()
      const create = SystemProgram.createAccount({
        fromPubkey: chain.payer.publicKey,
        newAccountPubkey: mint.publicKey,
        space: MINT_SIZE,
        lamports: await chain.connection.getMinimumBalanceForRentExemption(MINT_SIZE),
        programId: TOKEN_PROGRAM_ID,
      })
      const initialize = createInitializeMint2Instruction(mint.publicKey, 6, recipient, null)
      const transaction = new Transaction().add(create, initialize)

      await chain.provider().sendAndConfirm?.(transaction, [mint])

      expect(await getMint(chain.connection, mint.publicKey)).to.deep.include({
        decimals: 6,
        mintAuthority: recipient,
      })
      const found = await chain.connection.getProgramAccounts(TOKEN_PROGRAM_ID, {
        filters: [{ dataSize: MINT_SIZE }, { memcmp: { offset: 4, bytes: recipient.toBase58() } }],
        dataSlice: { offset: 44, length: 1 },
      })
      expect(found.map(({ pubkey, account }) => [pubkey.toBase58(), [...account.data]])).to.deep.equal([
        [mint.publicKey.toBase58(), [6]],
      ])
    })

    it("sends, confirms and reports a failure as a node would", async () => {
      const sent = await chain.connection.sendTransaction(new Transaction().add(transfer(1_000_000)), [
        chain.payer,
      ])
      expect((await chain.connection.confirmTransaction(sent)).value.err).to.equal(null)

      const broken = chain.sign(transfer(10n ** 18n)).serialize()
      const signature = await chain.connection.sendRawTransaction(broken, { skipPreflight: true })
      expect((await chain.connection.getSignatureStatus(signature)).value?.err).to.deep.equal({
        InstructionError: [0, { Custom: 1 }],
      })
    })

    it("refuses what it cannot do instead of looking for a node", async () => {
      const failure = await chain.connection.getSupply().catch((error: unknown) => error)

      expect(failure).to.be.instanceOf(Error)
      expect((failure as Error).message).to.contain("no such RPC method")
    })
  })
})
