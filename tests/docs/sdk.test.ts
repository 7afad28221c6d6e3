import {
  acceptRoleInstruction,
  keypairSigner,
  Role,
  setTransferFeeInstruction,
  StkClient,
  type StkConnection,
} from "@stk/sdk"
import type { Keypair } from "@solana/web3.js"
import { expect } from "chai"
import { recordingConnection } from "../sdk/support"
import { memberKey, propose as offerRole } from "../utils/actions"
import { addMembers, createEconomy, releaseDays, runWeek, type TestEconomy } from "../utils/economy"
import { expectLedgerInvariant } from "../utils/expect"
import { createGovernance, payingMember, propose, readProposal, voteOf } from "../utils/governance"
import { offerService } from "../utils/marketplace"
import { grant, KIND, rewardEconomy } from "../utils/rewards"
import { fundBuyback, postDays, stabilise, USDC } from "../utils/stabilisation"
import { addStakePage } from "../utils/staking"
import { Chain } from "../utils/svm"
import { postUntil } from "../utils/transfers"
import { compile, moduleOf, runSnippets, snippetsOf, type Given } from "./snippets"

const STK = 1_000_000n
const DAY = 86_400
const KEY = `import("@solana/web3.js").PublicKey`
const SIGNER = `import("@stk/sdk").StkSigner`
const CLIENT = `import("@stk/sdk").StkClient`

/** What the blocks of the page that is run take as given. */
const RUN: Given = {
  connection: `import("@solana/web3.js").Connection`,
  economy: KEY,
  wallet: SIGNER,
  friend: KEY,
  now: "number",
}

/** What the blocks of the operator's page take as given. */
const OPERATOR: Given = {
  connection: `import("@solana/web3.js").Connection`,
  economy: KEY,
  key: `import("@solana/web3.js").Keypair`,
  admin: CLIENT,
  treasurer: CLIENT,
  oracle: CLIENT,
  anyone: CLIENT,
  member: KEY,
  now: "() => number",
}

/** What the blocks of other pages take as given. */
const COMPILED: Readonly<Record<string, Given>> = {
  "docs/authorities.md": { admin: KEY, economy: KEY, next: KEY },
  "docs/funds.md": {
    connection: `import("@solana/web3.js").Connection`,
    economy: KEY,
    treasurer: `import("@solana/web3.js").Keypair`,
    member: KEY,
    circulating: "bigint",
    now: "number",
  },
  "docs/redistribution.md": {
    member: `Parameters<typeof redistribution>[0]`,
    economy: `import("@stk/sdk").Economy`,
    event: `import("@stk/sdk").StkEvents["PageRedistributed"]`,
  },
}

/** An economy with everything that the page shows: rewards, a service, a proposal. */
function prepare(): { chain: Chain; economy: TestEconomy } {
  const chain = new Chain()
  const economy = rewardEconomy(chain, 3)
  const days = [
    [5, 3, 1, 5, 3, 2, 0],
    [10, 3, 1, 5, 3, 2, 0],
    [5, 3, 1, 5, 3, 2, 0],
  ]
  runWeek(chain, economy, days)
  grant(chain, economy, KIND.mentoring, [{ place: 0, member: 0, counterparty: 1, amount: 120n * STK }])
  offerService(chain, economy, 1, { price: 400n * STK })
  addStakePage(chain, economy)
  const governance = createGovernance(chain, economy)
  const instruction = setTransferFeeInstruction({ treasurer: governance, economy: economy.address, bps: 10 })
  propose(chain, economy, { by: 2, instruction, title: "A fee of a tenth of a percent" })
  // Nothing is withdrawn in the second of a snapshot.
  chain.unixTime += 1
  return { chain, economy }
}

/** The chain's connection with its transactions by their signatures, the newest first. */
function indexedConnection(chain: Chain): StkConnection {
  const connection = recordingConnection(chain)
  const logsOf = (signature: string) => {
    const [, index] = signature.split("-")
    return index === undefined ? connection.sent.get(signature)?.logs : chain.history[Number(index)]
  }
  return Object.assign(connection, {
    getSignaturesForAddress: async () =>
      chain.history.map((_, index) => ({ signature: `transaction-${index}`, err: null })).reverse(),
    getTransaction: async (signature: string) => {
      const logs = logsOf(signature)
      return logs === undefined ? null : { meta: { err: null, logMessages: [...logs] } }
    },
  }) as unknown as StkConnection
}

