import { getAssociatedTokenAddressSync } from "@solana/spl-token"
import type { Connection, PublicKey, TransactionInstruction } from "@solana/web3.js"
import { fetchEconomy, type Economy } from "../accounts/economy.js"
import { fetchAllMemberships, fetchMembership, type Membership } from "../accounts/membership.js"
import { fetchAllPages, fetchPage, type Member, type MemberPage } from "../accounts/page.js"
import { MOST_COMPUTE_UNITS, STK_PROGRAM_ID } from "../constants.js"
import { AccountNotFoundError, InvalidArgumentError } from "../errors/base.js"
import { decodeError } from "../errors/decode.js"
import { decodeEvents, type StkEvent } from "../events.js"
import { membershipPda, pagePda } from "../pdas.js"
import { ESTIMATED_COMPUTE_UNITS } from "../plan/estimate.js"
import { type Plan } from "../plan/plan.js"
import { keepPages, pagesBehindSnapshot, type SnapshotDue } from "../plan/snapshot.js"
import { planTransaction, type PlannedTransaction, type TransactionOptions } from "../plan/transaction.js"
import { sendPlanned, type SendingConnection, type SendOptions, type SentTransaction } from "./send.js"
import type { StkSigner } from "./signer.js"

/** What the client needs of a `Connection`. */
export type StkConnection = SendingConnection &
  Pick<Connection, "getAccountInfo" | "getMultipleAccountsInfo" | "getProgramAccounts" | "getTransaction">

export interface StkClientOptions extends TransactionOptions, SendOptions {
  connection: StkConnection
  /** Address of the economy. */
  economy: PublicKey
  /** Pays for and signs what is sent; not needed for reading. */
  signer?: StkSigner | undefined
  programId?: PublicKey | undefined
  /** How many lanes of a plan are sent side by side; 8 by default. */
  lanes?: number | undefined
}

/** Where a member is and what it has. */
export interface FoundMember extends Membership {
  member: Member
}

const LANES = 8

/**
 * What all topics of the client share: reading members, and sending. Each topic is a class of its own over the one before,
 * for no other reason than that all of them end up as methods of one `StkClient`.
 */
export abstract class ClientBase {
  readonly connection: StkConnection
  readonly economy: PublicKey
  readonly programId: PublicKey
  private readonly options: StkClientOptions

  constructor(options: StkClientOptions) {
    this.options = options
    this.connection = options.connection
    this.economy = options.economy
    this.programId = options.programId ?? STK_PROGRAM_ID
  }

  /** The economy. @throws {AccountNotFoundError} */
  async fetchEconomy(): Promise<Economy> {
    const economy = await fetchEconomy(this.connection, this.economy, this.programId)
    if (economy) return economy
    throw new AccountNotFoundError("Economy", this.economy.toBase58())
  }

  /** A member page; null when there is none. */
  fetchPage(page: number): Promise<MemberPage | null> {
    return fetchPage(this.connection, pagePda(this.economy, page, this.programId)[0], this.programId)
  }

  /** All member pages, in their order. */
  async fetchPages(): Promise<MemberPage[]> {
    const { pages } = await this.fetchEconomy()
    return this.pagesAt(Array.from({ length: pages }, (_, page) => page))
  }

  /** A wallet's place and slot; null when it is no member. */
  async fetchMember(wallet: PublicKey): Promise<FoundMember | null> {
    const [address] = membershipPda(this.economy, wallet, this.programId)
    const membership = await fetchMembership(this.connection, address, this.programId)
    if (!membership) return null
    const page = await this.fetchPage(membership.page)
    const member = page?.members[membership.slot]
    if (!member)
      throw new AccountNotFoundError("MemberPage", pagePda(this.economy, membership.page)[0].toBase58())
    return { ...membership, member }
  }

  /** Which of the wallets are members. */
  async fetchRegistered(wallets: readonly PublicKey[]): Promise<PublicKey[]> {
    const addresses = wallets.map((wallet) => membershipPda(this.economy, wallet, this.programId)[0])
    const found = await fetchAllMemberships(this.connection, addresses, this.programId)
    return wallets.filter((_, index) => found[index] !== null)
  }

  /** The program's events in a confirmed transaction. @throws {ProgramError} when it failed */
  async fetchEvents(signature: string): Promise<StkEvent[]> {
    const options = { maxSupportedTransactionVersion: 1, commitment: "confirmed" } as const
    const transaction = await this.connection.getTransaction(signature, options)
    if (!transaction) throw new AccountNotFoundError("Transaction", signature)
    const error = transaction.meta?.err ? decodeError(transaction.meta) : null
    if (error) throw error
    return decodeEvents(transaction.meta?.logMessages ?? [], this.programId)
  }

