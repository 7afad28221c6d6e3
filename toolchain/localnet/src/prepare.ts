import { type Connection, type PublicKey, SYSVAR_CLOCK_PUBKEY, SYSVAR_RENT_PUBKEY } from "@solana/web3.js"
import { LocalnetError } from "./errors"
import { type LocalProgram, readProgram } from "./programs"
import { callRpc } from "./rpc"

/** Mainnet's rent, in lamports a byte, every account's 128 bytes of overhead included in the count. */
export const RENT_LAMPORTS_PER_BYTE = 5_080n

/** Who gets how much at the start. */
export interface Airdrop {
  readonly address: PublicKey
  /** In lamports. */
  readonly lamports: bigint
}

const SYSVAR_OWNER = "Sysvar1111111111111111111111111111111111111"
/** The Rent sysvar: lamports a byte (u64), exemption threshold (f64), burnt percentage (u8). */
const RENT_BYTES = 17
const RENT_BURN_PERCENT = 50
/** Where the Clock sysvar keeps its unix time (i64, seconds). */
const CLOCK_UNIX_TIME_OFFSET = 32
/** Below Surfpool's limit of 5 MB a request, in hexadecimal. */
const PROGRAM_CHUNK_BYTES = 1_000_000
const CLOCK_PATIENCE_MS = 5_000

/** Sets rent to what mainnet charges: Surfpool starts with the old 6,960 lamports a byte. */
export async function setMainnetRent(rpcUrl: string): Promise<void> {
  const data = Buffer.alloc(RENT_BYTES)
  data.writeBigUInt64LE(RENT_LAMPORTS_PER_BYTE, 0)
  data.writeDoubleLE(1, 8)
  data.writeUInt8(RENT_BURN_PERCENT, 16)
  const account = { lamports: 1_009_200, data: data.toString("hex"), owner: SYSVAR_OWNER }
  await callRpc(rpcUrl, "surfnet_setAccount", [SYSVAR_RENT_PUBKEY.toBase58(), account])
}

/**
 * Writes a program to its address, upgradable by `authority`.
 *
 * @throws {LocalnetError} `ProgramMissing`, `RpcFailed`.
 */
export async function deployProgram(
  rpcUrl: string,
  program: LocalProgram,
  authority: PublicKey,
): Promise<void> {
  const bytes = readProgram(program)
  for (let offset = 0; offset < bytes.length; offset += PROGRAM_CHUNK_BYTES) {
    const chunk = bytes.subarray(offset, offset + PROGRAM_CHUNK_BYTES).toString("hex")
    const params = [program.address.toBase58(), chunk, offset, authority.toBase58()]
    await callRpc(rpcUrl, "surfnet_writeProgram", params)
  }
}

/**
 * Checks that a chain which offers no way around transactions already has a program.
 *
 * @throws {LocalnetError} `ProgramMissing`.
 */
export async function requireDeployed(connection: Connection, program: LocalProgram): Promise<void> {
  const account = await connection.getAccountInfo(program.address)
  if (account?.executable === true) return
  const message =
    `${connection.rpcEndpoint} has no program ${program.name} at ${program.address.toBase58()}: ` +
    "deploy it first (anchor program deploy)"
  throw new LocalnetError("ProgramMissing", message, { name: program.name })
}

/** Sends lamports from the chain's faucet and waits until they have arrived. */
export async function fund(connection: Connection, airdrop: Airdrop): Promise<void> {
  const before = BigInt(await connection.getBalance(airdrop.address, "processed"))
  await connection.requestAirdrop(airdrop.address, Number(airdrop.lamports))
  const deadline = Date.now() + CLOCK_PATIENCE_MS
  while (BigInt(await connection.getBalance(airdrop.address, "processed")) < before + airdrop.lamports) {
    if (Date.now() > deadline) {
      throw new LocalnetError("RpcFailed", `the airdrop to ${airdrop.address.toBase58()} did not arrive`)
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** The chain's clock, in unix seconds: what programs read. */
export async function readUnixTime(connection: Connection): Promise<number> {
  const account = await connection.getAccountInfo(SYSVAR_CLOCK_PUBKEY, "processed")
  if (account === null) throw new LocalnetError("RpcFailed", "the chain has no Clock account")
  return Number(account.data.readBigInt64LE(CLOCK_UNIX_TIME_OFFSET))
}

/**
 * Moves the chain's clock forward and waits until programs see it.
 *
 * @throws {LocalnetError} `TimeInPast`: the clock never goes back.
 */
export async function travelTo(connection: Connection, unixSeconds: number): Promise<void> {
  if (!Number.isSafeInteger(unixSeconds)) {
    throw new LocalnetError("InvalidOption", `${unixSeconds} is not a unix time in whole seconds`, {
      unixSeconds,
    })
  }
  const current = await readUnixTime(connection)
  if (unixSeconds === current) return
  if (unixSeconds < current) {
    const message = `the chain is at ${current} and cannot go back to ${unixSeconds}: time moves forward only`
    throw new LocalnetError("TimeInPast", message, { current, unixSeconds })
  }
  await callRpc(connection.rpcEndpoint, "surfnet_timeTravel", [{ absoluteTimestamp: unixSeconds * 1000 }])
  const deadline = Date.now() + CLOCK_PATIENCE_MS
  while ((await readUnixTime(connection)) < unixSeconds) {
    if (Date.now() > deadline) {
      throw new LocalnetError("RpcFailed", `the clock did not reach ${unixSeconds}`, { unixSeconds })
    }
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
