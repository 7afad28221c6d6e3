import { keypairSigner, planTransaction, type StkSigner } from "@stk/sdk"
import {
  ComputeBudgetProgram,
  Keypair,
  PublicKey,
  SystemProgram,
  VersionedTransaction,
} from "@solana/web3.js"
import { expect } from "chai"
import { Cluster as ChainCluster } from "../../oracle/src/chain/cluster"
import { NotReady } from "../../oracle/src/chain/failures"
import { FeePolicy, type FeeParameters } from "../../oracle/src/chain/fees"
import { FileJournal, type SentEntry } from "../../oracle/src/chain/journal"
import { Sender, StepExpired, StepRefused } from "../../oracle/src/chain/sender"
import { ChainReader } from "../../oracle/src/chain/state"
import type { Lane, Step } from "../../oracle/src/chain/steps"
import { FaultyRpc } from "../utils/faulty_rpc"
import { Cluster } from "./utils/cluster"

const LAMPORTS = 10_000_000
/** A blockhash lives for 150 slots: four seconds of these. */
const SLOT_MS = 25
const BLOCKS_OF_A_BLOCKHASH = 160
/** Above what the sender calls slow signing. */
const SLOW_SIGNING_MS = 3_500

describe("a transaction on its way", function () {
  this.timeout(120_000)
  let cluster: Cluster
  let proxy: FaultyRpc

  before(async () => {
    cluster = await Cluster.start({ slotTimeMs: SLOT_MS })
  })
  after(() => cluster.stop())
  beforeEach(async () => {
    proxy = await FaultyRpc.start(cluster.localnet.rpcUrl)
  })
  afterEach(() => proxy.stop())

  function senderOf(p: { signers?: StkSigner[]; fees?: FeeParameters } = {}) {
    const chain = new ChainCluster([proxy.url])
    const journal = FileJournal.none()
    const sender = new Sender({
      cluster: chain,
      reader: new ChainReader(chain),
      signers: p.signers ?? [keypairSigner(cluster.operator)],
      ...(p.fees === undefined ? {} : { fees: p.fees }),
      ...{ journal, concurrency: 4, onLanded: () => undefined },
    })
    const sent = (): SentEntry[] => journal.entries.filter((entry) => entry.type === "sent")
    const ends = (): string[] =>
      journal.entries.flatMap((entry) => (entry.type === "outcome" ? [entry.status] : []))
    return { sender, chain, sent, ends, journal }
  }

  /** Pays a new address, so that what is there counts how often it had its effect. */
  function payment(from = cluster.operator.publicKey, lamports = LAMPORTS): { to: PublicKey; lanes: Lane[] } {
    const to = Keypair.generate().publicKey
    const transfer = SystemProgram.transfer({ fromPubkey: from, toPubkey: to, lamports })
    const planned = planTransaction("payment", cluster.operator.publicKey, [transfer], 1_000, {
      microLamportsPerUnit: 1n,
    })
    const step: Step = { kind: "return_sol", planned, rentBytes: 0 }
    return { to, lanes: [[[step]]] }
  }

  const balance = (address: PublicKey): Promise<number> => cluster.connection.getBalance(address, "confirmed")

  async function passBlockhash(): Promise<void> {
    const height = (): Promise<number> => cluster.connection.getBlockHeight("confirmed")
    const end = (await height()) + BLOCKS_OF_A_BLOCKHASH
    while ((await height()) < end) await new Promise((resolve) => setTimeout(resolve, SLOT_MS))
  }

  it("[STK-53] is not sent when signing outlived its blockhash, and is signed anew", async () => {
    let signings = 0
    const operator = keypairSigner(cluster.operator)
    const slow: StkSigner = {
      publicKey: operator.publicKey,
      async signTransaction(transaction) {
        const began = Date.now()
        if (++signings === 1) await passBlockhash()
        await new Promise((resolve) =>
          setTimeout(resolve, signings === 1 ? SLOW_SIGNING_MS - (Date.now() - began) : 0),
        )
        return operator.signTransaction(transaction)
      },
    }
    const { sender, sent } = senderOf({ signers: [slow] })
    const { to, lanes } = payment()

    const [expired] = await sender.run(lanes)

    expect(expired).to.be.instanceOf(StepExpired)
    expect(expired?.message).to.match(/signing took \d+ s, longer than its blockhash lived; it was not sent/)
    expect(sent()).to.deep.equal([])
    expect(proxy.counts.has("sendTransaction")).to.equal(false)

    expect(await sender.run(lanes)).to.deep.equal([])
    expect(signings).to.equal(2)
    expect(await balance(to)).to.equal(LAMPORTS)
  })

  it("[STK-53] that landed and failed is a refusal: its fee is spent, and nothing is signed in its place", async () => {
    const { keypair: poor } = await cluster.newKey("poor.json", 2 * LAMPORTS)
    const away = async (): Promise<void> => {
      const { sender } = senderOf({ signers: [keypairSigner(cluster.operator), keypairSigner(poor)] })
      await sender.run(payment(poor.publicKey, 2 * LAMPORTS).lanes)
    }
    const operator = keypairSigner(cluster.operator)
    // Between the simulation, which was well, and its landing the money goes elsewhere.
    const signers: StkSigner[] = [
      {
        publicKey: operator.publicKey,
        async signTransaction(transaction) {
          await away()
          return operator.signTransaction(transaction)
        },
      },
      keypairSigner(poor),
    ]
    const { sender, sent, ends, journal } = senderOf({ signers })
    const { to, lanes } = payment(poor.publicKey)

    const [refused] = await sender.run(lanes)

    expect(refused).to.be.instanceOf(StepRefused)
    expect(sent()).to.have.length(1)
    expect(ends()).to.deep.equal(["failed"])
    expect(journal.spent() > 0n).to.equal(true)
    expect(sender.landed).to.deep.equal([])
    expect(await balance(to)).to.equal(0)
  })

  describe("is not called expired, as LI.FI's SDK once did,", () => {
    it("[STK-53] by another blockhash's horizon", async () => {
      const { sender, sent, ends } = senderOf()
      // A horizon in the past, and no status of what landed before somebody has asked about the blockhash itself.
      proxy.decide = ({ method }) => {
        if (method === "getLatestBlockhash") return { fault: "future" }
        const isBlind = method === "getSignatureStatuses" && !proxy.counts.has("isBlockhashValid")
        return { fault: isBlind ? "null-status" : null }
      }
      const { to, lanes } = payment()

      expect(await sender.run(lanes)).to.deep.equal([])

      expect(sent().map((entry) => entry.last_valid_block_height)).to.deep.equal([0])
      expect(ends()).to.deep.equal(["confirmed"])
      expect(await balance(to)).to.equal(LAMPORTS)
    })

    it("[STK-53] without a last look at its status, after the horizon", async () => {
      const { sender, sent, ends } = senderOf()
      // It landed, but until its blockhash is known to be dead every status says that it did not.
      proxy.decide = ({ method }) => {
        const isBlind = method === "getSignatureStatuses" && !proxy.counts.has("isBlockhashValid")
        return { fault: isBlind ? "null-status" : null }
      }
      const { to, lanes } = payment()

      expect(await sender.run(lanes)).to.deep.equal([])

      expect(proxy.happened.get("null-status")).to.be.greaterThan(0)
      expect(sent()).to.have.length(1)
      expect(ends()).to.deep.equal(["confirmed"])
      expect(await balance(to)).to.equal(LAMPORTS)
    })

    it("[STK-53] by the blockhash that its simulation was run with", async () => {
      const { sender, sent, ends } = senderOf()
      const other = Keypair.generate().publicKey.toBase58()
      let signedWith: unknown
      proxy.decide = ({ method }) => {
        if (method === "getLatestBlockhash")
          return { fault: null, onForwarded: (answer) => (signedWith = valueOf(answer)) }
        // The horizon of the replaced blockhash is long past.
        if (method !== "simulateTransaction") return { fault: null }
        const replacementBlockhash = { blockhash: other, lastValidBlockHeight: 0 }
        const value = { err: null, logs: [], unitsConsumed: 2_000, accounts: null, replacementBlockhash }
        return { fault: null, result: { context: { slot: 1 }, value } }
      }
      const { to, lanes } = payment()

      expect(await sender.run(lanes)).to.deep.equal([])

      const [entry] = sent()
      expect({
        blockhash: entry?.blockhash,
        lastValidBlockHeight: entry?.last_valid_block_height,
      }).to.deep.equal(signedWith)
      expect(ends()).to.deep.equal(["confirmed"])
      expect(await balance(to)).to.equal(LAMPORTS)
    })
  })

  describe("offers", () => {
    const recent = (...fees: number[]) =>
      fees.map((prioritizationFee, index) => ({ slot: index + 1, prioritizationFee }))
    const planned = () =>
      planTransaction(
        "payment",
        cluster.operator.publicKey,
        [
          SystemProgram.transfer({
            fromPubkey: cluster.operator.publicKey,
            toPubkey: PublicKey.default,
            lamports: 1,
          }),
        ],
        1_000,
      )

    it("with `auto` what three quarters paid lately, doubled with each expiry, and never more than the cap", async () => {
      proxy.decide = ({ method }) =>
        method === "getRecentPrioritizationFees"
          ? { fault: null, result: recent(0, 100, 2_000, 300, 90_000, 200, 5_000, 400) }
          : { fault: null }
      const { connection } = new ChainCluster([proxy.url])
      const fees = new FeePolicy({ priorityFee: "auto", mostPriorityFee: 18_000n }, connection, 0n)
      const prices: bigint[] = []
      for (let expiries = 0; expiries < 4; expiries++) {
        prices.push(await fees.priceOf("payment", planned()))
        fees.expired("payment")
      }
      // 0 100 200 300 400 2000 5000 90000: at three quarters is 5000.
      expect(prices).to.deep.equal([5_000n, 10_000n, 18_000n, 18_000n])
      expect(await fees.priceOf("another step", planned())).to.equal(5_000n)
      const capped = new FeePolicy({ priorityFee: "auto", mostPriorityFee: 700n }, connection, 0n)
      expect(await capped.priceOf("payment", planned())).to.equal(700n)
    })

    it("more when it expired, with bytes of its own, and has its effect once", async () => {
      const { sender, sent, ends } = senderOf({ fees: { priorityFee: 4_000n, mostPriorityFee: 100_000n } })
      let isDropped = true
      proxy.decide = ({ method }) => ({
        fault: isDropped && method === "sendTransaction" ? "dropped-send" : null,
      })
      const { to, lanes } = payment()

      const [expired] = await sender.run(lanes)
      expect(expired).to.be.instanceOf(StepExpired)
      isDropped = false
      expect(await sender.run(lanes)).to.deep.equal([])

      expect(ends()).to.deep.equal(["expired", "confirmed"])
      expect(sent().map(priceOf)).to.deep.equal([4_000n, 8_000n])
      expect(await balance(to)).to.equal(LAMPORTS)
    })

    it("no more than the week's budget: what is beyond is not sent", async () => {
      const fee = 5_000n
      const { sender, sent, journal } = senderOf({ fees: { feeBudget: 2n * fee - 1n } })
      const [first, second] = [payment(), payment()]
      expect(await sender.run(first.lanes)).to.deep.equal([])
      const spent = journal.spent()
      const sends = proxy.counts.get("sendTransaction")

      const error: unknown = await sender.run(second.lanes).catch((raised: unknown) => raised)

      expect(error).to.be.instanceOf(NotReady)
      expect((error as NotReady).message).to.contain(
        `fees: ${spent} lamports of the week's 9999 are spent, and the next transaction takes 5000`,
      )
      expect(sent()).to.have.length(1)
      expect(proxy.counts.get("sendTransaction")).to.equal(sends)
      expect(await balance(second.to)).to.equal(0)
    })
  })
})

const valueOf = (answer: string): unknown =>
  (JSON.parse(answer) as { result: { value: unknown } }).result.value

/** Micro-lamports for each compute unit, from the bytes that were sent. */
function priceOf({ transaction }: SentEntry): bigint | null {
  const { message } = VersionedTransaction.deserialize(Buffer.from(transaction, "base64"))
  const SET_COMPUTE_UNIT_PRICE = 3
  for (const { programIdIndex, data } of message.compiledInstructions)
    if (message.staticAccountKeys[programIdIndex]?.equals(ComputeBudgetProgram.programId) === true)
      if (data[0] === SET_COMPUTE_UNIT_PRICE) return Buffer.from(data).readBigUInt64LE(1)
  return null
}
