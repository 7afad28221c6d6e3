import { PublicKey } from "@solana/web3.js"
import { STK_PROGRAM_ID } from "./constants.js"
import { Writer } from "./idl/codec.js"

const text = (seed: string): Uint8Array => new TextEncoder().encode(seed)
const u32 = (value: number, field: string): Uint8Array => new Writer().integer(value, 4, field).finish()

/** Address of the economy whose token is `mint`, and its bump. */
export function economyPda(mint: PublicKey, programId: PublicKey = STK_PROGRAM_ID): [PublicKey, number] {
  return PublicKey.findProgramAddressSync([text("economy"), mint.toBytes()], programId)
}

/** Address of the token account that holds every token inside the economy. */
export function vaultPda(economy: PublicKey, programId: PublicKey = STK_PROGRAM_ID): [PublicKey, number] {
  return PublicKey.findProgramAddressSync([text("vault"), economy.toBytes()], programId)
}

/** Address of the member page with this index. */
export function pagePda(
  economy: PublicKey,
  index: number,
  programId: PublicKey = STK_PROGRAM_ID,
): [PublicKey, number] {
  return PublicKey.findProgramAddressSync([text("page"), economy.toBytes(), u32(index, "page")], programId)
}

/** Address of the record that says where a wallet's slot is. */
export function membershipPda(
  economy: PublicKey,
  wallet: PublicKey,
  programId: PublicKey = STK_PROGRAM_ID,
): [PublicKey, number] {
  return PublicKey.findProgramAddressSync([text("member"), economy.toBytes(), wallet.toBytes()], programId)
}

/** Address of the page of frozen rewards with this index. */
export function escrowPda(
  economy: PublicKey,
  index: number,
  programId: PublicKey = STK_PROGRAM_ID,
): [PublicKey, number] {
  return PublicKey.findProgramAddressSync(
    [text("escrow"), economy.toBytes(), u32(index, "escrowPage")],
    programId,
  )
}

/** Address of the record of a week. */
export function weekPda(
  economy: PublicKey,
  week: number,
  programId: PublicKey = STK_PROGRAM_ID,
): [PublicKey, number] {
  return PublicKey.findProgramAddressSync([text("week"), economy.toBytes(), u32(week, "week")], programId)
}

/** Address of the stakes of the members of a page. */
export function stakePagePda(
  economy: PublicKey,
  page: number,
  programId: PublicKey = STK_PROGRAM_ID,
): [PublicKey, number] {
  return PublicKey.findProgramAddressSync([text("stakes"), economy.toBytes(), u32(page, "page")], programId)
}

/** Address of the balances of a page that are kept for `snapshot`; the next but one takes the same address. */
export function snapshotPda(
  economy: PublicKey,
  page: number,
  snapshot: number,
  programId: PublicKey = STK_PROGRAM_ID,
): [PublicKey, number] {
  const parity = u32(snapshot, "snapshot")
    .map((byte) => byte & 1)
    .subarray(0, 1)
  const seeds = [text("snapshot"), economy.toBytes(), u32(page, "page"), parity]
  return PublicKey.findProgramAddressSync(seeds, programId)
}

/** Address of the reserve that backs the economy. */
export function reservePda(economy: PublicKey, programId: PublicKey = STK_PROGRAM_ID): [PublicKey, number] {
  return PublicKey.findProgramAddressSync([text("reserve"), economy.toBytes()], programId)
}

/** Address of the token account that holds the reserve's tokens of `mint`. */
export function reserveVaultPda(
  economy: PublicKey,
  mint: PublicKey,
  programId: PublicKey = STK_PROGRAM_ID,
): [PublicKey, number] {
  const seeds = [text("reserve-vault"), economy.toBytes(), mint.toBytes()]
  return PublicKey.findProgramAddressSync(seeds, programId)
}

/** Address of the record of a startup. */
export function startupPda(
  economy: PublicKey,
  startup: number,
  programId: PublicKey = STK_PROGRAM_ID,
): [PublicKey, number] {
  const seeds = [text("startup"), economy.toBytes(), u32(startup, "startup")]
  return PublicKey.findProgramAddressSync(seeds, programId)
}

/** Address of the service with this id. */
export function servicePda(
  economy: PublicKey,
  id: number,
  programId: PublicKey = STK_PROGRAM_ID,
): [PublicKey, number] {
  return PublicKey.findProgramAddressSync([text("service"), economy.toBytes(), u32(id, "service")], programId)
}

/** Address of the record of what `wallet` bought of a service. */
export function activationPda(
  service: PublicKey,
  wallet: PublicKey,
  programId: PublicKey = STK_PROGRAM_ID,
): [PublicKey, number] {
  return PublicKey.findProgramAddressSync(
    [text("activation"), service.toBytes(), wallet.toBytes()],
    programId,
  )
}

/** Address of an economy's prices and buybacks. */
export function stabilisationPda(
  economy: PublicKey,
  programId: PublicKey = STK_PROGRAM_ID,
): [PublicKey, number] {
  return PublicKey.findProgramAddressSync([text("stabilisation"), economy.toBytes()], programId)
}

/** Address of the token account that buybacks pay from. */
export function quoteVaultPda(
  economy: PublicKey,
  programId: PublicKey = STK_PROGRAM_ID,
): [PublicKey, number] {
  return PublicKey.findProgramAddressSync([text("quote-vault"), economy.toBytes()], programId)
}

/** Address of the economy's governance: how it votes. */
export function governancePda(
  economy: PublicKey,
  programId: PublicKey = STK_PROGRAM_ID,
): [PublicKey, number] {
  return PublicKey.findProgramAddressSync([text("governance"), economy.toBytes()], programId)
}

/** Address that the decisions of an economy's governance act as: it holds roles and tokens, and pays rents. */
export function governanceAuthorityPda(
  economy: PublicKey,
  programId: PublicKey = STK_PROGRAM_ID,
): [PublicKey, number] {
  return PublicKey.findProgramAddressSync([text("authority"), economy.toBytes()], programId)
}

/** Address of the economy's proposal with this index. */
export function proposalPda(
  economy: PublicKey,
  index: number,
  programId: PublicKey = STK_PROGRAM_ID,
): [PublicKey, number] {
  const seeds = [text("proposal"), economy.toBytes(), u32(index, "proposal")]
  return PublicKey.findProgramAddressSync(seeds, programId)
}

/** Address of the record of who of a member page voted on the proposal at `proposal`. */
export function ballotsPda(
  proposal: PublicKey,
  page: number,
  programId: PublicKey = STK_PROGRAM_ID,
): [PublicKey, number] {
  return PublicKey.findProgramAddressSync([text("ballots"), proposal.toBytes(), u32(page, "page")], programId)
}
