import type { AccountInfo, Connection, PublicKey } from "@solana/web3.js"
import { STK_PROGRAM_ID } from "../constants.js"
import { InvalidAccountError } from "../errors/base.js"
import { Reader, startsWith } from "../idl/codec.js"

/** The reads that fetchers need: a `Connection`, or anything that answers like one. */
export type AccountReader = Pick<Connection, "getAccountInfo" | "getMultipleAccountsInfo">

/** Bytes of an account's discriminator. */
export const DISCRIMINATOR_BYTES = 8
/** Most accounts of one `getMultipleAccounts` request. */
const ACCOUNTS_OF_A_REQUEST = 100

/** A reader behind the discriminator. @throws {InvalidAccountError} when it is another's. */
export function openAccount(data: Uint8Array, accountType: string, discriminator: ArrayLike<number>): Reader {
  if (!startsWith(data, discriminator)) {
    throw new InvalidAccountError(accountType, "the discriminator is that of another type")
  }
  return new Reader(data.subarray(DISCRIMINATOR_BYTES), accountType)
}

/** Refuses bytes that the layout does not explain: an account of a later program with more to it than is known here. */
export function closeAccount(reader: Reader, accountType: string): void {
  if (reader.rest > 0) throw new InvalidAccountError(accountType, `${reader.rest} bytes follow its fields`)
}

function decodeOwned<T>(
  info: AccountInfo<Uint8Array> | null,
  address: PublicKey,
  accountType: string,
  decode: (data: Uint8Array) => T,
  programId: PublicKey,
): T | null {
  if (!info) return null
  if (!info.owner.equals(programId)) {
    const details = [`address: ${address.toBase58()}`, `owner: ${info.owner.toBase58()}`]
    throw new InvalidAccountError(accountType, "its owner is another program", { details })
  }
  return decode(info.data)
}

/** One account, decoded; null when there is none. @throws {InvalidAccountError} */
export async function fetchDecoded<T>(
  connection: AccountReader,
  address: PublicKey,
  accountType: string,
  decode: (data: Uint8Array) => T,
  programId: PublicKey = STK_PROGRAM_ID,
): Promise<T | null> {
  return decodeOwned(await connection.getAccountInfo(address), address, accountType, decode, programId)
}

/** Many accounts, decoded, in the order of `addresses`; null for each that does not exist. */
export async function fetchAllDecoded<T>(
  connection: AccountReader,
  addresses: readonly PublicKey[],
  accountType: string,
  decode: (data: Uint8Array) => T,
  programId: PublicKey = STK_PROGRAM_ID,
): Promise<(T | null)[]> {
  const decoded: (T | null)[] = []
  for (let start = 0; start < addresses.length; start += ACCOUNTS_OF_A_REQUEST) {
    const part = addresses.slice(start, start + ACCOUNTS_OF_A_REQUEST)
    const infos = await connection.getMultipleAccountsInfo(part)
    part.forEach((address, index) => {
      decoded.push(decodeOwned(infos[index] ?? null, address, accountType, decode, programId))
    })
  }
  return decoded
}
