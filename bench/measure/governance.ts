import {
  acceptRoleInstruction,
  castVoteInstruction,
  closeBallotsInstruction,
  closeProposalInstruction,
  createGovernanceInstruction,
  createProposalInstruction,
  createStakePageInstruction,
  executeProposalInstruction,
  governanceAuthorityPda,
  MOST_STAKES,
  proposeRoleInstruction,
  Role,
  setTransferFeeInstruction,
  snapshotPageInstruction,
  stakeInstruction,
  STK_PRESET,
  weekEnd,
  weekOf,
} from "@stk/sdk"
import type { TransactionInstruction } from "@solana/web3.js"
import { addMembers, releaseEmission, runWeek } from "../../tests/utils/economy"
import { Chain, START_UNIX_TIME } from "../../tests/utils/svm"
import type { Row, Table } from "../figures"
import { measure, type Measured } from "./meter"
import { createSeededEconomy, fundedKey, handOverRoles, walletsOf } from "./world"

const MEMBERS = 8
const VOTING_SECONDS = 86_400
/** One whole token. */
const AMOUNT = 1_000_000n

/** What a proposal costs from its creation to its execution. */
export async function governanceTable(): Promise<Table> {
  const chain = new Chain()
  const { economy } = await createSeededEconomy(chain, "governance", STK_PRESET, START_UNIX_TIME)
  handOverRoles(chain, economy)
  const wallets = walletsOf(economy, 0, MEMBERS)
  addMembers(chain, economy, wallets)
  chain.unixTime = weekEnd(weekOf(START_UNIX_TIME) ?? 0)
  releaseEmission(chain, economy)
  runWeek(
    chain,
    economy,
    wallets.map(() => [5, 3, 1, 5, 3, 2, 2]),
  )
  const anyone = fundedKey(chain, "anyone")
  const { admin } = economy.actors
  const [first, second, third] = wallets
  if (first === undefined || second === undefined || third === undefined) throw new Error("too few members")
  for (const { publicKey } of [first, second, third]) chain.airdrop(publicKey)
  const { address } = economy
  const [governance] = governanceAuthorityPda(address)
  const at = { economy: address, page: 0 }
  const rows: Row[] = []
  const note = (name: string, of: string, { computeUnits, bytes, rent, fee }: Measured): void => {
    rows.push({ name: of === "" ? name : `${name}, ${of}`, cells: [computeUnits, bytes, rent, fee] })
  }

  chain.send(createStakePageInstruction({ ...at, payer: anyone.publicKey }), [anyone])
  const staking = { ...at, wallet: first.publicKey, slot: 0, amount: AMOUNT, termDays: 30 }
  chain.send(
    Array.from({ length: MOST_STAKES }, () => stakeInstruction(staking)),
    [first],
  )
  const parameters = {
    votingSeconds: VOTING_SECONDS,
    timeLockSeconds: 0,
    quorumBps: 1_000,
    threshold: AMOUNT,
  }
  const creation = createGovernanceInstruction({ admin: admin.publicKey, economy: address, parameters })
  note("create_governance", "", await measure(chain, creation, [admin]))

  const role = Role.Treasurer
  const authority = admin.publicKey
  chain.send(proposeRoleInstruction({ authority, economy: address, role, proposed: governance }), [admin])
  const proposed: readonly [string, TransactionInstruction][] = [
    ["accept_role", acceptRoleInstruction({ holder: governance, economy: address, role })],
    ["set_transfer_fee", setTransferFeeInstruction({ treasurer: governance, economy: address, bps: 25 })],
  ]
  for (const [proposal, [name, instruction]] of proposed.entries()) {
    const text = { title: "A proposal", descriptionHash: new Uint8Array(32) }
    const parts = { ...at, wallet: first.publicKey, proposal, slot: 0, ...text, instruction }
    const taken = proposal === 0 ? "takes the first snapshot" : "takes the next snapshot"
    note(
      "create_proposal",
      `${name}, ${taken}`,
      await measure(chain, createProposalInstruction(parts), [first]),
    )
    const snapshot = proposal + 1
    chain.send(snapshotPageInstruction({ ...at, payer: anyone.publicKey, snapshot }), [anyone])
    const vote = { ...at, proposal, snapshot, approve: true }
    if (proposal === 0) {
      const opening = castVoteInstruction({ ...vote, wallet: second.publicKey, slot: 1 })
      note("cast_vote", "the first of a page", await measure(chain, opening, [second]))
      const later = castVoteInstruction({ ...vote, wallet: third.publicKey, slot: 2 })
      note("cast_vote", "", await measure(chain, later, [third]))
      const stakePlaces = Array.from({ length: MOST_STAKES }, (_, place) => place)
      const staked = castVoteInstruction({ ...vote, wallet: first.publicKey, slot: 0, stakePlaces })
      note("cast_vote", "with four stakes", await measure(chain, staked, [first]))
    } else {
      chain.send(castVoteInstruction({ ...vote, wallet: second.publicKey, slot: 1 }), [second])
    }
    chain.unixTime += VOTING_SECONDS
    const execution = executeProposalInstruction({ economy: address, proposal, instruction })
    note("execute_proposal", `${name}, its call included`, await measure(chain, execution, [anyone]))
  }
  const payer = second.publicKey
  const ballots = closeBallotsInstruction({ ...at, proposal: 0, payer })
  note("close_ballots", "", await measure(chain, ballots, [anyone]))
  const closing = closeProposalInstruction({ economy: address, proposal: 0, proposer: first.publicKey })
  note("close_proposal", "", await measure(chain, closing, [anyone]))

  return {
    id: "governance",
    title: "Governance",
    text: [
      "In a legacy transaction that also sets the limit of compute units. Rents come back when ballots and proposals are closed.",
    ],
    heading: "Instruction",
    columns: [
      { name: "CU", unit: "CU" },
      { name: "Bytes", unit: "bytes" },
      { name: "Rent, lamports", unit: "lamports" },
      { name: "Fee, lamports", unit: "lamports" },
    ],
    rows,
  }
}
