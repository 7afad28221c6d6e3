import { createHash } from "node:crypto"
import type { TransactionInstruction } from "@solana/web3.js"
import {
  Role,
  STK_PRESET,
  SECONDS_PER_DAY,
  acceptRoleInstruction,
  decodeInstruction,
  governanceAuthorityPda,
  isPassed,
  parseAmount,
  proposeRoleInstruction,
  setTransferFeeInstruction,
  type Economy,
  type Proposal,
} from "@stk/sdk"
import { dateOf } from "../../calendar"
import { bar, bold, count, green } from "../../show"
import { exactly, stk } from "../economy"
import { balanceOf, personAt, refusalOf, sayRefused, type Person, type Scene } from "./scene"

const DAYS = { voting: 7, timeLock: 2 }
/** What a member needs to propose: what a single like gives. */
const THRESHOLD = parseAmount("10", STK_PRESET.decimals)
const FEE_BPS = 50
const TRANSFERRED = parseAmount("100", STK_PRESET.decimals)
/** Most of the cast who vote. */
const VOTERS = 20
/** A quorum is at most a tenth of what circulates. */
const MOST_QUORUM_BPS = 1_000n

/** A person and what it has, in base units. */
interface Voter {
  person: Person
  balance: bigint
}

/** A proposal as act two tells it. Amounts are base units. */
export interface ProposalResult {
  title: string
  yes: string
  no: string
  quorum: string
  voters: number
  passed: boolean
}

/** What the votes decided. Amounts are base units. */
export interface GovernanceResult {
  proposals: ProposalResult[]
  treasurer: string
  /** The address that the governance acts as. */
  authority: string
  /** Names of the errors: before the time lock, and for the old treasurer. */
  refused: { early: string; old_treasurer: string }
  transfer: { amount: string; fee: string; received: string }
}

/** Members put the treasury under their vote, and decide a fee. */
export async function playGovernance(scene: Scene): Promise<GovernanceResult> {
  const { voice, calendar, operator } = scene
  const { economy } = scene.community
  const [authority] = governanceAuthorityPda(economy)
  const proposer = personAt(scene, 1)
  voice.heading("Governance: the members take the treasury over")

  const voters = await votersOf(scene)
  const before = await operator.fetchEconomy()
  const quorumBps = quorumOf(before, voters)
  const settings = {
    votingSeconds: DAYS.voting * SECONDS_PER_DAY,
    timeLockSeconds: DAYS.timeLock * SECONDS_PER_DAY,
    quorumBps,
    threshold: THRESHOLD,
  }
  await voice.step(
    `governance created: ${DAYS.voting} days of voting, ${DAYS.timeLock} of time lock, a quorum of ${quorumBps / 100}%`,
    () => operator.createGovernance(settings),
  )
  const treasurer = { economy, role: Role.Treasurer }
  const offer = { ...treasurer, authority: before.roles.admin, proposed: authority }
  await voice.step("the admin offers it the role of the treasurer", () =>
    operator.sendInstructions("offer of the role", [proposeRoleInstruction(offer)]),
  )
  const taking = await propose(
    scene,
    proposer,
    "The members decide about the treasury",
    acceptRoleInstruction({ ...treasurer, holder: authority }),
  )
  const charging = await propose(
    scene,
    personAt(scene, 2),
    `A fee of ${FEE_BPS / 100}% on transfers, to the Treasury`,
    setTransferFeeInstruction({ economy, treasurer: authority, bps: FEE_BPS }),
  )

  await voice.step(`${voters.length} members vote on both`, async () => {
    // The richest first, so that whoever is against comes after several who are for and have more: both pass.
    await Promise.all(
      voters.map(async ({ person: { client } }, place) => {
        await client.vote(taking, place % 4 !== 3)
        await client.vote(charging, place % 3 !== 2)
      }),
    )
  })
  const { votingEnds, executableAt } = await readProposal(scene, charging)
  await voice.step(`the votes are counted on ${dateOf(votingEnds)}`, () => calendar.advance(votingEnds))
  const proposals = [await readProposal(scene, taking), await readProposal(scene, charging)]
  proposals.forEach((proposal) => showProposal(scene, proposal))

  voice.say()
  const early = await refusalOf(() => personAt(scene, 3).client.executeProposal(taking))
  sayRefused(voice, "executing it at once", early)
  await voice.step(`the time lock passes, until ${dateOf(executableAt)}`, () =>
    calendar.advance(executableAt),
  )
  const anyone = personAt(scene, 3)
  await voice.step(`${anyone.name} executes both: anyone may`, async () => {
    await anyone.client.executeProposal(taking)
    await anyone.client.executeProposal(charging)
  })
  const { roles } = await operator.fetchEconomy()
  voice.say(
    `  Treasurer is now ${bold(roles.treasurer.toBase58())}, the governance's: no key spends the Treasury any more.`,
  )
  const old = await refusalOf(() => operator.setTransferFee(0))
  sayRefused(voice, "the old treasurer sets the fee back to zero", old)
  const transfer = await payWithFee(scene)
  return {
    proposals: proposals.map((proposal) => ({
      title: proposal.title,
      yes: `${proposal.yes}`,
      no: `${proposal.no}`,
      quorum: `${proposal.quorum}`,
      voters: proposal.voters,
      passed: isPassed(proposal),
    })),
    treasurer: roles.treasurer.toBase58(),
    authority: authority.toBase58(),
    refused: { early: early.name, old_treasurer: old.name },
    transfer,
  }
}

