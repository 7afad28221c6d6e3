import { createPrivateKey, createPublicKey, sign, verify } from "node:crypto"
import type { Keypair, PublicKey } from "@solana/web3.js"

/** Signatures over exactly the bytes that are given: web3.js signs what it has serialized anew. */

const SPKI_PREFIX = Buffer.from("302a300506032b6570032100", "hex")
const PKCS8_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex")
export const SIGNATURE_BYTES = 64
const SEED_BYTES = 32

/** Whether a signature is this key's over these bytes. */
export function isSignedBy(publicKey: PublicKey, bytes: Uint8Array, signature: Uint8Array): boolean {
  if (signature.length !== SIGNATURE_BYTES) return false
  const der = Buffer.concat([SPKI_PREFIX, publicKey.toBytes()])
  return verify(null, bytes, createPublicKey({ key: der, format: "der", type: "spki" }), signature)
}

/** The signature of a key over bytes. */
export function signBytes(keypair: Keypair, bytes: Uint8Array): Uint8Array {
  const der = Buffer.concat([PKCS8_PREFIX, keypair.secretKey.subarray(0, SEED_BYTES)])
  return sign(null, bytes, createPrivateKey({ key: der, format: "der", type: "pkcs8" }))
}
