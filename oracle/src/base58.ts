import { itemAt } from "./item"

/** Base58 of 32-byte addresses; exact, and fast enough for a million wallets in a second. */

const ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
export const ADDRESS_BYTES = 32
/** Longest base58 text of 32 bytes. */
const MAX_TEXT = 44
/** 24-bit limbs keep every product of a limb and 58^4 below 2^53. */
const LIMB_BITS = 24
const LIMB = 1 << LIMB_BITS
/** 11 limbs hold 264 bits: one byte more than an address, so that overflow is seen. */
const LIMBS = 11
const GROUP = 4
const POWERS = [1, 58, 58 ** 2, 58 ** 3, 58 ** 4] as const

const VALUES = new Int8Array(128).fill(-1)
for (let i = 0; i < ALPHABET.length; i++) VALUES[ALPHABET.charCodeAt(i)] = i

/** Decodes a base58 address, or returns null when the text is not the base58 form of exactly 32 bytes. */
export function decodeAddress(text: string): Uint8Array | null {
  const length = text.length
  if (length < ADDRESS_BYTES || length > MAX_TEXT) return null
  const limbs = new Float64Array(LIMBS)
  for (let at = 0; at < length; at += GROUP) {
    const end = Math.min(at + GROUP, length)
    let carry = 0
    for (let i = at; i < end; i++) {
      const code = text.charCodeAt(i)
      const value = code < 128 ? itemAt(VALUES, code) : -1
      if (value < 0) return null
      carry = carry * 58 + value
    }
    const factor = itemAt(POWERS, end - at)
    for (let i = 0; i < LIMBS; i++) {
      const product = itemAt(limbs, i) * factor + carry
      carry = Math.floor(product / LIMB)
      limbs[i] = product - carry * LIMB
    }
    if (carry > 0) return null
  }
  const bytes = new Uint8Array(ADDRESS_BYTES)
  for (let i = 0; i < ADDRESS_BYTES; i++) {
    const limb = itemAt(limbs, Math.floor(i / 3))
    bytes[ADDRESS_BYTES - 1 - i] = (limb >>> (8 * (i % 3))) & 0xff
  }
  if (itemAt(limbs, LIMBS - 1) >= 1 << 16) return null
  // The number of leading zero bytes must be the number of leading ones of the text.
  let zeros = 0
  while (zeros < ADDRESS_BYTES && bytes[zeros] === 0) zeros++
  let ones = 0
  while (ones < length && text.charCodeAt(ones) === 49) ones++
  return zeros === ones ? bytes : null
}

/** Encodes 32 bytes as base58. */
export function encodeAddress(bytes: Uint8Array): string {
  const digits: number[] = []
  for (const byte of bytes) {
    let carry = byte
    for (let i = 0; i < digits.length; i++) {
      carry += itemAt(digits, i) * 256
      digits[i] = carry % POWERS[GROUP]
      carry = Math.floor(carry / POWERS[GROUP])
    }
    if (carry > 0) digits.push(carry)
  }
  let text = ""
  for (let i = digits.length - 1; i >= 0; i--) {
    let rest = itemAt(digits, i)
    let group = ""
    for (let j = 0; j < GROUP; j++) {
      group = itemAt(ALPHABET, rest % 58) + group
      rest = Math.floor(rest / 58)
    }
    text += group
  }
  text = text.replace(/^1+/, "")
  for (let i = 0; i < bytes.length && bytes[i] === 0; i++) text = "1" + text
  return text
}
