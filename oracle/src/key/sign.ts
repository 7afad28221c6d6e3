import type { StkSigner } from "@stk/sdk"
import { type PublicKey, VersionedMessage, VersionedTransaction } from "@solana/web3.js"
import { NotReady } from "../chain/failures"
import { itemAt } from "../item"
import type { Bundle } from "./bundle"
import { readMessage, UnreadableMessage, type ReadMessage } from "./message"
import { objection, policySchema } from "./policy"

/** What a key is asked to sign, read from the bytes. */
export interface ToSign {
  economy: string
  /** By the places of the file; null where this key does not sign. */
  messages: (ReadMessage | null)[]
}

/** @throws {NotReady} when a single one is anything but a step of posting a week of one economy */
export function readToSign(
  bundle: Bundle,
  key: PublicKey,
  limits: { economy: string | undefined; mostFee: number },
): ToSign {
  const problems: string[] = []
  const read = bundle.transactions.map((each, index) => {
    try {
      return readMessage(Buffer.from(each.message, "base64"))
    } catch (error) {
      if (!(error instanceof UnreadableMessage)) throw error
      problems.push(`transaction ${index + 1}: ${error.message}`)
      return null
    }
  })
  if (problems.length > 0) throw new NotReady([...problems, NOTHING])
  const messages = read.map((each) => (each?.signers.some((signer) => signer.equals(key)) ? each : null))
  const first = messages.find((each) => each !== null)
  if (first === undefined || first === null)
    throw new NotReady([`keypair: ${key.toBase58()} signs none of these transactions`])
  const economy = limits.economy ?? economyOf(first) ?? bundle.economy
  const policy = policySchema.parse({ economy, mostFee: limits.mostFee })
  messages.forEach((each, index) => {
    if (each === null) return
    const reason = objection(each, policy, key)
    if (reason !== null) problems.push(`transaction ${index + 1}: ${reason}`)
  })
  if (problems.length > 0) throw new NotReady([...problems, NOTHING])
  return { economy, messages }
}

const NOTHING = "nothing was signed"

function economyOf(read: ReadMessage): string | null {
  const [action] = read.actions
  return action?.program === "stk" ? (action.instruction.accounts.economy?.toBase58() ?? null) : null
}

/** The file with this key's signatures. */
export async function signBundle(bundle: Bundle, toSign: ToSign, signer: StkSigner): Promise<Bundle> {
  const transactions = [...bundle.transactions]
  for (const [index, read] of toSign.messages.entries()) {
    if (read === null) continue
    const transaction = await signer.signTransaction(
      new VersionedTransaction(VersionedMessage.deserialize(read.bytes)),
    )
    const place = read.signers.findIndex((each) => each.equals(signer.publicKey))
    const signature = Buffer.from(itemAt(transaction.signatures, place)).toString("base64")
    const each = itemAt(transactions, index)
    const signatures = { ...each.signatures, [signer.publicKey.toBase58()]: signature }
    transactions[index] = { ...each, signatures }
  }
  return { ...bundle, transactions }
}
