import type { Connection, GetProgramAccountsFilter, PublicKey } from "@solana/web3.js"
import {
  Fund,
  RecipientKind,
  ServiceKind,
  ServiceStatus,
  STK_PROGRAM_ID,
  type ServiceKindValue,
  type ServiceStatusValue,
} from "../constants.js"
import { unpad } from "./economy.js"
import { InvalidAccountError } from "../errors/base.js"
import { readDefined, type Defined } from "../idl/codec.js"
import type { ServiceTerms, Share } from "../math/service.js"
import { closeAccount, fetchAllDecoded, fetchDecoded, openAccount, type AccountReader } from "./read.js"

const DISCRIMINATOR = [144, 62, 76, 129, 167, 36, 151, 250]
/** Bytes of a service's account. */
const SERVICE_BYTES = 296
// Places of the fields in the account by which a node can look for services.
const ECONOMY_OFFSET = 32
const AUTHOR_OFFSET = 64

/** Something that a member offers for tokens. Amounts are base units. */
export interface Service extends ServiceTerms {
  economy: PublicKey
  /** Place in the economy's sequence of services; never used twice. */
  id: number
  /** The member's wallet that offers it. */
  author: PublicKey
  /** Global index of the author. */
  authorMember: number
  kind: ServiceKindValue
  status: ServiceStatusValue
  name: string
  /** Hash of the description, or of where it is found. */
  descriptionHash: Uint8Array
  /** For one purchase. */
  price: bigint
  /** Who gets which share of the price. */
  split: readonly Share[]
  /** Purchases so far. */
  sold: bigint
  /** Sum of all ratings, each 1 to 5. */
  ratingSum: bigint
  ratingCount: number
  bump: number
}

function oneOf<Value extends number>(values: Record<string, Value>, value: number, what: string): Value {
  const found = Object.values(values).find((each) => each === value)
  if (found !== undefined) return found
  throw new InvalidAccountError("Service", `there is no ${what} ${value}`)
}

/** One entry of a split rule as the program writes it. @throws {InvalidAccountError} */
export function shareOf({ recipientKind, member, fund, bps }: Defined<"splitEntry">): Share {
  const kind = oneOf(RecipientKind, recipientKind, "kind of recipient")
  return kind === RecipientKind.Member ? { member, bps } : { fund: oneOf(Fund, fund, "fund"), bps }
}

/** Checks the number of a kind of service. @throws {InvalidAccountError} */
export const serviceKind = (value: number): ServiceKindValue => oneOf(ServiceKind, value, "kind")

/** Checks the number of a service's status. @throws {InvalidAccountError} */
export const serviceStatus = (value: number): ServiceStatusValue => oneOf(ServiceStatus, value, "status")

/** Decodes a service's account data. @throws {InvalidAccountError} */
export function decodeService(data: Uint8Array): Service {
  const reader = openAccount(data, "Service", DISCRIMINATOR)
  const raw = readDefined(reader, "service")
  closeAccount(reader, "Service")
  return {
    economy: raw.economy,
    id: raw.id,
    author: raw.author,
    authorMember: raw.authorMember,
    kind: serviceKind(raw.kind),
    status: serviceStatus(raw.status),
    name: unpad(raw.name),
    descriptionHash: raw.descriptionHash,
    price: raw.price,
    termSeconds: raw.termSeconds,
    sessions: raw.sessions,
    split: raw.split.slice(0, raw.splitCount).map(shareOf),
    sold: raw.sold,
    ratingSum: raw.ratingSum,
    ratingCount: raw.ratingCount,
    bump: raw.bump,
  }
}

/** The service at `address`; null when there is none. @throws {InvalidAccountError} */
export function fetchService(
  connection: AccountReader,
  address: PublicKey,
  programId: PublicKey = STK_PROGRAM_ID,
): Promise<Service | null> {
  return fetchDecoded(connection, address, "Service", decodeService, programId)
}

/** The services at `addresses`, in their order. @throws {InvalidAccountError} */
export function fetchAllServices(
  connection: AccountReader,
  addresses: readonly PublicKey[],
  programId: PublicKey = STK_PROGRAM_ID,
): Promise<(Service | null)[]> {
  return fetchAllDecoded(connection, addresses, "Service", decodeService, programId)
}

/** The read that a search needs: a `Connection`, or anything that answers like one. */
export type ServiceReader = Pick<Connection, "getProgramAccounts">

/** What is looked for; what is left out is not asked. */
export interface ServiceQuery {
  kind?: ServiceKindValue | undefined
  author?: PublicKey | undefined
  /** Words that the name must contain, in any order and any case. */
  text?: string | undefined
  /** Base units. */
  maxPrice?: bigint | undefined
  /** True for services that can be bought, false for paused ones. */
  onOffer?: boolean | undefined
}

/** A service with its address. */
export interface FoundService extends Service {
  address: PublicKey
}

/** The services of an economy that answer to `query`, by id. @throws {InvalidAccountError} */
export async function findServices(
  connection: ServiceReader,
  economy: PublicKey,
  query: ServiceQuery = {},
  programId: PublicKey = STK_PROGRAM_ID,
): Promise<FoundService[]> {
  const { kind, author, maxPrice, onOffer } = query
  const words = (query.text ?? "").toLowerCase().split(/\s+/)
  const at = (offset: number, key: PublicKey): GetProgramAccountsFilter => ({
    memcmp: { offset, bytes: key.toBase58() },
  })
  const filters = [
    { dataSize: SERVICE_BYTES },
    at(ECONOMY_OFFSET, economy),
    ...(author === undefined ? [] : [at(AUTHOR_OFFSET, author)]),
  ]
  const accounts = await connection.getProgramAccounts(programId, { filters })
  return accounts
    .filter(({ account }) => DISCRIMINATOR.every((byte, index) => account.data[index] === byte))
    .map(({ pubkey, account }) => ({ ...decodeService(account.data), address: pubkey }))
    .filter((service) => kind === undefined || service.kind === kind)
    .filter((service) => maxPrice === undefined || service.price <= maxPrice)
    .filter(({ status }) => onOffer === undefined || onOffer === (status === ServiceStatus.OnOffer))
    .filter(({ name }) => words.every((word) => name.toLowerCase().includes(word)))
    .sort((left, right) => left.id - right.id)
}
