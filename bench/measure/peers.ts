import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync } from "node:fs"
import { join, resolve } from "node:path"
import {
  createAssociatedTokenAccountIdempotentInstruction,
  createInitializeMint2Instruction,
  createMintToInstruction,
  getAssociatedTokenAddressSync,
  MINT_SIZE,
  TOKEN_PROGRAM_ID,
} from "@solana/spl-token"
import { type Keypair, PublicKey, SystemProgram, TransactionInstruction } from "@solana/web3.js"
import { Chain } from "../../tests/utils/svm"
import type { Row, Table } from "../figures"
import { perMember } from "./batches"
import { measure, mostThatFit, type Measured } from "./meter"
import { fundedKey, keyOf } from "./world"

const ROOT = resolve(__dirname, "../..")
const CLAIM_FOLDER = join(ROOT, "bench/programs/merkle-claim")
const CLAIM_PROGRAM = join(CLAIM_FOLDER, "target/deploy/merkle_claim.so")
const CLAIM_PROGRAM_ID = new PublicKey("3z3Qm9w1oeBGexuA6yJLmhcyD4hvgFkYKj8AxKJp1Duw")
const TOKEN_AND_SYSTEM = [TOKEN_PROGRAM_ID, SystemProgram.programId]

const REWARD = 1_000_000n
const BEST_BUMP = 255
/** Levels of a tree over ten thousand and over a million leaves. */
const TREE_LEVELS = [14, 20]

/** One transaction of a peer and for how many members it did something. */
export interface PeerBatch {
  readonly name: string
  readonly measured: Measured
  readonly members: number
  /** What others have published of the same, with its source; null where nothing is known. */
  readonly published: string | null
}

export interface PeerCosts {
  readonly table: Table
  readonly mints: PeerBatch
  readonly mintsWithAccounts: PeerBatch
  readonly claim: PeerBatch
  readonly claimWithAccount: PeerBatch
}

/** Compiles the reference program; next to nothing happens when it is up to date. */
export function buildMerkleClaim(): void {
  const manifest = join(CLAIM_FOLDER, "Cargo.toml")
  const parameters = [
    "--manifest-path",
    manifest,
    "--out",
    join(CLAIM_FOLDER, "target/deploy"),
    "--",
    "--locked",
  ]
  const { status } = spawnSync(join(ROOT, "toolchain/build-program.sh"), parameters, {
    // The product's program has compiled most of its dependencies already.
    env: { ...process.env, CARGO_TARGET_DIR: join(ROOT, "target") },
    stdio: ["ignore", 2, 2],
  })
  if (status !== 0 || !existsSync(CLAIM_PROGRAM)) throw new Error(`${manifest} was not built`)
}

/** The first key of a series whose derived address needs no search: what is compared is a peer at its best. */
function keyWithBestBump(series: string, bumpsOf: (key: PublicKey) => readonly number[]): Keypair {
  for (let index = 0; ; index++) {
    const key = keyOf(`${series} ${index}`)
    if (bumpsOf(key.publicKey).every((bump) => bump === BEST_BUMP)) return key
  }
}

function tokenAccountBump(owner: PublicKey, mint: PublicKey): [PublicKey, number] {
  const address = getAssociatedTokenAddressSync(mint, owner, true)
  const associated = new PublicKey("ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL")
  const seeds = [owner.toBytes(), TOKEN_PROGRAM_ID.toBytes(), mint.toBytes()]
  const [found, bump] = PublicKey.findProgramAddressSync(seeds, associated)
  if (!found.equals(address)) throw new Error("the associated token account is derived otherwise")
  return [address, bump]
}

async function createMint(chain: Chain, authority: Keypair, name: string): Promise<PublicKey> {
  const mint = keyOf(name)
  const create = SystemProgram.createAccount({
    fromPubkey: authority.publicKey,
    newAccountPubkey: mint.publicKey,
    lamports: chain.rentFor(MINT_SIZE),
    space: MINT_SIZE,
    programId: TOKEN_PROGRAM_ID,
  })
  const initialize = createInitializeMint2Instruction(mint.publicKey, 6, authority.publicKey, null)
  await measure(chain, [create, initialize], [authority, mint])
  return mint.publicKey
}

