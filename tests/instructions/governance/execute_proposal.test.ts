import {
  acceptRoleInstruction,
  compileTransaction,
  createReserveInstruction,
  executeProposalInstruction,
  governanceAuthorityPda,
  planTransaction,
  proposalPda,
  reservePda,
  Role,
  setGovernanceInstruction,
} from "@stk/sdk"
import { createTransferInstruction } from "@solana/spl-token"
import { Keypair, SystemProgram, TransactionInstruction } from "@solana/web3.js"
import { expect } from "chai"
import { memberKey, pause, propose as proposeRole, withdrawalOf } from "../../utils/actions"
import {
  addMembers,
  createEconomy,
  readEconomy,
  releaseDays,
  runWeek,
  tokenAccountOf,
  withdraw,
  type TestEconomy,
} from "../../utils/economy"
import { eventsOf, plain } from "../../utils/events"
import { expectError, expectLedgerInvariant, tokenBalance } from "../../utils/expect"
import {
  createGovernance,
  DAY,
  execute,
  executionOf,
  GOVERNANCE,
  handToGovernance,
  harmless,
  pass,
  payingMember,
  proposalOf,
  propose,
  readGovernance,
  readProposal,
  resumeByGovernance,
  vote,
} from "../../utils/governance"
import { withAccount, withMeta } from "../../utils/instructions"
import { PLAIN_PRESET } from "../../utils/presets"
import { Chain } from "../../utils/svm"