describe("snippets of the documentation", function () {
  this.timeout(120_000)

  it("compile as strictly as the code", () => {
    const modules = new Map<string, string>()
    modules.set("sdk", moduleOf(snippetsOf("docs/sdk.md"), RUN))
    modules.set("operator", moduleOf(snippetsOf("docs/operator.md"), OPERATOR))
    for (const [file, given] of Object.entries(COMPILED)) {
      const snippets = snippetsOf(file)
      expect(snippets, file).to.not.have.length(0)
      modules.set(file.replace(/\W/g, "_"), moduleOf(snippets, given, true))
    }
    expect(compile(modules)).to.deep.equal([])
  })

  it("are refused when they do not fit the SDK", () => {
    const wrong = [{ code: `await client.vote("0")\n`, output: null }]
    const [diagnostic = ""] = compile(new Map([["wrong", moduleOf(wrong, { client: CLIENT })]]))
    expect(diagnostic).to.include("Expected 2 arguments")
  })

  it("of docs/sdk.md run against the program and print what the page shows", async () => {
    const { chain, economy } = prepare()
    const [wallet, friend] = [payingMember(chain, economy, 0), payingMember(chain, economy, 2)]
    const snippets = snippetsOf("docs/sdk.md")
    const given = {
      connection: indexedConnection(chain),
      economy: economy.address,
      wallet: keypairSigner(wallet),
      friend: friend.publicKey,
      now: chain.unixTime + DAY,
    }

    const printed = await runSnippets(snippets, given, RUN)

    expect(printed).to.deep.equal(snippets.map(({ output }) => output ?? ""))
    expectLedgerInvariant(chain, economy)
  })

  it("of docs/operator.md run against the program and print what the page shows", async () => {
    const chain = new Chain()
    const economy = createEconomy(chain)
    addMembers(chain, economy, 3)
    releaseDays(chain, economy, 7)
    const day = [5, 3, 1, 5, 3, 2, 0]
    runWeek(chain, economy, [day, day, day])
    const market = stabilise(chain, economy)
    const snippets = snippetsOf("docs/operator.md")
    const [resolution, prices, quarter, snapshots, proposals] = [
      "resolveRewards",
      "postPrice",
      "redistribute(",
      "snapshotPages",
      "fetchProposals",
    ].map((call) => snippets.findIndex(({ code }) => code.includes(call)))
    const before = (snippet: number): void => {
      if (snippet === resolution) chain.unixTime += 30 * DAY
      if (snippet === prices) {
        postDays(chain, economy)
        fundBuyback(chain, market, 500n * USDC)
      }
      if (snippet === quarter) postUntil(chain, economy, chain.unixTime + 100 * DAY)
      if (snippet === snapshots) {
        const holder = createGovernance(chain, economy)
        offerRole(chain, economy, "guardian", holder)
        const instruction = acceptRoleInstruction({ holder, economy: economy.address, role: Role.Guardian })
        const title = "The members become the guardian"
        propose(chain, economy, { by: 2, instruction, title, withoutSnapshots: true })
      }
      if (snippet === proposals) {
        chain.send(voteOf(chain, economy, 0), [payingMember(chain, economy, 0)])
        chain.unixTime = readProposal(chain, economy).executableAt
      }
    }
    const { admin, validator, treasurer, oracle, stranger } = economy.actors
    const connection = indexedConnection(chain)
    const as = (key: Keypair): StkClient =>
      new StkClient({ connection, economy: economy.address, signer: keypairSigner(key), pollMilliseconds: 1 })
    const given = {
      connection,
      economy: economy.address,
      key: validator,
      admin: as(admin),
      treasurer: as(treasurer),
      oracle: as(oracle),
      anyone: as(stranger),
      member: memberKey(economy, 2).publicKey,
      now: () => chain.unixTime,
    }

    const printed = await runSnippets(snippets, given, OPERATOR, before)

    expect(printed).to.deep.equal(snippets.map(({ output }) => output ?? ""))
    expectLedgerInvariant(chain, economy)
  })
})