/** An SPL `mint_to` for each member, with accounts that exist or have to be created. */
async function measureMints(): Promise<{
  single: PeerBatch
  many: PeerBatch
  created: PeerBatch
  createdMany: PeerBatch
}> {
  const chain = new Chain()
  const authority = fundedKey(chain, "minter")
  const mint = await createMint(chain, authority, "peers mint")
  const member = (index: number): PublicKey =>
    keyWithBestBump(`peers member ${index}`, (key) => [tokenAccountBump(key, mint)[1]]).publicKey
  const members = Array.from({ length: 64 }, (_, index) => member(index))
  const account = (owner: PublicKey): PublicKey => getAssociatedTokenAddressSync(mint, owner, true)
  const mintTo = (owner: PublicKey) =>
    createMintToInstruction(mint, account(owner), authority.publicKey, REWARD)
  const create = (owner: PublicKey) =>
    createAssociatedTokenAccountIdempotentInstruction(authority.publicKey, account(owner), owner, mint)

  const createAndMint = (first: number, count: number) =>
    members.slice(first, first + count).flatMap((owner) => [create(owner), mintTo(owner)])
  const mintAll = (count: number) => members.slice(0, count).map(mintTo)
  const signers: [Keypair] = [authority]
  const createdCount = await mostThatFit(chain, 32, (count) => createAndMint(1, count), signers)
  const created = await measure(chain, createAndMint(0, 1), signers)
  const createdMany = await measure(chain, createAndMint(1, createdCount), signers)
  for (let next = 1 + createdCount; next < members.length; next += createdCount) {
    await measure(chain, createAndMint(next, createdCount), signers)
  }
  const count = await mostThatFit(chain, members.length, mintAll, signers)
  const ofPeers = "119 CU (SIMD-0266)"
  return {
    single: {
      name: "SPL mint_to, one a transaction",
      measured: await measure(chain, mintAll(1), signers),
      members: 1,
      published: ofPeers,
    },
    many: {
      name: `SPL mint_to, ${count} a transaction`,
      measured: await measure(chain, mintAll(count), signers),
      members: count,
      published: ofPeers,
    },
    created: {
      name: "SPL mint_to with a new token account, one a transaction",
      measured: created,
      members: 1,
      published: null,
    },
    createdMany: {
      name: `SPL mint_to with new token accounts, ${createdCount} a transaction`,
      measured: createdMany,
      members: createdCount,
      published: null,
    },
  }
}

const sha256 = (...parts: Uint8Array[]): Buffer =>
  parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest()

function u64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(value)
  return bytes
}

/** Data of one of the reference program's instructions. */
function dataOf(name: string, ...parts: Uint8Array[]): Buffer {
  return Buffer.concat([sha256(Buffer.from(`global:${name}`)).subarray(0, 8), ...parts])
}

/**
 * A proof of so many levels for a claimant, and the root that it leads to. The siblings are arbitrary: a verifier does
 * the same work for them as for those of a real tree.
 */
function proofFor(claimant: PublicKey, levels: number): { proof: Buffer[]; root: Buffer } {
  const proof = Array.from({ length: levels }, (_, level) => sha256(Buffer.from(`sibling ${level}`)))
  const inner = sha256(claimant.toBytes(), u64(REWARD), u64(0n))
  const leaf = sha256(Buffer.of(0), inner)
  const root = proof.reduce((node, sibling) => {
    const pair = Buffer.compare(node, sibling) <= 0 ? [node, sibling] : [sibling, node]
    return sha256(Buffer.of(1), ...pair)
  }, leaf)
  return { proof, root }
}

