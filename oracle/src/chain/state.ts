import {
  daysEnded,
  decodeEconomy,
  decodeMember,
  decodePageHeader,
  decodeWeek,
  MEMBER_BYTES,
  PAGE_HEAD_BYTES,
  pageBytes,
  pagePda,
  STK_PROGRAM_ID,
  weekPda,
  type Economy,
  type Member,
  type PageHeader,
  type Week,
} from "@stk/sdk"
import { AccountLayout, MintLayout } from "@solana/spl-token"
import {
  SYSVAR_CLOCK_PUBKEY,
  SYSVAR_RENT_PUBKEY,
  type AccountInfo,
  type Connection,
  type PublicKey,
} from "@solana/web3.js"
import { missing, type Cluster } from "./cluster"
import { Interrupted } from "./failures"

/** What the chain has, read at one commitment; the work list of every command. */

export type ReadCommitment = "confirmed" | "finalized"

/** Pages of 65 kB that are asked for in one request. */
const PAGES_OF_A_REQUEST = 20
/** Where the Clock sysvar keeps its unix time (i64, seconds). */
const CLOCK_UNIX_TIME_OFFSET = 32
/** Every account pays rent for this many bytes beside its data. */
export const ACCOUNT_OVERHEAD_BYTES = 128

/** A member page whose members are decoded when asked for: a million at once would not fit. */
export class PageState {
  readonly header: PageHeader
  /** Members in it. */
  readonly length: number
  /** Slots that fit as it is. */
  readonly capacity: number

  constructor(
    private readonly data: Buffer,
    /** Slot of the chain that it was read at. */
    readonly slot: number,
  ) {
    this.header = decodePageHeader(data)
    this.length = data.readUInt32LE(PAGE_HEAD_BYTES - 8)
    this.capacity = Math.floor((data.length - PAGE_HEAD_BYTES) / MEMBER_BYTES)
  }

  /** The 32 bytes of a slot's wallet, without decoding the rest. */
  wallet(slot: number): Uint8Array {
    return this.data.subarray(pageBytes(slot), pageBytes(slot) + 32)
  }

  member(slot: number): Member {
    return decodeMember(this.data.subarray(pageBytes(slot), pageBytes(slot + 1)))
  }
}

/** An economy with everything that a week needs of it. */
export interface ChainState {
  address: PublicKey
  economy: Economy
  pages: readonly PageState[]
  /** Record of the economy's current week; null before the first. */
  week: Week | null
  /** The chain's clock, unix seconds. */
  now: number
  /** Slot of the oldest of these reads. */
  slot: number
}

/** Reads accounts with the slot that answered; never older than what is known. */
export class ChainReader {
  /** The newest slot in which something of ours is known to have happened. */
  minContextSlot = 0
  /** The newest slot in which something of ours is known to be final. */
  minFinalSlot = 0

  readonly connection: Connection

  /** @param connection the cluster's own by default, or that of one of its endpoints */
  constructor(
    private readonly cluster: Cluster,
    connection?: Connection,
  ) {
    this.connection = connection ?? cluster.connection
  }

  async accounts(
    addresses: readonly PublicKey[],
    commitment: ReadCommitment = "confirmed",
  ): Promise<{ slot: number; accounts: (AccountInfo<Buffer> | null)[] }> {
    const minContextSlot = commitment === "confirmed" ? this.minContextSlot : this.minFinalSlot
    const { context, value } = await this.connection.getMultipleAccountsInfoAndContext([...addresses], {
      commitment,
      ...(minContextSlot > 0 ? { minContextSlot } : {}),
    })
    return { slot: context.slot, accounts: value }
  }

  async economy(address: PublicKey, commitment: ReadCommitment = "confirmed"): Promise<Economy> {
    const { accounts } = await this.accounts([address], commitment)
    return this.owned(accounts[0], "economy", address, decodeEconomy)
  }

  /** @throws {OracleError} when there is no such economy */
  async read(address: PublicKey, commitment: ReadCommitment = "confirmed"): Promise<ChainState> {
    const head = await this.accounts([address, SYSVAR_CLOCK_PUBKEY], commitment)
    const economy = this.owned(head.accounts[0], "economy", address, decodeEconomy)
    const now = unixTimeOf(head.accounts[1])
    let slot = head.slot
    const pages: PageState[] = []
    for (let first = 0; first < economy.pages; first += PAGES_OF_A_REQUEST) {
      const indexes = Array.from(
        { length: Math.min(PAGES_OF_A_REQUEST, economy.pages - first) },
        (_, i) => first + i,
      )
      const addresses = indexes.map((index) => pagePda(address, index)[0])
      const read = await this.accounts(addresses, commitment)
      slot = Math.min(slot, read.slot)
      addresses.forEach((page, index) =>
        pages.push(
          this.owned(read.accounts[index], "member page", page, (data) => new PageState(data, read.slot)),
        ),
      )
    }
    const week = economy.week === 0 ? null : await this.week(address, economy.week, commitment)
    return { address, economy, pages, week, now, slot }
  }

  /** The record of a week; null when it was never opened. */
  async week(
    economy: PublicKey,
    index: number,
    commitment: ReadCommitment = "confirmed",
  ): Promise<Week | null> {
    const [address] = weekPda(economy, index)
    const { accounts } = await this.accounts([address], commitment)
    return accounts[0] ? this.owned(accounts[0], "week", address, decodeWeek) : null
  }

  /** Base units in the vault, and base units that exist. */
  async tokens(economy: Economy): Promise<{ vault: bigint; supply: bigint }> {
    const { accounts } = await this.accounts([economy.vault, economy.mint])
    const [vault, mint] = accounts
    if (!vault || !mint) throw missing("mint or vault", economy.mint.toBase58(), this.cluster)
    return { vault: AccountLayout.decode(vault.data).amount, supply: MintLayout.decode(mint.data).supply }
  }

  /** Lamports that keep a byte of an account alive: from the cluster's own Rent account. */
  async rentPerByte(): Promise<number> {
    const { accounts } = await this.accounts([SYSVAR_RENT_PUBKEY])
    const rent = accounts[0]
    if (!rent) throw new Interrupted("the cluster gives no rent")
    return Number(rent.data.readBigUInt64LE(0)) * rent.data.readDoubleLE(8)
  }

  private owned<T>(
    account: AccountInfo<Buffer> | null | undefined,
    what: string,
    address: PublicKey,
    decode: (data: Buffer) => T,
  ): T {
    if (!account || !account.owner.equals(STK_PROGRAM_ID))
      throw missing(what, address.toBase58(), this.cluster)
    return decode(account.data)
  }
}

/** Unix seconds of the Clock sysvar's account. @throws {Interrupted} there is none */
export function unixTimeOf(clock: AccountInfo<Buffer> | null | undefined): number {
  if (!clock) throw new Interrupted("the cluster gives no clock")
  return Number(clock.data.readBigInt64LE(CLOCK_UNIX_TIME_OFFSET))
}

/** Whether a day has ended whose emission is not released. */
export function isEmissionDue(chain: Pick<ChainState, "economy" | "now">): boolean {
  return daysEnded(chain.economy.genesis, chain.now) > chain.economy.releasedDays
}
