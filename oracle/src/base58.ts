import bs58 from "bs58"

const ADDRESS_BYTES = 32
/** Longest base58 text of 32 bytes; decoding takes time by the square of the length. */
const MAX_TEXT = 44

/** Decodes a base58 address, or returns null when the text is not the base58 form of exactly 32 bytes. */
export function decodeAddress(text: string): Uint8Array | null {
  if (text.length < ADDRESS_BYTES || text.length > MAX_TEXT) return null
  const bytes = bs58.decodeUnsafe(text)
  return bytes?.length === ADDRESS_BYTES ? bytes : null
}

/** Encodes 32 bytes as base58. */
export function encodeAddress(bytes: Uint8Array): string {
  return bs58.encode(bytes)
}
