import { readFileSync, writeFileSync } from "node:fs"
import { keypairSigner } from "@stk/sdk"
import { Keypair, type PublicKey } from "@solana/web3.js"
import { expect } from "chai"
import { FileJournal } from "../../oracle/src/chain/journal"
import { ChainRun, NO_EVENTS } from "../../oracle/src/chain/run"
import { describeBudget, lastCosts, returnSurplus, solBudget } from "../../oracle/src/chain/sol_budget"
import { steps, transactions } from "../../oracle/src/store/schema"
import { Cluster, createAt, presetFile } from "../oracle-chain/utils/cluster"
import { eachStore } from "../utils/postgres"

const SOL = 10n ** 9n

describe("the SOL that the oracle holds", () => {
  const rules = { weeksOfFees: 4, reserve: 1_000n }
  const cases: [string, bigint, bigint[], { weeksLeft: number | null; surplus: bigint; isLow: boolean }][] = [
    ["nothing, before the first week", 0n, [], { weeksLeft: null, surplus: 0n, isLow: true }],
    ["something, before the first week", SOL, [], { weeksLeft: null, surplus: 0n, isLow: false }],
    ["less than a week", 1_099n, [100n], { weeksLeft: 0, surplus: 0n, isLow: true }],
    ["exactly a week", 1_100n, [100n], { weeksLeft: 1, surplus: 0n, isLow: false }],
    ["the dearest week counts", 1_250n, [50n, 100n, 70n], { weeksLeft: 2, surplus: 0n, isLow: false }],
    ["exactly the allowed weeks", 1_400n, [100n], { weeksLeft: 4, surplus: 0n, isLow: false }],
    ["one lamport more", 1_401n, [100n], { weeksLeft: 4, surplus: 1n, isLow: false }],
  ]
  for (const [what, balance, costs, expected] of cases) {
    it(`is judged by weeks: ${what}`, () => {
      const budget = solBudget("oracle", balance, costs, rules)
      expect(budget).to.deep.include(expected)
      expect(describeBudget(budget) === null).to.equal(!expected.isLow)
    })
  }

  it("is said to be low with what it needs", () => {
    expect(describeBudget(solBudget("Orac1e", SOL / 2n, [SOL], rules))).to.equal(
      "Orac1e has 0.5 SOL, less than the 1 SOL of one week: send it some",
    )
  })

  eachStore((stores) => {
    it("is compared with fees and rent of the last four weeks, returns and expired transactions apart", async () => {
      const store = await stores.open()
      const sent = (week: number, name: string, fee: number, more: object = {}) => ({
        signature: name,
        week,
        economy: "e",
        genesisHash: "g",
        kind: "submit_scores",
        what: "scores",
        blockhash: "b",
        lastValidBlockHeight: 1,
        fee,
        computeUnits: 1,
        bytes: "",
        outcome: "finalized",
        ...more,
      })
      await store.database
        .insert(transactions)
        .values([
          sent(1, "old", 999),
          ...[2, 3, 4, 5].flatMap((week) => [sent(week, `a${week}`, 10 * week), sent(week, `b${week}`, 1)]),
          sent(5, "expired", 500, { outcome: "expired" }),
          sent(5, "underway", 500, { outcome: null }),
          sent(5, "returned", 500, { kind: "return_sol" }),
          sent(5, "failed", 7, { outcome: "failed" }),
        ])
      const cost = { transactions: 2, fee_lamports: "41", rent_lamports: "1000" }
      await store.database.insert(steps).values({ week: 4, step: "post", state: "done", result: { cost } })

      expect(await lastCosts(store)).to.deep.equal([58n, 1_041n, 31n, 21n])
    })
  })

  describe("on a chain", () => {
    let cluster: Cluster
    let economy: PublicKey
    let journalPath: string
    const to = Keypair.generate().publicKey

    before(async () => {
      cluster = await Cluster.start()
      economy = await createAt(
        cluster,
        presetFile(cluster.folder, "preset.json", 10n ** 15n),
        await cluster.nextWeek(),
      )
      journalPath = cluster.folder.at("journal.jsonl")
    })
    after(() => cluster.stop())

    const balanceOf = async (address: PublicKey): Promise<bigint> =>
      BigInt(await cluster.connection.getBalance(address, "confirmed"))

    /** Whether the journal has one that landed. */
    function isReturned({ entries }: FileJournal): boolean {
      const sent = entries.flatMap((each) =>
        each.type === "sent" && each.kind === "return_sol" ? [each.signature] : [],
      )
      return entries.some(
        (each) => each.type === "outcome" && each.status !== "expired" && sent.includes(each.signature),
      )
    }

    async function returnNow(): Promise<bigint> {
      const journal = FileJournal.open(journalPath)
      const signer = keypairSigner(cluster.operator)
      const run = new ChainRun({ urls: [cluster.localnet.rpcUrl], economy, signer }, journal, NO_EVENTS)
      try {
        await run.begin({ command: "return", week: 2_919, summary_sha256: null })
        return await returnSurplus(run, async () => isReturned(journal), { to, costs: [SOL], weeksOfFees: 4 })
      } finally {
        await journal.close()
      }
    }

    it("goes back above the allowed weeks, once a week, also over a crash", async () => {
      const before = await balanceOf(cluster.operator.publicKey)

      const returned = await returnNow()

      const reserve = BigInt(await cluster.connection.getMinimumBalanceForRentExemption(0))
      expect(await balanceOf(cluster.operator.publicKey)).to.equal(4n * SOL + reserve)
      expect(await balanceOf(to)).to.equal(returned)
      expect(before - returned - 4n * SOL - reserve).to.equal(5_000n)

      // Somebody sends more than is needed: that waits for the next week.
      await cluster.connection.requestAirdrop(cluster.operator.publicKey, Number(10n * SOL))
      while ((await balanceOf(cluster.operator.publicKey)) < 10n * SOL)
        await new Promise((resolve) => setTimeout(resolve, 20))
      expect(await returnNow()).to.equal(0n)

      // A crash before the outcome was written down: it is found on chain, and nothing is sent beside it.
      const lines = readFileSync(journalPath, "utf8").trimEnd().split("\n")
      const cut = lines.filter((line) => !line.includes('"type":"outcome"'))
      expect(cut).to.have.length.lessThan(lines.length)
      writeFileSync(journalPath, cut.join("\n") + "\n")
      expect(await returnNow()).to.equal(0n)
      expect(await balanceOf(to)).to.equal(returned)
    })

    it("is shown by status", async () => {
      const status = await cluster.json<{ sol: { oracle: string } }>(
        "status",
        "--economy",
        economy.toBase58(),
      )
      expect(BigInt(status.sol.oracle)).to.equal(await balanceOf(cluster.operator.publicKey))
    })
  })
})
