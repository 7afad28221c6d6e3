import {
  NONCE_ACCOUNT_LENGTH,
  NonceAccount,
  Keypair,
  type PublicKey,
  SystemProgram,
  type Connection,
} from "@solana/web3.js"
import { planTransaction, sendPlanned, keypairSigner, type StkSigner } from "@stk/sdk"
import { NotReady } from "../chain/failures"

/**
 * Durable nonces: transactions that stay valid until they are sent, for signers that need longer than the minute of a
 * blockhash. Solana may give them up; nothing but the time for signing rests on them.
 */

/** What using a nonce adds to a transaction: its account, a sysvar, the system program, and the instruction. */
export const NONCE_BYTES = 106
const CREATE_COMPUTE_UNITS = 10_000

/** A nonce that can be used. */
export interface Nonce {
  account: PublicKey
  authority: PublicKey
  value: string
}

/** @throws {NotReady} an account that is no nonce, or of somebody else */
export async function readNonces(
  connection: Connection,
  accounts: readonly PublicKey[],
  authority: PublicKey | null,
): Promise<Nonce[]> {
  const found = await Promise.all(accounts.map((account) => connection.getAccountInfo(account, "confirmed")))
  return accounts.map((account, index) => {
    const data = found[index]
    if (!data?.owner.equals(SystemProgram.programId) || data.data.length !== NONCE_ACCOUNT_LENGTH)
      throw new NotReady([`nonce: ${account.toBase58()} is not a nonce account`])
    const { authorizedPubkey, nonce } = NonceAccount.fromAccountData(data.data)
    if (authority !== null && !authorizedPubkey.equals(authority))
      throw new NotReady([
        `nonce: ${account.toBase58()} belongs to ${authorizedPubkey.toBase58()}, not to ${authority.toBase58()}`,
      ])
    return { account, authority: authorizedPubkey, value: nonce }
  })
}

/** Creates nonce accounts for an authority, one transaction each; what was created before a failure is given to `onCreated`. */
export async function createNonces(
  connection: Connection,
  payer: StkSigner,
  authority: PublicKey,
  count: number,
  onCreated: (account: PublicKey) => void,
): Promise<void> {
  const lamports = await connection.getMinimumBalanceForRentExemption(NONCE_ACCOUNT_LENGTH)
  for (let made = 0; made < count; made++) {
    // Its key signs its creation, and nothing ever again.
    const nonce = Keypair.generate()
    const { instructions } = SystemProgram.createNonceAccount({
      fromPubkey: payer.publicKey,
      noncePubkey: nonce.publicKey,
      authorizedPubkey: authority,
      lamports,
    })
    const planned = planTransaction("nonce account", payer.publicKey, instructions, CREATE_COMPUTE_UNITS)
    await sendPlanned(connection, planned, [payer, keypairSigner(nonce)], { measure: false })
    onCreated(nonce.publicKey)
  }
}

/** What goes before all other instructions of a transaction that uses a nonce. */
export function advanceInstruction(nonce: Pick<Nonce, "account" | "authority">) {
  return SystemProgram.nonceAdvance({ noncePubkey: nonce.account, authorizedPubkey: nonce.authority })
}