/** A claim from a distribution with a tree of so many levels. */
async function measureClaim(levels: number, accountExists: boolean): Promise<PeerBatch> {
  const programs = [{ name: "merkle_claim", address: CLAIM_PROGRAM_ID, path: CLAIM_PROGRAM }]
  const chain = new Chain({ programs })
  const authority = fundedKey(chain, "distributor's authority")
  const mint = await createMint(chain, authority, `claims mint ${levels}`)
  const [distributor] = PublicKey.findProgramAddressSync(
    [Buffer.from("MerkleDistributor"), mint.toBytes()],
    CLAIM_PROGRAM_ID,
  )
  const statusOf = (claimant: PublicKey): [PublicKey, number] =>
    PublicKey.findProgramAddressSync(
      [Buffer.from("ClaimStatus"), claimant.toBytes(), distributor.toBytes()],
      CLAIM_PROGRAM_ID,
    )
  const claimant = keyWithBestBump(`claimant ${levels}`, (key) => [
    statusOf(key)[1],
    tokenAccountBump(key, mint)[1],
  ])
  chain.airdrop(claimant.publicKey)

  const vault = getAssociatedTokenAddressSync(mint, distributor, true)
  const account = getAssociatedTokenAddressSync(mint, claimant.publicKey)
  const { proof, root } = proofFor(claimant.publicKey, levels)
  const readonly = (pubkey: PublicKey) => ({ pubkey, isSigner: false, isWritable: false })
  const writable = (pubkey: PublicKey) => ({ pubkey, isSigner: false, isWritable: true })
  const signing = (pubkey: PublicKey) => ({ pubkey, isSigner: true, isWritable: true })
  await measure(
    chain,
    [
      createAssociatedTokenAccountIdempotentInstruction(authority.publicKey, vault, distributor, mint),
      createMintToInstruction(mint, vault, authority.publicKey, REWARD * 1_000n),
      new TransactionInstruction({
        programId: CLAIM_PROGRAM_ID,
        keys: [
          signing(authority.publicKey),
          writable(distributor),
          readonly(vault),
          readonly(SystemProgram.programId),
        ],
        data: dataOf("new_distributor", root, u64(REWARD * 1_000n), u64(1_000n)),
      }),
    ],
    [authority],
  )
  const create = createAssociatedTokenAccountIdempotentInstruction(
    claimant.publicKey,
    account,
    claimant.publicKey,
    mint,
  )
  if (accountExists) await measure(chain, create, [claimant])

  const length = Buffer.alloc(4)
  length.writeUInt32LE(proof.length)
  const claim = new TransactionInstruction({
    programId: CLAIM_PROGRAM_ID,
    keys: [
      ...[distributor, statusOf(claimant.publicKey)[0], vault, account].map(writable),
      signing(claimant.publicKey),
      ...TOKEN_AND_SYSTEM.map(readonly),
    ],
    data: dataOf("new_claim", u64(REWARD), u64(0n), length, ...proof),
  })
  const measured = await measure(chain, accountExists ? claim : [create, claim], [claimant])
  const leaves = levels === 14 ? "10,000" : "1,000,000"
  return {
    name: `Merkle claim, ${leaves} leaves${accountExists ? "" : ", with a new token account"}`,
    measured,
    members: 1,
    published: "no CU published; 975,360 lamports of rent (Jito, new_claim.rs)",
  }
}

/** What a reward costs by the ways that others take, measured in the same machine. */
export async function measurePeers(): Promise<PeerCosts> {
  buildMerkleClaim()
  const mints = await measureMints()
  const claims: PeerBatch[] = []
  for (const levels of TREE_LEVELS) claims.push(await measureClaim(levels, true))
  const claim = claims[claims.length - 1]
  if (claim === undefined) throw new Error("no claim was measured")
  const claimWithAccount = await measureClaim(TREE_LEVELS[TREE_LEVELS.length - 1] ?? 0, false)
  const batches = [mints.single, mints.many, mints.created, mints.createdMany, ...claims, claimWithAccount]
  return {
    table: peerTable(batches),
    mints: mints.many,
    mintsWithAccounts: mints.createdMany,
    claim,
    claimWithAccount,
  }
}

function peerTable(batches: readonly PeerBatch[]): Table {
  const rows = batches.map(({ name, measured, members, published }): Row => {
    const { computeUnits, bytes, fee, rent, feeOfRequested } = measured
    const each = [computeUnits, fee, rent, feeOfRequested].map((amount) => perMember(amount, members))
    return { name, cells: [members, bytes, computeUnits, ...each, published] }
  })
  return {
    id: "peers",
    title: "What others do for a reward",
    text: [
      "Measured in the same run. The token program is p-token as LiteSVM brings it. The Merkle claim is `bench/programs/merkle-claim`: our own reference of the design of Jito's distributor (a `ClaimStatus` of 64 bytes, proof, transfer out of a vault), written with the framework and compiler of our program, since no binary of one is published. All derived addresses of this table have the best bump; with another each costs up to 1,500 CU more. None of these applies a rule to what it pays.",
    ],
    heading: "Way",
    columns: [
      { name: "Members", unit: "members" },
      { name: "Bytes", unit: "bytes" },
      { name: "CU", unit: "CU" },
      { name: "CU a member", unit: "CU" },
      { name: "Fee a member", unit: "lamports" },
      { name: "Rent a member", unit: "lamports" },
      { name: "Fee under SIMD-0553", unit: "lamports" },
      { name: "Published" },
    ],
    rows,
  }
}
