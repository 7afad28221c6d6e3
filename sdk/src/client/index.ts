export type { FoundMember, StkClientOptions, StkConnection } from "./base.js"
export { StkClient, type CreatedEconomy, type CreateEconomyOptions } from "./client.js"
export type { ReserveDeposit } from "./reserve.js"
export {
  measureTransaction,
  sendPlanned,
  type SendingConnection,
  type SendOptions,
  type SentTransaction,
} from "./send.js"
export { keypairSigner, type StkSigner } from "./signer.js"
