import { MessageV1, VersionedTransaction, type MessageV1Args } from "@solana/web3.js"
import { InvalidArgumentError } from "../errors/base.js"
import { Writer } from "../idl/codec.js"

/** Version 1 with the bit that tells it from a legacy message. */
const VERSION_PREFIX = 0x81
/** Bits of the configuration that say which values follow. */
const MASK = {
  priorityFee: 0b11,
  computeUnitLimit: 0b100,
  loadedAccountsDataSizeLimit: 0b1000,
  heapSize: 0b1_0000,
}
/** Most of each that a message may have. */
const MOST = { signatures: 12, addresses: 64, instructions: 64 }

/**
 * A version-1 message (SIMD-0385) that can be serialized: web3.js 1.99 only reads them. Limits stand in the message and
 * not in instructions; one that is left out is zero, not a default.
 */
export class SerializableMessageV1 extends MessageV1 {
  constructor(args: MessageV1Args) {
    super(args)
    const { header, staticAccountKeys, compiledInstructions } = args
    if (header.numRequiredSignatures > MOST.signatures) {
      throw new InvalidArgumentError("message", `of at most ${MOST.signatures} signatures`)
    }
    if (staticAccountKeys.length > MOST.addresses) {
      throw new InvalidArgumentError("message", `of at most ${MOST.addresses} addresses`)
    }
    if (compiledInstructions.length > MOST.instructions) {
      throw new InvalidArgumentError("message", `of at most ${MOST.instructions} instructions`)
    }
  }

  override serialize(): Uint8Array {
    const { header, transactionConfig: config, compiledInstructions: instructions } = this
    const mask =
      (config.priorityFee === null ? 0 : MASK.priorityFee) |
      (config.computeUnitLimit === null ? 0 : MASK.computeUnitLimit) |
      (config.loadedAccountsDataSizeLimit === null ? 0 : MASK.loadedAccountsDataSizeLimit) |
      (config.heapSize === null ? 0 : MASK.heapSize)
    const writer = new Writer()
      .integer(VERSION_PREFIX, 1, "prefix")
      .integer(header.numRequiredSignatures, 1, "header.numRequiredSignatures")
      .integer(header.numReadonlySignedAccounts, 1, "header.numReadonlySignedAccounts")
      .integer(header.numReadonlyUnsignedAccounts, 1, "header.numReadonlyUnsignedAccounts")
      .integer(mask, 4, "mask")
      .address(this.recentBlockhash, "recentBlockhash")
      .integer(instructions.length, 1, "instructions")
      .integer(this.staticAccountKeys.length, 1, "addresses")
    for (const key of this.staticAccountKeys) writer.bytes(key.toBytes())
    if (config.priorityFee !== null) writer.u64(BigInt(config.priorityFee), "priorityFee")
    for (const limit of [config.computeUnitLimit, config.loadedAccountsDataSizeLimit, config.heapSize]) {
      if (limit !== null) writer.integer(limit, 4, "limit")
    }
    for (const { programIdIndex, accountKeyIndexes, data } of instructions) {
      writer
        .integer(programIdIndex, 1, "programIdIndex")
        .integer(accountKeyIndexes.length, 1, "accounts")
        .integer(data.length, 2, "data")
    }
    for (const { accountKeyIndexes, data } of instructions) {
      writer.bytes(Uint8Array.from(accountKeyIndexes)).bytes(Uint8Array.from(data))
    }
    return writer.finish()
  }
}

/** A version-1 transaction on the wire: the message, then one signature for each signer, without a count. */
export class TransactionV1 extends VersionedTransaction {
  override serialize(): Uint8Array {
    const writer = new Writer().bytes(this.message.serialize())
    for (const signature of this.signatures) writer.bytes(signature)
    return writer.finish()
  }
}
