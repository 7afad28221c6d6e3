import { PublicKey } from "@solana/web3.js"

/**
 * Derives every address once for the tests of this `describe`: deriving is most of what a transaction costs here, and
 * the same seeds give the same address.
 */
export function rememberAddresses(): void {
  const derive = PublicKey.findProgramAddressSync
  before(() => {
    const known = new Map<string, [PublicKey, number]>()
    PublicKey.findProgramAddressSync = (seeds, programId) => {
      const parts = [...seeds, programId.toBytes()].map((seed) => Buffer.from(seed).toString("hex"))
      const key = parts.join(" ")
      const found = known.get(key) ?? derive.call(PublicKey, seeds, programId)
      known.set(key, found)
      return found
    }
  })
  after(() => {
    PublicKey.findProgramAddressSync = derive
  })
}
