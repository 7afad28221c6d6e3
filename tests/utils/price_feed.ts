import type { PriceFeed } from "@stk/sdk"
import { Keypair, PublicKey } from "@solana/web3.js"
import type { Chain } from "./svm"

/** Pyth's receiver program. */
export const PYTH_RECEIVER = new PublicKey("rec5EKMGg6MxZYaMdyBfgwp4d5rB9T1VQH5pJv5LtFJ")
const PRICE_UPDATE_V2 = [34, 241, 35, 99, 157, 126, 244, 205]

/** What a `PriceUpdateV2` account says. */
export interface PriceUpdate {
  readonly owner: PublicKey
  readonly discriminator: readonly number[]
  /** Full is one byte; partial is 0 and the number of signatures. */
  readonly verification: readonly number[]
  readonly feedId: Uint8Array
  readonly price: bigint
  readonly confidence: bigint
  readonly exponent: number
  /** Unix seconds. */
  readonly publishedAt: number
}

/** The bytes of a `PriceUpdateV2` account, as Pyth's receiver writes them with borsh. */
function encodeUpdate(update: PriceUpdate): Buffer {
  const integer = (value: bigint): Buffer => {
    const bytes = Buffer.alloc(8)
    bytes.writeBigUInt64LE(BigInt.asUintN(64, value))
    return bytes
  }
  const exponent = Buffer.alloc(4)
  exponent.writeInt32LE(update.exponent)
  const publishedAt = integer(BigInt(update.publishedAt))
  return Buffer.concat([
    Buffer.from(update.discriminator),
    Keypair.generate().publicKey.toBuffer(),
    Buffer.from(update.verification),
    update.feedId,
    integer(update.price),
    integer(update.confidence),
    exponent,
    publishedAt,
    publishedAt, // of the price before
    integer(update.price), // its average
    integer(update.confidence),
    integer(1n), // slot
  ])
}

/**
 * Writes the feed's account as Pyth's receiver would, whose program is not here: 0.80 with a confidence of 0.1%, published
 * now, unless `changes` says otherwise.
 */
export function publishPrice(chain: Chain, feed: PriceFeed, changes: Partial<PriceUpdate> = {}): void {
  const update: PriceUpdate = {
    owner: PYTH_RECEIVER,
    discriminator: PRICE_UPDATE_V2,
    verification: [1],
    feedId: feed.id,
    price: 80_000_000n,
    confidence: 80_000n,
    exponent: -8,
    publishedAt: chain.unixTime,
    ...changes,
  }
  const data = encodeUpdate(update)
  const lamports = chain.rentFor(data.length)
  chain.setAccount(feed.account, { data, owner: update.owner, executable: false, lamports })
}
