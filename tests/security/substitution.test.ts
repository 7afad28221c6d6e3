import { TOKEN_PROGRAM_ID } from "@solana/spl-token"
import {
  activationPda,
  ballotsPda,
  escrowPda,
  governancePda,
  membershipPda,
  pagePda,
  proposalPda,
  reservePda,
  servicePda,
  snapshotPda,
  stakePagePda,
  startupPda,
  quoteVaultPda,
  stabilisationPda,
  STK_IDL,
  weekPda,
  type InstructionName,
} from "@stk/sdk"
import { Keypair, PublicKey, SystemProgram, type TransactionInstruction } from "@solana/web3.js"
import { expect } from "chai"
import { memberKey } from "../utils/actions"
import { accountsOf, withMeta } from "../utils/instructions"
import { TransactionFailed } from "../utils/svm"
import { FIXTURES, newWorld, type Case, type World } from "./fixtures"

/** One way to get an account wrong. */
interface Substitution {
  readonly what: string
  readonly instruction: TransactionInstruction
  readonly signers?: readonly Keypair[]
  /** Accounts written past every program while it is tried. */
  readonly forged?: readonly Forgery[]
}

interface Forgery {
  readonly address: PublicKey
  readonly data: Uint8Array
  readonly owner: PublicKey
}

/** The substitutions that leave the address of an account alone, where only that counts. */
function wallets(place: string, reason: string): Record<string, string> {
  const forged = ["owned by another program", "without data", "cut to its first 8 bytes"]
  return Object.fromEntries(forged.map((what) => [`${place}: its own address ${what}`, reason]))
}

/**
 * Substitutions that work, because they break nothing. Everything that is not listed must be refused; what is listed
 * must work, so that the table cannot grow stale.
 */
const ACCEPTED: Readonly<Record<string, string>> = {
  ...wallets("closeBallots.payer", "the rent goes back to the address, whatever is there"),
  ...wallets("closeProposal.proposer", "the rent goes back to the address, whatever is there"),
  "createEconomy.payer: another signer":
    "anybody may found an economy and pay for it; who pays gets its roles",
  "createEscrowPage.payer: another signer": "anybody may pay for the next escrow page",
  "createPage.payer: another signer": "anybody may pay for the next page",
  "createStakePage.payer: another signer": "anybody may pay for a stake page",
  "growPage.payer: another signer": "anybody may pay for more slots",
  "growStakePage.payer: another signer": "anybody may pay for more places",
  "snapshotPage.payer: another signer": "anybody may pay for a snapshot",
}

const INSTRUCTIONS = STK_IDL.instructions.map(({ name }) => name)
/** A real program that would accept whatever it is called with. */
const MEMO_PROGRAM = new PublicKey("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr")
const FOREIGN_PROGRAM = Keypair.generate().publicKey
/** Accounts that an instruction takes besides those of the IDL. */
const REMAINING: Partial<Record<InstructionName, readonly string[]>> = {
  purchase: ["remaining0"],
  executeProposal: ["remaining0", "remaining1"],
  registerMembers: ["remaining0"],
}

interface Place {
  readonly index: number
  readonly name: string
  readonly isProgram: boolean
}

function placesOf(name: InstructionName): Place[] {
  const named = accountsOf(name).map((account) => account.name)
  return [...named, ...(REMAINING[name] ?? [])].map((account, index) => ({
    index,
    name: account,
    isProgram: account.endsWith("Program"),
  }))
}

