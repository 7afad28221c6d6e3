import { VersionedTransaction, type Keypair, type PublicKey, type Transaction } from "@solana/web3.js"

/** Who signs: a wallet adapter is one as it is, a `Keypair` becomes one by {@link keypairSigner}. */
export interface StkSigner {
  readonly publicKey: PublicKey
  signTransaction<T extends Transaction | VersionedTransaction>(transaction: T): Promise<T>
}

/** A signer over a key that the caller holds. */
export function keypairSigner(keypair: Keypair): StkSigner {
  return {
    publicKey: keypair.publicKey,
    signTransaction: async (transaction) => {
      if (transaction instanceof VersionedTransaction) transaction.sign([keypair])
      else transaction.partialSign(keypair)
      return transaction
    },
  }
}
