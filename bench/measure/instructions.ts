import {
  createAssociatedTokenAccountIdempotentInstruction,
  createTransferInstruction,
  getAssociatedTokenAddressSync,
  TOKEN_PROGRAM_ID,
} from "@solana/spl-token"
import {
  absorbSurplusInstruction,
  acceptRoleInstruction,
  auditScoreInstruction,
  buildScoreBatch,
  createPageInstruction,
  depositInstruction,
  encodeDailyCounts,
  growPageInstruction,
  holdWeekInstruction,
  leafData,
  leafHash,
  MerkleTree,
  openWeekInstruction,
  pauseInstruction,
  proposeRoleInstruction,
  registerMembersInstruction,
  releaseEmissionInstruction,
  resumeInstruction,
  Role,
  ROLE_NAMES,
  scoredTypes,
  sealWeekInstruction,
  setLevelsInstruction,
  settlePageInstruction,
  STK_PRESET,
  submitScoresInstruction,
  weekEnd,
  weekOf,
  withdrawInstruction,
  type InstructionName,
} from "@stk/sdk"
import { readMember } from "../../tests/utils/economy"
import { Chain, START_UNIX_TIME } from "../../tests/utils/svm"
import type { Table } from "../figures"
import { measure, unitsOfInner, type Measured } from "./meter"
import { createSeededEconomy, fundedKey, lostBumps, walletsOf } from "./world"

/** A call of a program from another costs so many compute units before the called one runs (SIMD-0339). */
const UNITS_OF_A_CALL = 946
const HOLD_SECONDS = 3_600
const MEMBERS = 8
const AUDITED = 3

/** What each instruction costs alone, and what of it a token program's call takes. */
export interface InstructionCosts {
  readonly table: Table
  readonly release: Measured
  readonly withdraw: Measured
  /** Compute units of `withdraw` that are its call of the token program. */
  readonly withdrawCall: number
}

interface Measurement {
  readonly measured: Measured
  /** What was measured. */
  readonly of: string
}

