import type { PublicKey } from "@solana/web3.js"

/** One byte: a number, the index of an enum's variant, a truth value. */
export function u8(value: number | boolean): Buffer {
  return Buffer.from([Number(value)])
}

/** Two bytes, little endian. */
export function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16LE(value)
  return bytes
}

/** Four bytes, little endian. */
export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

/** Eight bytes, little endian. */
export function u64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(value)
  return bytes
}

/** Bytes behind their number, as Borsh writes them. */
export function bytes(value: Uint8Array): Buffer {
  return Buffer.concat([u32(value.length), value])
}

/** Text in UTF-8 behind its number of bytes. */
export function text(value: string): Buffer {
  return bytes(Buffer.from(value, "utf8"))
}

/** Items behind their number. */
export function list(items: readonly Buffer[]): Buffer {
  return Buffer.concat([u32(items.length), ...items])
}

/** The 32 bytes of an address. */
export function address(value: PublicKey): Buffer {
  return value.toBuffer()
}
