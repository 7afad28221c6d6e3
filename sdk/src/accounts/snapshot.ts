import type { PublicKey } from "@solana/web3.js"
import { PAGE_SLOTS, STK_PROGRAM_ID } from "../constants.js"
import { closeAccount, fetchAllDecoded, fetchDecoded, openAccount, type AccountReader } from "./read.js"

const DISCRIMINATOR = [137, 213, 28, 133, 224, 161, 48, 108]
/** Unused bytes at the end. */
const RESERVED_BYTES = 3

/** The balances of one member page as they were when a snapshot was taken: what votes on its proposals weigh. */
export interface Snapshot {
  economy: PublicKey
  /** Index of the member page. */
  page: number
  /** Number of the snapshot. */
  number: number
  /** The first snapshot for which these were the balances: `number`, or an earlier one that was left out. */
  since: number
  /** Base units by slot; 0 for slots that were free. */
  balances: readonly bigint[]
  bump: number
}

/** Decodes a snapshot's account data. @throws {InvalidAccountError} */
export function decodeSnapshot(data: Uint8Array): Snapshot {
  const reader = openAccount(data, "Snapshot", DISCRIMINATOR)
  // Read by hand: the compiler gives up on a tuple type as long as the IDL describes here.
  const balances = Array.from({ length: PAGE_SLOTS }, () => reader.u64())
  const [number, page, since] = [reader.u32(), reader.u32(), reader.u32()]
  const [economy, bump] = [reader.address(), reader.u8()]
  reader.take(RESERVED_BYTES)
  closeAccount(reader, "Snapshot")
  return { economy, page, number, since, balances, bump }
}

/** The snapshot at `address`; null when there is none. @throws {InvalidAccountError} */
export function fetchSnapshot(
  connection: AccountReader,
  address: PublicKey,
  programId: PublicKey = STK_PROGRAM_ID,
): Promise<Snapshot | null> {
  return fetchDecoded(connection, address, "Snapshot", decodeSnapshot, programId)
}

/** The snapshots at `addresses`, in their order. @throws {InvalidAccountError} */
export function fetchAllSnapshots(
  connection: AccountReader,
  addresses: readonly PublicKey[],
  programId: PublicKey = STK_PROGRAM_ID,
): Promise<(Snapshot | null)[]> {
  return fetchAllDecoded(connection, addresses, "Snapshot", decodeSnapshot, programId)
}
