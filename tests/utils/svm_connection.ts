import {
  type AccountInfo,
  Connection,
  type DataSlice,
  type GetAccountInfoConfig,
  type GetMultipleAccountsConfig,
  type GetProgramAccountsConfig,
  type GetProgramAccountsFilter,
  type GetProgramAccountsResponse,
  type Keypair,
  PublicKey,
  type RpcResponseAndContext,
  SendTransactionError,
  type SendOptions,
  type SignatureResult,
  type SignatureStatus,
  type Signer,
  type Transaction,
  type TransactionConfirmationStrategy,
  type TransactionSignature,
  VersionedTransaction,
} from "@solana/web3.js"
import bs58 from "bs58"
import { address as kitAddress } from "@solana/kit"
import type { Chain } from "./svm"
import { TransactionFailed } from "./transaction_failed"

/** Blockhashes here never age, but web3.js wants a height up to which they are good. */
const BLOCKHASH_BLOCKS = 150

type Commitments = Parameters<Connection["getAccountInfo"]>[1]

function sliceOf(config: string | { readonly dataSlice?: DataSlice } | undefined): DataSlice | undefined {
  return typeof config === "object" ? config.dataSlice : undefined
}

function cut(account: AccountInfo<Buffer>, slice: DataSlice | undefined): AccountInfo<Buffer> {
  if (slice === undefined) return account
  return { ...account, data: account.data.subarray(slice.offset, slice.offset + slice.length) }
}

function matches(data: Buffer, filter: GetProgramAccountsFilter): boolean {
  if ("dataSize" in filter) return data.length === filter.dataSize
  const { bytes, encoding, offset } = filter.memcmp
  const wanted = encoding === "base64" ? Buffer.from(bytes, "base64") : Buffer.from(bs58.decode(bytes))
  return data.subarray(offset, offset + wanted.length).equals(wanted)
}

/** The sentence of a node for the same failure. */
function preflightMessage(error: TransactionFailed): string {
  if (error.instruction === null) return `Transaction simulation failed: ${error.programError}`
  const reason =
    error.custom === null ? error.programError : `custom program error: 0x${error.custom.toString(16)}`
  return `Transaction simulation failed: Error processing Instruction ${error.instruction}: ${reason}`
}

/**
 * web3.js's connection over the chain in this process: accounts, fees for space, sending and confirming. Every
 * other method fails at once instead of looking for a node.
 */
export class SvmConnection extends Connection {
  private readonly chain: Chain
  private readonly results = new Map<TransactionSignature, SignatureStatus>()

  constructor(chain: Chain) {
    super("http://in-process.invalid", {
      commitment: "confirmed",
      fetch: async () => {
        throw new Error(
          "the chain in this process has no such RPC method: use the local chain (stk-localnet)",
        )
      },
    })
    this.chain = chain
  }

  private withContext<T>(value: T): RpcResponseAndContext<T> {
    return { context: { slot: this.chain.slot }, value }
  }

  override async getAccountInfo(
    address: PublicKey,
    config?: Commitments | GetAccountInfoConfig,
  ): Promise<AccountInfo<Buffer> | null> {
    const account = this.chain.getAccount(address)
    return account === null ? null : cut(account, sliceOf(config))
  }

  override async getAccountInfoAndContext(
    address: PublicKey,
    config?: Commitments | GetAccountInfoConfig,
  ): Promise<RpcResponseAndContext<AccountInfo<Buffer> | null>> {
    return this.withContext(await this.getAccountInfo(address, config))
  }

  override async getMultipleAccountsInfo(
    addresses: PublicKey[],
    config?: Commitments | GetMultipleAccountsConfig,
  ): Promise<(AccountInfo<Buffer> | null)[]> {
    return Promise.all(addresses.map((address) => this.getAccountInfo(address, config)))
  }

  override async getMultipleAccountsInfoAndContext(
    addresses: PublicKey[],
    config?: Commitments | GetMultipleAccountsConfig,
  ): Promise<RpcResponseAndContext<(AccountInfo<Buffer> | null)[]>> {
    return this.withContext(await this.getMultipleAccountsInfo(addresses, config))
  }

