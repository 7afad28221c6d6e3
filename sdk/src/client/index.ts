export { StkClient, type FoundMember, type StkClientOptions, type StkConnection } from "./client.js"
export {
  measureTransaction,
  sendPlanned,
  type SendingConnection,
  type SendOptions,
  type SentTransaction,
} from "./send.js"
export { keypairSigner, type StkSigner } from "./signer.js"
