import type { PublicKey } from "@solana/web3.js"
import { fetchActivation, type Activation } from "../accounts/activation.js"
import {
  fetchService,
  findServices,
  type FoundService,
  type Service,
  type ServiceQuery,
} from "../accounts/service.js"
import { type ServiceStatusValue } from "../constants.js"
import { AccountNotFoundError } from "../errors/base.js"
import { closeActivationInstruction } from "../instructions/marketplace/close_activation.js"
import { closeServiceInstruction } from "../instructions/marketplace/close_service.js"
import {
  createServiceInstruction,
  type ServiceParameters,
} from "../instructions/marketplace/create_service.js"
import { rateServiceInstruction } from "../instructions/marketplace/rate_service.js"
import { updateServiceInstruction } from "../instructions/marketplace/update_service.js"
import { useSessionInstruction } from "../instructions/marketplace/use_session.js"
import { activationPda, servicePda } from "../pdas.js"
import { ESTIMATED_COMPUTE_UNITS } from "../plan/estimate.js"
import { otherPagesOf, planPurchase } from "../plan/purchase.js"
import { ReserveClient } from "./reserve.js"
import type { SentTransaction } from "./send.js"

/** Services of members. */
export abstract class MarketplaceClient extends ReserveClient {
  /** The service with this id; null when there is none. */
  fetchService(id: number): Promise<Service | null> {
    return fetchService(this.connection, this.serviceAddress(id), this.programId)
  }

  /** What a wallet has of a service; null when it never bought it. */
  fetchActivation(id: number, wallet: PublicKey): Promise<Activation | null> {
    const [address] = activationPda(this.serviceAddress(id), wallet, this.programId)
    return fetchActivation(this.connection, address, this.programId)
  }

  /** The services that answer to `query`, by id. */
  findServices(query: ServiceQuery = {}): Promise<FoundService[]> {
    return findServices(this.connection, this.economy, query, this.programId)
  }

  /** Offers a service of the signer's; gives its id. @throws {SplitDoesNotAddUp} @throws {UnknownRecipient} */
  async createService(parameters: ServiceParameters): Promise<SentTransaction & { id: number }> {
    const wallet = this.signer.publicKey
    const { services: id } = await this.fetchEconomy()
    const { page, slot } = await this.memberOf(wallet)
    const instruction = createServiceInstruction({ ...this.at, wallet, page, slot, id, parameters })
    const units = ESTIMATED_COMPUTE_UNITS.createService
    return { ...(await this.sendEstimated(`creation of service ${id}`, [instruction], units)), id }
  }

  /** Changes price and status of a service of the signer's. @throws {NotAuthor} @throws {PriceIsZero} */
  updateService(id: number, price: bigint, status: ServiceStatusValue): Promise<SentTransaction> {
    const author = this.signer.publicKey
    const instruction = updateServiceInstruction({ ...this.at, author, id, price, status })
    return this.sendEstimated(`update of service ${id}`, [instruction], ESTIMATED_COMPUTE_UNITS.updateService)
  }

  /** Ends a paused service of the signer's. @throws {NotAuthor} @throws {ServiceNotPaused} */
  closeService(id: number): Promise<SentTransaction> {
    const instruction = closeServiceInstruction({ ...this.at, author: this.signer.publicKey, id })
    return this.sendEstimated(`closing of service ${id}`, [instruction], ESTIMATED_COMPUTE_UNITS.closeService)
  }

  /**
   * Buys a service for the signer, at its price or `maxPrice`; `deposit` is paid in from its token account first, in the
   * same transaction.
   * @throws {PriceAboveMaximum} @throws {BalanceTooSmall} @throws {ServiceIsPaused}
   */
  async purchase(
    id: number,
    { maxPrice, deposit }: { maxPrice?: bigint; deposit?: bigint } = {},
  ): Promise<SentTransaction[]> {
    const wallet = this.signer.publicKey
    const service = await this.fetchService(id)
    if (!service) throw new AccountNotFoundError("Service", this.serviceAddress(id).toBase58())
    const { page, slot } = await this.memberOf(wallet)
    const hasActivation = (await this.fetchActivation(id, wallet)) !== null
    const source = deposit === undefined ? null : await this.tokenAccountOf(wallet)
    const paidIn = deposit === undefined || source === null ? undefined : { source, amount: deposit }
    const snapshotDue = await this.snapshotDueOf([page, ...otherPagesOf(service.split, page)])
    const bought = { wallet, service, page, slot, maxPrice, hasActivation, deposit: paidIn, snapshotDue }
    return this.execute(planPurchase({ ...this.planned, ...bought }))
  }

  /** Counts a session of `wallet` down; the signer is the buyer or the author. @throws {NoSessionLeft} */
  useSession(id: number, wallet: PublicKey = this.signer.publicKey): Promise<SentTransaction> {
    const signer = this.signer.publicKey
    const instruction = useSessionInstruction({ ...this.at, signer, id, wallet })
    return this.sendEstimated(`session of service ${id}`, [instruction], ESTIMATED_COMPUTE_UNITS.useSession)
  }

  /** Rates a service that the signer bought from 1 to 5. @throws {AlreadyRated} */
  rateService(id: number, rating: number): Promise<SentTransaction> {
    const instruction = rateServiceInstruction({ ...this.at, wallet: this.signer.publicKey, id, rating })
    return this.sendEstimated(`rating of service ${id}`, [instruction], ESTIMATED_COMPUTE_UNITS.rateService)
  }

  /** Gives the signer the rent of its activation back, `giveUp` even while something is active. @throws {NotOver} */
  closeActivation(id: number, giveUp = false): Promise<SentTransaction> {
    const { programId } = this
    const [wallet, service] = [this.signer.publicKey, this.serviceAddress(id)]
    const instruction = closeActivationInstruction({ programId, wallet, service, giveUp })
    return this.sendEstimated(
      `closing of the activation of service ${id}`,
      [instruction],
      ESTIMATED_COMPUTE_UNITS.closeActivation,
    )
  }

  private serviceAddress(id: number): PublicKey {
    return servicePda(this.economy, id, this.programId)[0]
  }
}