/** Those of the cast who have something to vote with, the richest first. */
async function votersOf({ people }: Scene): Promise<Voter[]> {
  const holding = await Promise.all(
    people.map(async (person) => ({ person, balance: await balanceOf(person) })),
  )
  return holding
    .filter(({ balance }) => balance > 0n)
    .sort((a, b) => (a.balance < b.balance ? 1 : -1))
    .slice(0, VOTERS)
}

/** Half of what the voters have, so that a few keys decide for a community of any size; in basis points. */
function quorumOf(economy: Economy, voters: readonly Voter[]): number {
  const { minted, burnt, funds, frozen, staked } = economy
  const circulating = funds.reduce((rest, fund) => rest - fund, minted - burnt - frozen - staked)
  const weight = voters.reduce((sum, { balance }) => sum + balance, 0n)
  const half = circulating === 0n ? 0n : (weight * 10_000n) / circulating / 2n
  return Number(half < 1n ? 1n : half < MOST_QUORUM_BPS ? half : MOST_QUORUM_BPS)
}

/** A person proposes what the governance is to call; gives the proposal's index. */
async function propose(
  { voice, calendar, operator }: Scene,
  { name, client }: Person,
  title: string,
  instruction: TransactionInstruction,
): Promise<number> {
  const { proposals: index } = await operator.fetchEconomy()
  const hash = createHash("sha256").update(title).digest()
  const called = decodeInstruction(instruction)?.name ?? "?"
  await voice.step(
    // One transaction proposes; each other one keeps balances for the vote.
    (sent) =>
      `${name} proposes “${title}”: ${called}${sent.length > 1 ? "; all balances kept for the vote" : ""}`,
    async () => client.propose(title, hash, instruction, await calendar.now()),
  )
  return index
}

async function readProposal({ operator }: Scene, index: number): Promise<Proposal> {
  const proposal = await operator.fetchProposal(index)
  if (proposal === null) throw new Error(`there is no proposal ${index}`)
  return proposal
}

function showProposal({ voice }: Scene, proposal: Proposal): void {
  const { title, yes, no, quorum, voters } = proposal
  const largest = [yes, no, quorum].reduce((high, amount) => (amount > high ? amount : high))
  const outcome = isPassed(proposal) ? green("passed") : "not passed"
  voice.say(`\n  “${title}”: ${outcome} with ${count(voters)} votes`)
  voice.table(
    ["", "STK", ""],
    [
      ["yes", stk(yes), bar(yes, largest)],
      ["no", stk(no), bar(no, largest)],
      ["quorum", stk(quorum), bar(quorum, largest)],
    ],
    [0, 2],
  )
}

/** A transfer between two members, of which the Treasury now gets its fee. */
async function payWithFee(scene: Scene): Promise<GovernanceResult["transfer"]> {
  const [payer, payee] = [personAt(scene, 0), personAt(scene, 1)]
  const balance = await balanceOf(payer)
  const amount = balance < TRANSFERRED ? balance : TRANSFERRED
  const { signature } = await scene.voice.step(
    `${payer.name} transfers ${exactly(amount)} STK to ${payee.name}`,
    () => payer.client.transfer(payee.wallet, amount),
  )
  const events = await payer.client.fetchEvents(signature)
  const transferred = events.find((event) => event.name === "Transferred")
  if (transferred?.name !== "Transferred") throw new Error("nothing was transferred")
  const { fee } = transferred.data
  scene.voice.say(`  ${exactly(amount - fee)} STK arrive, ${exactly(fee)} STK go to the Treasury.`)
  return { amount: `${amount}`, fee: `${fee}`, received: `${amount - fee}` }
}
