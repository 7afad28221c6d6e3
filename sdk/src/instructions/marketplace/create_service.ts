import { SystemProgram, type PublicKey, type TransactionInstruction } from "@solana/web3.js"
import { RecipientKind, STK_PROGRAM_ID, type ServiceKindValue } from "../../constants.js"
import type { ServiceTerms, Share } from "../../math/service.js"
import { pagePda, servicePda } from "../../pdas.js"
import { encodeInstruction, type ProgramParameters } from "../encode.js"

/** What a service is and costs. */
export interface ServiceParameters extends ServiceTerms {
  kind: ServiceKindValue
  /** 1 to 64 bytes of UTF-8. */
  name: string
  /** Hash of the description, or of where it is found. */
  descriptionHash: Uint8Array
  /** Base units. */
  price: bigint
  /** 1 to 8 recipients; sums to 10,000. */
  split: readonly Share[]
}

/** Parameters of {@link createServiceInstruction}. */
export interface CreateServiceParameters extends ProgramParameters {
  /** The author, who pays the rent. */
  wallet: PublicKey
  economy: PublicKey
  /** Index of the author's page. */
  page: number
  slot: number
  /** How many services the economy has had: its next id. */
  id: number
  parameters: ServiceParameters
}

const splitEntry = (share: Share) =>
  "fund" in share
    ? { recipientKind: RecipientKind.Fund, fund: share.fund, member: 0, bps: share.bps }
    : { recipientKind: RecipientKind.Member, fund: 0, member: share.member, bps: share.bps }

/**
 * Offers a service at a price that is split among members and funds. A member may, and pays the rent.
 * @throws {WrongMember} @throws {SplitDoesNotAddUp} @throws {UnknownRecipient}
 */
export function createServiceInstruction(p: CreateServiceParameters): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  const [page] = pagePda(p.economy, p.page, programId)
  const [service] = servicePda(p.economy, p.id, programId)
  const { wallet, economy, slot } = p
  const parameters = { ...p.parameters, split: p.parameters.split.map(splitEntry) }
  const accounts = { wallet, economy, page, service, systemProgram: SystemProgram.programId }
  return encodeInstruction("createService", accounts, { slot, parameters }, programId)
}