/** One account of every type that there is. */
function everyType({ economy }: World): Record<string, PublicKey> {
  return {
    "an economy": economy.address,
    "a page": pagePda(economy.address, 0)[0],
    "a week": weekPda(economy.address, 2_919)[0],
    "a stake page": stakePagePda(economy.address, 0)[0],
    "an escrow page": escrowPda(economy.address, 0)[0],
    "a snapshot": snapshotPda(economy.address, 0, 1)[0],
    "a governance": governancePda(economy.address)[0],
    "a proposal": proposalPda(economy.address, 0)[0],
    "a page's ballots": ballotsPda(proposalPda(economy.address, 0)[0], 0)[0],
    "a membership": membershipPda(economy.address, memberKey(economy, 0).publicKey)[0],
    "a service": servicePda(economy.address, 0)[0],
    "an activation": activationPda(servicePda(economy.address, 0)[0], memberKey(economy, 1).publicKey)[0],
    "a mint": economy.mint,
    "a reserve": reservePda(economy.address)[0],
    "a startup": startupPda(economy.address, 0)[0],
    "a vault": economy.vault,
    "the prices": stabilisationPda(economy.address)[0],
    "a quote vault": quoteVaultPda(economy.address)[0],
    "a wallet": economy.actors.validator.publicKey,
    "the token program": TOKEN_PROGRAM_ID,
    "the system program": SystemProgram.programId,
  }
}

function signerSubstitutions(world: World, { instruction, signers }: Case, place: Place): Substitution[] {
  const own = instruction.keys[place.index]?.pubkey
  const others = signers.filter((signer) => own === undefined || !signer.publicKey.equals(own))
  const stranger = world.chain.newSigner()
  return [
    {
      what: "unsigned",
      instruction: withMeta(instruction, place.index, { isSigner: false }),
      signers: others,
    },
    {
      what: "another signer",
      instruction: withMeta(instruction, place.index, { pubkey: stranger.publicKey }),
      signers: [...others, stranger],
    },
    ...others.map((other) => ({
      what: `duplicate of the signer ${other.publicKey.equals(signers[0]?.publicKey ?? PublicKey.default) ? "before" : "behind"}`,
      instruction: withMeta(instruction, place.index, { pubkey: other.publicKey }),
      signers: others,
    })),
  ]
}

function programSubstitutions(world: World, { instruction }: Case, place: Place): Substitution[] {
  const real = instruction.keys[place.index]?.pubkey ?? PublicKey.default
  const other = real.equals(TOKEN_PROGRAM_ID) ? SystemProgram.programId : TOKEN_PROGRAM_ID
  return [
    { what: "the other program", instruction: withMeta(instruction, place.index, { pubkey: other }) },
    { what: "a third program", instruction: withMeta(instruction, place.index, { pubkey: MEMO_PROGRAM }) },
    {
      what: "account that is no program",
      instruction: withMeta(instruction, place.index, { pubkey: world.economy.vault }),
    },
    {
      what: "empty account",
      instruction: withMeta(instruction, place.index, { pubkey: Keypair.generate().publicKey }),
    },
  ]
}

function dataSubstitutions(
  world: World,
  valid: Case,
  place: Place,
  places: readonly Place[],
): Substitution[] {
  const { instruction, foreign } = valid
  const own = instruction.keys[place.index]?.pubkey ?? PublicKey.default
  const instead = (what: string, pubkey: PublicKey): Substitution => ({
    what,
    instruction: withMeta(instruction, place.index, { pubkey }),
  })
  const abroad = foreign[place.name]
  if (abroad === undefined) throw new Error(`the fixture names no ${place.name} of the other economy`)
  const taken = new Set(instruction.keys.map((key) => key.pubkey.toBase58()))
  const types = Object.entries(everyType(world)).filter(([, address]) => !taken.has(address.toBase58()))
  const duplicates = places
    .filter(({ index }) => index !== place.index)
    .flatMap(({ index, name }) => {
      const key = instruction.keys[index]?.pubkey
      return key === undefined ? [] : [instead(`duplicate of ${name}`, key)]
    })
  const account = world.chain.getAccount(own)
  const copy = Keypair.generate().publicKey
  const stolen =
    account === null
      ? []
      : [
          {
            ...instead("same bytes owned by another program", copy),
            forged: [{ address: copy, data: account.data, owner: FOREIGN_PROGRAM }],
          },
          {
            ...instead("its own address owned by another program", own),
            forged: [{ address: own, data: account.data, owner: FOREIGN_PROGRAM }],
          },
          {
            ...instead("its own address without data", own),
            forged: [{ address: own, data: new Uint8Array(), owner: account.owner }],
          },
          {
            ...instead("its own address cut to its first 8 bytes", own),
            forged: [{ address: own, data: account.data.subarray(0, 8), owner: account.owner }],
          },
        ]
  return [
    instead("of another economy", abroad),
    instead("empty account", Keypair.generate().publicKey),
    ...types.map(([what, address]) => instead(`${what} instead`, address)),
    ...duplicates,
    ...stolen,
  ]
}