describe("execute_proposal", () => {
  let chain: Chain
  let economy: TestEconomy

  beforeEach(() => {
    chain = new Chain()
    economy = createEconomy(chain, { preset: PLAIN_PRESET })
    addMembers(chain, economy, 4)
    releaseDays(chain, economy, 7)
    runWeek(chain, economy, [[100], [100], [1], [799]])
    createGovernance(chain, economy, { timeLockSeconds: DAY })
  })

  afterEach(() => expectLedgerInvariant(chain, economy))

  const accepting = (role: "Treasurer" | "Admin" | "Guardian"): TransactionInstruction => {
    const [governance] = governanceAuthorityPda(economy.address)
    proposeRole(chain, economy, role.toLowerCase() as "treasurer", governance)
    return acceptRoleInstruction({ holder: governance, economy: economy.address, role: Role[role] })
  }

  it("[STK-137] calls the instruction once, by anyone, with the governance's signature", async () => {
    const proposal = pass(chain, economy, accepting("Guardian"), [0, 2])

    const sent = execute(chain, economy, proposal)

    const [governance] = governanceAuthorityPda(economy.address)
    expect(readEconomy(chain, economy).roles.guardian.equals(governance)).to.equal(true)
    expect(readProposal(chain, economy, proposal).executed).to.equal(true)
    expect(eventsOf(sent).map(plain)).to.deep.equal(
      [
        {
          name: "RoleAccepted",
          data: { economy: economy.address, role: Role.Guardian, holder: governance },
        },
        { name: "ProposalExecuted", data: { economy: economy.address, proposal, yes: 101n, no: 0n } },
      ].map(plain),
    )
    await expectError(() => execute(chain, economy, proposal), "AlreadyExecuted")
  })

  it("[STK-137] needs more votes for it than against", async () => {
    const instruction = accepting("Guardian")
    const tied = propose(chain, economy, { instruction })
    const carried = propose(chain, economy, { instruction })
    for (const [proposal, yes, no] of [
      [tied, [0], [1]],
      [carried, [0, 2], [1]],
    ] as const) {
      for (const index of yes) vote(chain, economy, index, { proposal })
      for (const index of no) vote(chain, economy, index, { proposal, approve: false })
    }
    chain.unixTime = readProposal(chain, economy, carried).executableAt

    await expectError(() => execute(chain, economy, tied), "NotPassed")
    execute(chain, economy, carried)
  })

  it("[STK-137] needs the quorum, to which votes against count, too", async () => {
    // A tenth of 1,000.
    expect(readProposal(chain, economy, propose(chain, economy)).quorum).to.equal(100n)
    const instruction = accepting("Guardian")
    const few = propose(chain, economy, { instruction })
    const enough = propose(chain, economy, { instruction })
    vote(chain, economy, 2, { proposal: few })
    vote(chain, economy, 0, { proposal: enough })
    chain.unixTime = readProposal(chain, economy, enough).executableAt

    await expectError(() => execute(chain, economy, few), "NotPassed")
    execute(chain, economy, enough)
  })

  it("waits for the end of the vote and the time lock, and for at most 30 days then", async () => {
    const instruction = setGovernanceInstruction({ economy: economy.address, parameters: GOVERNANCE })
    const proposals = [0, 1, 2].map(() => propose(chain, economy, { instruction }))
    for (const proposal of proposals) vote(chain, economy, 3, { proposal })
    const { executableAt, votingEnds } = readProposal(chain, economy)
    expect(executableAt - votingEnds).to.equal(DAY)

    chain.unixTime = votingEnds
    await expectError(() => execute(chain, economy, 0), "TimeLocked")
    chain.unixTime = executableAt - 1
    await expectError(() => execute(chain, economy, 0), "TimeLocked")
    chain.unixTime = executableAt
    execute(chain, economy, 0)
    chain.unixTime = executableAt + 30 * DAY - 1
    execute(chain, economy, 1)
    chain.unixTime = executableAt + 30 * DAY
    await expectError(() => execute(chain, economy, 2), "ProposalExpired")
  })

  it("keeps a proposal whose instruction fails, to be executed when it no longer does", async () => {
    const proposal = pass(chain, economy, harmless(economy))
    await expectError(() => execute(chain, economy, proposal), "NotRoleHolder")
    expect(readProposal(chain, economy, proposal).executed).to.equal(false)

    handToGovernance(chain, economy, "guardian")
    execute(chain, economy, proposal)
    expect(readEconomy(chain, economy).proposed.guardian?.equals(economy.actors.stranger.publicKey)).to.equal(
      true,
    )
  })

  it("[STK-141] makes the governance the holder of a role, whose old key is refused from then on", async () => {
    handToGovernance(chain, economy, "treasurer")
    handToGovernance(chain, economy, "admin")

    const [governance] = governanceAuthorityPda(economy.address)
    const { roles } = readEconomy(chain, economy)
    expect(roles.treasurer.equals(governance) && roles.admin.equals(governance)).to.equal(true)
    const { admin, treasurer, stranger } = economy.actors
    await expectError(
      () => proposeRole(chain, economy, "treasurer", stranger.publicKey, treasurer),
      "NotRoleHolder",
    )
    await expectError(
      () => proposeRole(chain, economy, "treasurer", stranger.publicKey, admin),
      "NotRoleHolder",
    )
  })

  it("ends a pause when the governance is the admin", async () => {
    handToGovernance(chain, economy, "admin")
    pause(chain, economy)
    const proposal = pass(chain, economy, resumeByGovernance(economy))
    execute(chain, economy, proposal)
    expect(readEconomy(chain, economy).paused).to.equal(false)
  })

  it("moves tokens that the governance's address owns, by another program", async () => {
    const [governance] = governanceAuthorityPda(economy.address)
    const purse = tokenAccountOf(chain, economy, governance)
    const target = tokenAccountOf(chain, economy, economy.actors.stranger.publicKey)
    const source = withdraw(chain, economy, 0, 60n)
    const gift = createTransferInstruction(source, purse, memberKey(economy, 0).publicKey, 60n)
    chain.send(gift, [memberKey(economy, 0)])
    const proposal = pass(chain, economy, createTransferInstruction(purse, target, governance, 45n), [3])

    execute(chain, economy, proposal)

    expect([tokenBalance(chain, purse), tokenBalance(chain, target)]).to.deep.equal([15n, 45n])
  })

  it("passes the signatures of others on only where the proposal asks for them", async () => {
    const key = memberKey(economy, 0)
    const destination = tokenAccountOf(chain, economy, key.publicKey)
    const proposal = pass(chain, economy, withdrawalOf(economy, 0, destination, 40n), [3])
    const execution = executionOf(chain, economy, proposal)

    await expectError(() => chain.send(withMeta(execution, 2, { isSigner: false })), "PrivilegeEscalation")
    chain.send(execution, [key])

    expect(tokenBalance(chain, destination)).to.equal(40n)
  })

  it("takes exactly the proposed program and accounts, in order", async () => {
    const proposal = pass(chain, economy, accepting("Guardian"))
    const right = executionOf(chain, economy, proposal)
    const { stranger } = economy.actors
    const [holder, target] = [right.keys[2], right.keys[3]]
    if (holder === undefined || target === undefined) throw new Error("accept_role takes two accounts")
    const rest = (keys: typeof right.keys) => {
      const all = [...right.keys.slice(0, 2), ...keys]
      return chain.send(new TransactionInstruction({ ...right, keys: all }))
    }
    await expectError(() => rest([]), "WrongInstruction")
    await expectError(() => rest([holder]), "WrongInstruction")
    await expectError(() => rest([target, holder]), "WrongInstruction")
    await expectError(() => rest([holder, target, target]), "WrongInstruction")
    await expectError(() => rest([{ ...holder, pubkey: stranger.publicKey }, target]), "WrongInstruction")
    const wrong = withAccount(right, "targetProgram", SystemProgram.programId)
    await expectError(() => chain.send(wrong), "WrongInstruction")
    await expectError(() => rest([holder, { ...target, isWritable: false }]), "PrivilegeEscalation")
    rest([holder, target])
  })

  it("names up to 60 accounts", async () => {
    const setting = setGovernanceInstruction({
      economy: economy.address,
      parameters: { ...GOVERNANCE, threshold: 3n },
    })
    const filled = (accounts: number): TransactionInstruction => {
      const others = Array.from({ length: accounts - setting.keys.length }, () => {
        return { pubkey: Keypair.generate().publicKey, isSigner: false, isWritable: false }
      })
      return new TransactionInstruction({ ...setting, keys: [...setting.keys, ...others] })
    }
    const signer = payingMember(chain, economy, 0)
    // More than 23 accounts need a transaction of version 1.
    const send = (instruction: TransactionInstruction) => {
      const planned = planTransaction("large", signer.publicKey, [instruction], 200_000, { version: 1 })
      chain.svm.expireBlockhash()
      const transaction = compileTransaction(planned, chain.svm.latestBlockhash())
      transaction.sign([signer])
      return chain.sendBytes(transaction.serialize())
    }

    const tooMany = proposalOf(chain, economy, { instruction: filled(61) })
    await expectError(() => send(tooMany), "InstructionTooLarge")
    send(proposalOf(chain, economy, { instruction: filled(60) }))
    vote(chain, economy, 3)
    chain.unixTime = readProposal(chain, economy).executableAt
    send(executionOf(chain, economy))

    expect(readGovernance(chain, economy).threshold).to.equal(3n)
  })

  it("cannot be executed by its own instruction, nor change its own votes", async () => {
    const nested = executeProposalInstruction({
      economy: economy.address,
      proposal: 0,
      instruction: harmless(economy),
    })
    const proposal = pass(chain, economy, nested)
    await expectError(() => execute(chain, economy, proposal), "ConstraintDuplicateMutableAccount")
  })

  it("executes another passed proposal", () => {
    const first = propose(chain, economy, { instruction: accepting("Guardian") })
    const inner = executionOf(chain, economy, first)
    const second = propose(chain, economy, { instruction: inner })
    for (const proposal of [first, second]) vote(chain, economy, 3, { proposal })
    chain.unixTime = readProposal(chain, economy, second).executableAt

    execute(chain, economy, second)

    expect(readProposal(chain, economy, first).executed).to.equal(true)
    expect(readProposal(chain, economy, second).executed).to.equal(true)
  })

  it("refuses what is no proposal", async () => {
    const execution = executionOf(chain, economy, pass(chain, economy, accepting("Guardian")))
    const [governance] = governanceAuthorityPda(economy.address)
    await expectError(
      () => chain.send(withAccount(execution, "proposal", economy.address)),
      "InvalidAccountData",
    )
    await expectError(() => chain.send(withAccount(execution, "proposal", governance)), "AccountDataTooSmall")
    const missing = withAccount(execution, "proposal", proposalPda(economy.address, 9)[0])
    await expectError(() => chain.send(missing), "AccountDataTooSmall")
  })

  it("pays the rent of what it creates, as the holder of a role", () => {
    handToGovernance(chain, economy, "treasurer")
    const [authority] = governanceAuthorityPda(economy.address)
    chain.airdrop(authority, 1_000_000_000n)
    const creation = createReserveInstruction({ treasurer: authority, economy: economy.address })

    execute(chain, economy, pass(chain, economy, creation))

    const [reserve] = reservePda(economy.address)
    expect(chain.getAccount(reserve)).not.to.equal(null)
    expect(chain.getAccount(authority)?.lamports).to.be.below(1_000_000_000)
  })
})