  /** Signs, sends and confirms one transaction of a plan. @throws {ProgramError} @throws {TransactionExpiredError} */
  send(planned: PlannedTransaction, signers: readonly StkSigner[] = []): Promise<SentTransaction> {
    return sendPlanned(this.connection, planned, [this.signer, ...signers], this.options)
  }

  /** Sends instructions of the caller's in one transaction. @throws {ProgramError} @throws {TransactionExpiredError} */
  sendInstructions(
    description: string,
    instructions: readonly TransactionInstruction[],
    signers: readonly StkSigner[] = [],
  ): Promise<SentTransaction> {
    return this.sendEstimated(description, instructions, MOST_COMPUTE_UNITS, signers)
  }

  /**
   * Sends a plan, several lanes side by side. The first failure stops every lane after the transaction it is at; planning
   * again continues from what the chain has.
   */
  async execute(
    plan: Plan<unknown>,
    onSent: (sent: SentTransaction) => void = () => undefined,
  ): Promise<SentTransaction[]> {
    const waiting = [...plan.lanes]
    const sent: SentTransaction[] = []
    let failure: { error: unknown } | undefined
    const work = async (): Promise<void> => {
      for (let lane = waiting.shift(); lane && !failure; lane = waiting.shift()) {
        for (const planned of lane.transactions) {
          if (failure) return
          const done = await this.send(planned)
          sent.push(done)
          onSent(done)
        }
      }
    }
    const stopping = (error: unknown): void => {
      failure ??= { error }
    }
    await Promise.all(Array.from({ length: this.options.lanes ?? LANES }, () => work().catch(stopping)))
    if (failure) throw failure.error
    return sent
  }

  protected get at() {
    return { economy: this.economy, programId: this.programId }
  }

  protected get planned() {
    const { version, microLamportsPerUnit } = this.options
    return { ...this.at, version, microLamportsPerUnit }
  }

  protected get signer(): StkSigner {
    const { signer } = this.options
    if (signer) return signer
    throw new InvalidArgumentError("signer", "given to a client that sends")
  }

  private async pagesAt(indexes: readonly number[]): Promise<MemberPage[]> {
    const addresses = indexes.map((page) => pagePda(this.economy, page, this.programId)[0])
    const found = await fetchAllPages(this.connection, addresses, this.programId)
    return found.filter((page) => page !== null)
  }

  /** Which of the pages must be kept for the latest snapshot before their balances change. */
  protected async snapshotDueOf(pages: readonly number[]): Promise<SnapshotDue> {
    const economy = await this.fetchEconomy()
    const { snapshot } = economy
    // No page is behind before the first proposal.
    if (snapshot === 0) return { snapshot, pages: [] }
    const headers = (await this.pagesAt([...new Set(pages)])).map(({ header }) => header)
    return { snapshot, pages: pagesBehindSnapshot(headers, economy) }
  }

  /** Sends an instruction that changes balances of the pages, which are kept first where a vote needs them. */
  protected async sendKeeping(
    description: string,
    pages: readonly number[],
    instruction: TransactionInstruction,
    units: number,
  ): Promise<SentTransaction> {
    const snapshotDue = await this.snapshotDueOf(pages)
    const kept = keepPages({ ...this.at, payer: this.signer.publicKey, snapshotDue }, pages)
    const instructions = [...kept.flatMap((work) => work.instructions), instruction]
    return this.sendEstimated(
      description,
      instructions,
      kept.reduce((sum, work) => sum + work.units, units),
    )
  }

  protected async memberOf(wallet: PublicKey): Promise<FoundMember> {
    const found = await this.fetchMember(wallet)
    if (found) return found
    throw new AccountNotFoundError(
      "Membership",
      membershipPda(this.economy, wallet, this.programId)[0].toBase58(),
    )
  }

  protected sendEstimated(
    description: string,
    instructions: readonly TransactionInstruction[],
    units: number,
    signers: readonly StkSigner[] = [],
  ): Promise<SentTransaction> {
    const limit = units + ESTIMATED_COMPUTE_UNITS.transaction
    const planned = planTransaction(description, this.signer.publicKey, instructions, limit, this.planned)
    return this.send(planned, signers)
  }

  protected async tokenAccountOf(wallet: PublicKey): Promise<PublicKey> {
    const { mint } = await this.fetchEconomy()
    return getAssociatedTokenAddressSync(mint, wallet, true)
  }
}
