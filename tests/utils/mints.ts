import {
  createAssociatedTokenAccountIdempotentInstruction,
  createInitializeMint2Instruction,
  createMintToInstruction,
  getAssociatedTokenAddressSync,
  MINT_SIZE,
  TOKEN_PROGRAM_ID,
} from "@solana/spl-token"
import { Keypair, SystemProgram, type PublicKey } from "@solana/web3.js"
import type { Chain } from "./svm"

/** A new mint of the token program, whose authority is the chain's payer: a dollar, bitcoin or gold of a test. */
export function createMint(chain: Chain, decimals: number): PublicKey {
  const mint = Keypair.generate()
  const payer = chain.payer.publicKey
  const creation = SystemProgram.createAccount({
    fromPubkey: payer,
    newAccountPubkey: mint.publicKey,
    lamports: chain.rentFor(MINT_SIZE),
    space: MINT_SIZE,
    programId: TOKEN_PROGRAM_ID,
  })
  chain.send([creation, createInitializeMint2Instruction(mint.publicKey, decimals, payer, null)], [mint])
  return mint.publicKey
}

/** The associated token account of `owner`, with `amount` more of a mint that `createMint` made. */
export function mintTo(chain: Chain, mint: PublicKey, owner: PublicKey, amount: bigint): PublicKey {
  const address = getAssociatedTokenAddressSync(mint, owner, true)
  const payer = chain.payer.publicKey
  const creation = createAssociatedTokenAccountIdempotentInstruction(payer, address, owner, mint)
  chain.send(amount > 0n ? [creation, createMintToInstruction(mint, address, payer, amount)] : [creation])
  return address
}