  override getProgramAccounts(
    programId: PublicKey,
    configOrCommitment: GetProgramAccountsConfig & Readonly<{ withContext: true }>,
  ): Promise<RpcResponseAndContext<GetProgramAccountsResponse>>
  override getProgramAccounts(
    programId: PublicKey,
    configOrCommitment?: GetProgramAccountsConfig | Commitments,
  ): Promise<GetProgramAccountsResponse>
  override async getProgramAccounts(
    programId: PublicKey,
    config?: GetProgramAccountsConfig | Commitments,
  ): Promise<GetProgramAccountsResponse | RpcResponseAndContext<GetProgramAccountsResponse>> {
    const filters = typeof config === "object" && "filters" in config ? (config.filters ?? []) : []
    const accounts = this.chain.svm.getProgramAccounts(kitAddress(programId.toBase58())).flatMap((found) => {
      const pubkey = new PublicKey(found.address)
      const account = this.chain.getAccount(pubkey)
      if (account === null || !filters.every((filter) => matches(account.data, filter))) return []
      return [{ pubkey, account: cut(account, sliceOf(config)) }]
    })
    const wantsContext = typeof config === "object" && "withContext" in config && config.withContext === true
    return wantsContext ? this.withContext(accounts) : accounts
  }

  override async getBalance(address: PublicKey): Promise<number> {
    return this.chain.getAccount(address)?.lamports ?? 0
  }

  override async getMinimumBalanceForRentExemption(dataBytes: number): Promise<number> {
    return this.chain.rentFor(dataBytes)
  }

  override async getSlot(): Promise<number> {
    return this.chain.slot
  }

  /** A property, as web3.js declares it. */
  override getBlockHeight = async (): Promise<number> => this.chain.slot

  override async getBlockTime(): Promise<number> {
    return this.chain.unixTime
  }

  override async getLatestBlockhash(): Promise<{ blockhash: string; lastValidBlockHeight: number }> {
    this.chain.svm.expireBlockhash()
    const blockhash = this.chain.svm.latestBlockhash()
    return { blockhash, lastValidBlockHeight: this.chain.slot + BLOCKHASH_BLOCKS }
  }

  override async getLatestBlockhashAndContext(): Promise<
    RpcResponseAndContext<{ blockhash: string; lastValidBlockHeight: number }>
  > {
    return this.withContext(await this.getLatestBlockhash())
  }

  /** Runs the transaction at once. @throws {SendTransactionError} as a node's preflight does. */
  override async sendRawTransaction(
    bytes: Buffer | Uint8Array | number[],
    options?: SendOptions,
  ): Promise<TransactionSignature> {
    const raw = Uint8Array.from(bytes)
    const signature = bs58.encode(raw.subarray(1, 65))
    const status = { slot: this.chain.slot, confirmations: null, confirmationStatus: "confirmed" } as const
    try {
      this.chain.sendBytes(raw)
      this.results.set(signature, { ...status, err: null })
    } catch (error) {
      if (!(error instanceof TransactionFailed)) throw error
      if (options?.skipPreflight !== true) {
        throw new SendTransactionError({
          action: "simulate",
          signature,
          transactionMessage: preflightMessage(error),
          logs: [...error.logs],
        })
      }
      this.results.set(signature, { ...status, err: error.err })
    }
    return signature
  }

  override async sendTransaction(
    transaction: Transaction | VersionedTransaction,
    signersOrOptions?: Signer[] | SendOptions,
    options?: SendOptions,
  ): Promise<TransactionSignature> {
    if (transaction instanceof VersionedTransaction) {
      return this.sendRawTransaction(transaction.serialize(), signersOrOptions as SendOptions | undefined)
    }
    const signers = (signersOrOptions ?? []) as Keypair[]
    transaction.recentBlockhash = (await this.getLatestBlockhash()).blockhash
    transaction.sign(...signers)
    return this.sendRawTransaction(transaction.serialize(), options)
  }

  override confirmTransaction(
    strategy: TransactionConfirmationStrategy | TransactionSignature,
  ): Promise<RpcResponseAndContext<SignatureResult>>
  override async confirmTransaction(
    strategy: TransactionConfirmationStrategy | TransactionSignature,
  ): Promise<RpcResponseAndContext<SignatureResult>> {
    const signature = typeof strategy === "string" ? strategy : strategy.signature
    const status = this.results.get(signature)
    if (status === undefined) throw new Error(`the chain never saw transaction ${signature}`)
    return this.withContext({ err: status.err })
  }

  override async getSignatureStatus(
    signature: TransactionSignature,
  ): Promise<RpcResponseAndContext<SignatureStatus | null>> {
    return this.withContext(this.results.get(signature) ?? null)
  }

  override async getSignatureStatuses(
    signatures: TransactionSignature[],
  ): Promise<RpcResponseAndContext<(SignatureStatus | null)[]>> {
    return this.withContext(signatures.map((signature) => this.results.get(signature) ?? null))
  }
}
