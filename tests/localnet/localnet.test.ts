import { mkdtempSync, rmSync } from "node:fs"
import { connect } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import {
  Connection,
  Keypair,
  PublicKey,
  sendAndConfirmTransaction,
  SystemProgram,
  Transaction,
} from "@solana/web3.js"
import { expect } from "chai"
import {
  closeConnection,
  type Localnet,
  LocalnetError,
  type LocalnetErrorCode,
  readWorkspacePrograms,
  startLocalnet,
} from "stk-localnet"

const ROOT = join(__dirname, "..", "..")
const WEEK_SECONDS = 604_800
const SOL = 1_000_000_000n

function portOf(url: string): number {
  return Number(new URL(url).port)
}

async function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port })
    socket.once("connect", () => socket.destroy(resolve(true) as undefined))
    socket.once("error", () => resolve(false))
  })
}

async function expectError(act: Promise<unknown>, code: LocalnetErrorCode): Promise<LocalnetError> {
  const failure = await act.then(
    () => null,
    (error: unknown) => error,
  )
  expect(failure).to.be.instanceOf(LocalnetError)
  expect((failure as LocalnetError).code).to.equal(code)
  return failure as LocalnetError
}

describe("the local chain", () => {
  const started: Localnet[] = []
  const start: typeof startLocalnet = async (options) => {
    const localnet = await startLocalnet(options)
    started.push(localnet)
    return localnet
  }

  afterEach(async () => {
    await Promise.all(started.splice(0).map((localnet) => localnet.stop()))
  })

  it("deploys the programs of Anchor.toml at their addresses, upgradable by its payer", async () => {
    const localnet = await start()
    const connection = localnet.connect()

    expect(localnet.programs).to.deep.equal(readWorkspacePrograms(ROOT))
    for (const { address } of localnet.programs) {
      const account = await connection.getAccountInfo(address)
      expect(account?.executable).to.equal(true)
      // Loader v3: the program account holds its data account's address after a tag of 4 bytes; that one holds
      // tag, slot (8) and the authority after a byte that says there is one.
      const programData = new PublicKey(account?.data.subarray(4, 36) ?? [])
      const data = (await connection.getAccountInfo(programData))?.data
      const authority = new PublicKey(data?.subarray(13, 45) ?? []).toBase58()
      expect(authority).to.equal(localnet.payer.publicKey.toBase58())
    }
  })

  it("runs a transfer and confirms it over the WebSocket that clients find one port up", async () => {
    const localnet = await start({ programs: [] })
    const connection = new Connection(localnet.rpcUrl, "confirmed")
    const recipient = Keypair.generate().publicKey
    const seen = new Promise<number>((resolve) =>
      connection.onAccountChange(recipient, ({ lamports }) => resolve(lamports)),
    )
    // Asked for after the account's, so that with the first slot the account is watched: a transfer before would be missed.
    await new Promise((resolve) => connection.onSlotChange(resolve))
    const { payer } = localnet
    const transfer = SystemProgram.transfer({
      fromPubkey: payer.publicKey,
      toPubkey: recipient,
      lamports: SOL,
    })

    await sendAndConfirmTransaction(connection, new Transaction().add(transfer), [payer])

    expect(await seen).to.equal(Number(SOL))
    closeConnection(connection)
  })

  it("charges mainnet's 5,080 lamports a byte and enforces it", async () => {
    const localnet = await start({ programs: [] })
    const connection = localnet.connect()
    const pay = async (lamports: number) => {
      const toPubkey = Keypair.generate().publicKey
      const transfer = SystemProgram.transfer({ fromPubkey: localnet.payer.publicKey, toPubkey, lamports })
      return sendAndConfirmTransaction(connection, new Transaction().add(transfer), [localnet.payer])
    }

    expect(await connection.getMinimumBalanceForRentExemption(1_000)).to.equal(1_128 * 5_080)
    await pay(128 * 5_080)
    const failure = await pay(128 * 5_080 - 1).catch((error: unknown) => error)
    expect((failure as Error).message).to.contain("insufficient funds for rent")
  })

  it("gives lamports to whom it is told", async () => {
    const alice = Keypair.generate().publicKey
    const bob = Keypair.generate().publicKey
    const airdrop = [
      { address: alice, lamports: 3n * SOL },
      { address: bob, lamports: 5n * SOL },
    ]

    const connection = (await start({ programs: [], airdrop })).connect()

    expect(await connection.getBalance(alice)).to.equal(Number(3n * SOL))
    expect(await connection.getBalance(bob)).to.equal(Number(5n * SOL))
  })

  it("moves its clock forward, and transactions go on after it", async () => {
    const localnet = await start({ programs: [] })
    const connection = localnet.connect()
    const target = (await localnet.unixTime()) + WEEK_SECONDS

    await localnet.timeTravel(target)

    expect(await localnet.unixTime())
      .to.be.at.least(target)
      .and.below(target + 5)
    const transfer = SystemProgram.transfer({
      fromPubkey: localnet.payer.publicKey,
      toPubkey: Keypair.generate().publicKey,
      lamports: SOL,
    })
    await sendAndConfirmTransaction(connection, new Transaction().add(transfer), [localnet.payer])
  })

  it("refuses to go back in time", async () => {
    const localnet = await start({ programs: [] })
    const now = await localnet.unixTime()

    await expectError(localnet.timeTravel(now - 1), "TimeInPast")
    await expectError(localnet.timeTravel(now + 0.5), "InvalidOption")
    await expectError(start({ programs: [], genesisUnixTime: now - WEEK_SECONDS }), "TimeInPast")
  })

  it("starts at the time that it is told", async () => {
    const genesisUnixTime = Math.floor(Date.now() / 1000) + 52 * WEEK_SECONDS

    const localnet = await start({ programs: [], genesisUnixTime })

    expect(await localnet.unixTime())
      .to.be.at.least(genesisUnixTime)
      .and.below(genesisUnixTime + 5)
  })

  it("frees its ports when stopped, also when stopped twice", async () => {
    const localnet = await start({ programs: [] })
    const ports = [portOf(localnet.rpcUrl), portOf(localnet.wsUrl)]
    expect(await Promise.all(ports.map(isListening))).to.deep.equal([true, true])

    await localnet.stop()
    await localnet.stop()

    expect(await Promise.all(ports.map(isListening))).to.deep.equal([false, false])
    expect(portOf((await start({ programs: [], port: ports[0] ?? 0 })).rpcUrl)).to.equal(ports[0])
  })

  it("says which port is taken", async () => {
    const first = await start({ programs: [] })
    const port = portOf(first.rpcUrl)

    const failure = await expectError(start({ programs: [], port, wsPort: port + 1 }), "PortTaken")

    expect(failure.message).to.contain(`port ${port} on 127.0.0.1 is taken`).and.contain("--port")
    expect(failure.details["port"]).to.equal(port)
  })

  it("names a program that is not built", async () => {
    const folder = mkdtempSync(join(tmpdir(), "stk-programs-"))
    const program = { name: "absent", address: Keypair.generate().publicKey, path: join(folder, "absent.so") }

    const failure = await expectError(start({ programs: [program] }), "ProgramMissing")

    expect(failure.message).to.contain("absent.so")
    rmSync(folder, { recursive: true })
  })

  for (const [name, options] of Object.entries({
    "a port above 65,535": { port: 65_536 },
    "a port that is no whole number": { port: 1.5 },
    "one port for both": { port: 18_899, wsPort: 18_899 },
    "no WebSocket port above the last": { port: 65_535 },
    "slots of no time": { slotTimeMs: 0 },
  })) {
    it(`refuses ${name}`, async () => {
      await expectError(start({ programs: [], ...options }), "InvalidOption")
    })
  }

  it("uses the chain at STK_RPC_URL and leaves it running", async () => {
    const first = await start({ programs: [] })
    process.env["STK_RPC_URL"] = first.rpcUrl
    try {
      const second = await start()
      expect(second.rpcUrl).to.equal(first.rpcUrl)
      expect(second.wsUrl).to.equal(first.wsUrl)
      const connection = second.connect()
      expect(await connection.getBalance(second.payer.publicKey)).to.be.greaterThan(0)
      for (const { address } of second.programs) {
        expect((await connection.getAccountInfo(address))?.executable).to.equal(true)
      }
      await second.stop()
      expect(await isListening(portOf(first.rpcUrl))).to.equal(true)
    } finally {
      delete process.env["STK_RPC_URL"]
    }
  })

  it("refuses an STK_RPC_URL that is none", async () => {
    process.env["STK_RPC_URL"] = "nowhere"
    try {
      await expectError(start({ programs: [] }), "InvalidOption")
    } finally {
      delete process.env["STK_RPC_URL"]
    }
  })
})
