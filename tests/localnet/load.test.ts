import { Keypair, SystemProgram, Transaction } from "@solana/web3.js"
import { expect } from "chai"
import { startLocalnet } from "stk-localnet"

/** More than Surfpool's queue of reports holds. */
const TRANSACTIONS = 600
const AT_ONCE = 50

describe("a local chain under load", function () {
  this.timeout(120_000)

  it("still answers after more transactions than its queue of reports holds", async () => {
    const localnet = await startLocalnet({ programs: [] })
    try {
      const connection = localnet.connect()
      const to = Keypair.generate().publicKey
      let sent = 0
      while (sent < TRANSACTIONS) {
        const { blockhash } = await connection.getLatestBlockhash()
        const batch = Array.from({ length: AT_ONCE }, (_, index) => {
          const transaction = new Transaction({
            feePayer: localnet.payer.publicKey,
            recentBlockhash: blockhash,
          })
          transaction.add(
            SystemProgram.transfer({
              fromPubkey: localnet.payer.publicKey,
              toPubkey: to,
              lamports: 1_000_000 + sent + index,
            }),
          )
          transaction.sign(localnet.payer)
          return connection.sendRawTransaction(transaction.serialize(), { skipPreflight: true })
        })
        await Promise.all(batch)
        sent += AT_ONCE
      }

      expect(await connection.getSlot()).to.be.greaterThan(0)
      expect(await connection.getBalance(to)).to.be.greaterThan(0)
    } finally {
      await localnet.stop()
    }
  })
})