function substitutionsOf(world: World, name: InstructionName, valid: Case, place: Place): Substitution[] {
  const meta = valid.instruction.keys[place.index]
  if (meta === undefined) throw new Error(`${name} has no account ${place.name}`)
  const readOnly: Substitution[] = meta.isWritable
    ? [{ what: "read-only", instruction: withMeta(valid.instruction, place.index, { isWritable: false }) }]
    : []
  if (meta.isSigner) return [...readOnly, ...signerSubstitutions(world, valid, place)]
  if (place.isProgram) return [...readOnly, ...programSubstitutions(world, valid, place)]
  return [...readOnly, ...dataSubstitutions(world, valid, place, placesOf(name))]
}

/** Tries a substitution; gives the failure, or null when it worked. Keeps nothing of what worked. */
function tryOut({ chain }: World, valid: Case, substitution: Substitution): TransactionFailed | null {
  const signers = substitution.signers ?? valid.signers
  const written = (substitution.forged ?? []).map((forgery) => {
    const before = chain.getAccount(forgery.address)
    chain.setAccount(forgery.address, {
      data: forgery.data,
      owner: forgery.owner,
      executable: false,
      lamports: before?.lamports ?? chain.rentFor(forgery.data.length),
    })
    return { address: forgery.address, before }
  })
  const involved = [...valid.instruction.keys, ...substitution.instruction.keys].map((key) => key.pubkey)
  const snapshot = chain.snapshot(involved)
  try {
    const transaction = chain.sign(substitution.instruction, signers)
    const bytes = transaction.serialize({ verifySignatures: false })
    chain.simulateBytes(bytes)
    return null
  } catch (error) {
    if (!(error instanceof TransactionFailed)) throw error
    // Once more for good: what was refused must have changed nothing.
    try {
      chain.send(substitution.instruction, signers)
    } catch (again) {
      if (!(again instanceof TransactionFailed)) throw again
    }
    expect(chain.snapshot(involved), substitution.what).to.deep.equal(snapshot)
    return error
  } finally {
    for (const { address, before } of written) {
      if (before !== null) chain.setAccount(address, before)
    }
  }
}

describe("substituted accounts", () => {
  const tried = new Set<string>()

  it("are tried on every instruction of the IDL", () => {
    expect(Object.keys(FIXTURES).sort()).to.deep.equal([...INSTRUCTIONS].sort())
  })

  for (const name of INSTRUCTIONS) {
    describe(name, () => {
      let world: World
      let valid: Case

      before(() => {
        world = newWorld()
        valid = FIXTURES[name](world)
      })

      it("has an account at every place of the matrix", () => {
        expect(valid.instruction.keys.length).to.equal(placesOf(name).length)
      })

      for (const place of placesOf(name)) {
        it(`refuses every wrong ${place.name} and changes nothing`, () => {
          for (const substitution of substitutionsOf(world, name, valid, place)) {
            const id = `${name}.${place.name}: ${substitution.what}`
            tried.add(id)
            const failure = tryOut(world, valid, substitution)
            if (id in ACCEPTED) {
              expect(failure, `${id} works: ${ACCEPTED[id]}`).to.equal(null)
              continue
            }
            expect(failure, `${id} must be refused`).not.to.equal(null)
            expect(failure?.instruction, `${id} is refused by the program: ${failure?.message}`).to.equal(0)
          }
        })
      }

      it("works with the right accounts", () => {
        world.chain.send(valid.instruction, valid.signers)
      })
    })
  }

  after(() => {
    expect([...tried].filter((id) => id in ACCEPTED).sort()).to.deep.equal(Object.keys(ACCEPTED).sort())
  })
})