/** Every instruction once, in the life of an economy of eight members. */
export async function measureInstructions(): Promise<InstructionCosts> {
  const chain = new Chain()
  const preset = { ...STK_PRESET, holdSeconds: HOLD_SECONDS }
  const costs = new Map<InstructionName, Measurement>()
  const note = (name: InstructionName, of: string, measured: Measured): Measured => {
    costs.set(name, { measured, of })
    return measured
  }

  const { economy, creation } = await createSeededEconomy(chain, "instructions", preset, START_UNIX_TIME)
  note("createEconomy", "STK's ten event types, with mint and vault", creation)
  const { address, actors, mint, vault } = economy
  const { admin, registrar, oracle, guardian } = actors
  const anyone = fundedKey(chain, "anyone")

  for (const name of ROLE_NAMES.filter((role) => role !== "admin")) {
    const role = {
      registrar: Role.Registrar,
      oracle: Role.Oracle,
      validator: Role.Validator,
      treasurer: Role.Treasurer,
      guardian: Role.Guardian,
    }[name]
    const [holder, proposed] = [actors[name], actors[name].publicKey]
    const proposal = proposeRoleInstruction({ authority: admin.publicKey, economy: address, role, proposed })
    note("proposeRole", "", await measure(chain, proposal, [admin]))
    const acceptance = acceptRoleInstruction({ holder: proposed, economy: address, role })
    note("acceptRole", "", await measure(chain, acceptance, [holder]))
  }

  const at = { economy: address, page: 0 }
  const paid = { ...at, payer: anyone.publicKey }
  note("createPage", "64 slots", await measure(chain, createPageInstruction(paid), [anyone]))
  note("growPage", "160 slots", await measure(chain, growPageInstruction(paid), [anyone]))

  const wallets = walletsOf(economy, 0, MEMBERS)
  const [first, ...others] = wallets
  if (first === undefined) throw new Error("an economy without members")
  const registration = (keys: typeof wallets) =>
    registerMembersInstruction({
      ...at,
      registrar: registrar.publicKey,
      wallets: keys.map((key) => key.publicKey),
    })
  note(
    "registerMembers",
    `1 wallet, ${lostBumps(economy, first)} bumps passed over`,
    await measure(chain, registration([first]), [registrar]),
  )
  await measure(chain, registration(others), [registrar])

  const levels = setLevelsInstruction({
    ...at,
    registrar: registrar.publicKey,
    changes: [{ slot: 0, level: 3 }],
    evidence: new Uint8Array(32).fill(1),
  })
  note("setLevels", "1 slot", await measure(chain, levels, [registrar]))

  const week = weekOf(START_UNIX_TIME) ?? 0
  chain.unixTime = weekEnd(week)
  const release = note(
    "releaseEmission",
    "7 days into five funds",
    await measure(chain, releaseEmissionInstruction({ economy: address, mint }), [anyone]),
  )

  // A Monday on which everybody does two of everything, within the daily limits except for posts: they count once.
  const types = scoredTypes(preset)
  const monday = types.map(() => 2)
  const days = [monday, ...Array.from({ length: 6 }, () => types.map(() => 0))]
  const dailyCounts = encodeDailyCounts(days)
  const tree = new MerkleTree(wallets.map((key) => leafHash(leafData(key.publicKey, week, dailyCounts))))
  const ofWeek = { economy: address, week }
  note(
    "openWeek",
    "",
    await measure(
      chain,
      openWeekInstruction({
        ...ofWeek,
        oracle: oracle.publicKey,
        members: wallets.length,
        detailRoot: tree.root,
      }),
      [oracle],
    ),
  )
  const counts = types.map((type) => Math.min(2, type.dailyLimit))
  const batch = buildScoreBatch(
    preset,
    week,
    0,
    wallets.map(() => counts),
  )
  note(
    "submitScores",
    `${MEMBERS} active members`,
    await measure(chain, submitScoresInstruction({ ...at, oracle: oracle.publicKey, batch }), [oracle]),
  )
  note(
    "sealWeek",
    "",
    await measure(chain, sealWeekInstruction({ ...ofWeek, oracle: oracle.publicKey }), [oracle]),
  )
  note(
    "holdWeek",
    "",
    await measure(chain, holdWeekInstruction({ ...ofWeek, guardian: guardian.publicKey }), [guardian]),
  )
  chain.unixTime = chain.unixTime + HOLD_SECONDS
  note(
    "settlePage",
    `${MEMBERS} active members, the last page of the week`,
    await measure(chain, settlePageInstruction({ ...ofWeek, page: 0 }), [anyone]),
  )
  const audit = auditScoreInstruction({
    ...ofWeek,
    page: 0,
    slot: AUDITED,
    dailyCounts,
    proof: tree.proof(AUDITED),
  })
  note("auditScore", `${tree.proof(AUDITED).length} hashes of proof`, await measure(chain, audit, [anyone]))

  chain.airdrop(first.publicKey)
  const account = getAssociatedTokenAddressSync(mint, first.publicKey)
  await measure(
    chain,
    createAssociatedTokenAccountIdempotentInstruction(first.publicKey, account, first.publicKey, mint),
    [first],
  )
  const amount = readMember(chain, economy, 0).balance / 2n
  const ofMember = { ...at, wallet: first.publicKey, slot: 0, amount }
  const withdraw = note(
    "withdraw",
    "to a token account that exists",
    await measure(chain, withdrawInstruction({ ...ofMember, destination: account }), [first]),
  )
  const part = amount / 2n
  note(
    "deposit",
    "",
    await measure(chain, depositInstruction({ ...ofMember, source: account, amount: part }), [first]),
  )
  await measure(chain, createTransferInstruction(account, vault, first.publicKey, part / 2n), [first])
  note("absorbSurplus", "", await measure(chain, absorbSurplusInstruction({ economy: address }), [anyone]))
  note(
    "pause",
    "",
    await measure(chain, pauseInstruction({ economy: address, guardian: guardian.publicKey }), [guardian]),
  )
  note(
    "resume",
    "",
    await measure(chain, resumeInstruction({ economy: address, admin: admin.publicKey }), [admin]),
  )

  return {
    table: instructionTable(costs),
    release,
    withdraw,
    withdrawCall: unitsOfInner(withdraw, TOKEN_PROGRAM_ID) + UNITS_OF_A_CALL,
  }
}

function instructionTable(costs: ReadonlyMap<InstructionName, Measurement>): Table {
  const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
  const rows = [...costs].map(([name, { measured, of }]) => {
    const { computeUnits, bytes, rent, fee } = measured
    return { name: snake(name), cells: [of, computeUnits, bytes, rent, fee] }
  })
  return {
    id: "instructions",
    title: "Each instruction alone",
    text: [
      "One instruction in a legacy transaction that also sets the limit of compute units. Rent is what the signers pay for the accounts that the instruction creates or grows, by mainnet's 5,080 lamports a byte; it stays in them.",
    ],
    heading: "Instruction",
    columns: [
      { name: "Of" },
      { name: "CU", unit: "CU" },
      { name: "Bytes", unit: "bytes" },
      { name: "Rent, lamports", unit: "lamports" },
      { name: "Fee, lamports", unit: "lamports" },
    ],
    rows: rows.sort((left, right) => left.name.localeCompare(right.name)),
  }
}
