import { spawnSync } from "node:child_process"
import { resolve } from "node:path"
import {
  AccountRole,
  address,
  appendTransactionMessageInstructions,
  createTransactionMessage,
  generateKeyPairSigner,
  lamports,
  pipe,
  setTransactionMessageFeePayerSigner,
  signTransactionMessageWithSigners,
  type Address,
  type KeyPairSigner,
} from "@solana/kit"
import { expect } from "chai"
import { ComputeBudget, FailedTransactionMetadata, LiteSVM, type TransactionMetadata } from "litesvm"

const ROOT = resolve(__dirname, "../..")
const PROBE = resolve(ROOT, "tests/programs/int128-probe")
const PROGRAM = address("8dHEsGLzkAN5gaSZmhXBkmEGVKJ9Q1S8ncLRiYXGTSB4")
const RECORDS = address("Ey8BZVQmHyGv9BrhqWmjYkL9YCqr9Z2n2DL3JD4vjMi2")

/** Bytes of a record of the probe: a, b, result, flag and padding. */
const RECORD_BYTES = 64
/** So many of the dearest operation fit in the 1,400,000 compute units of a transaction. */
const RECORDS_PER_TRANSACTION = 2_000
/** Random pairs that each operation is tried on, beside every pair of edge values. */
const RANDOM_PAIRS = 16_000
/** Results that each operation must have yielded; the 16 operations together 128,000. */
const LEAST_RESULTS = 8_000

const UNSIGNED_LIMIT = 1n << 128n
const SIGNED_MIN = -(1n << 127n)
const unsigned = (value: bigint) => BigInt.asUintN(128, value)
const signed = (value: bigint) => BigInt.asIntN(128, value)
const fitsUnsigned = (value: bigint) => value >= 0n && value < UNSIGNED_LIMIT
const fitsSigned = (value: bigint) => signed(value) === value

type Pair = readonly [a: bigint, b: bigint]

interface Operation {
  name: string
  /** Index in `OPERATIONS` of the probe. */
  index: number
  /** The exact result, before it is cut to 128 bits. */
  exact: (a: bigint, b: bigint) => bigint
  /** Whether the operation tells of an overflow, and of which type. */
  fits?: (value: bigint) => boolean
  /** Pairs on which compiled Rust panics. */
  panics?: (a: bigint, b: bigint) => boolean
}

const dividesByZero = (_: bigint, b: bigint) => b === 0n
const signedQuotientOverflows = (a: bigint, b: bigint) => signed(a) === SIGNED_MIN && signed(b) === -1n
const signedPanics = (a: bigint, b: bigint) => dividesByZero(a, b) || signedQuotientOverflows(a, b)
const word = (value: bigint) => BigInt.asUintN(64, value)

const OPERATIONS: Operation[] = [
  { name: "multiplication", index: 0, exact: (a, b) => a * b },
  { name: "unsigned division", index: 1, exact: (a, b) => a / b, panics: dividesByZero },
  { name: "unsigned remainder", index: 2, exact: (a, b) => a % b, panics: dividesByZero },
  { name: "signed division", index: 3, exact: (a, b) => signed(a) / signed(b), panics: signedPanics },
  { name: "signed remainder", index: 4, exact: (a, b) => signed(a) % signed(b), panics: signedPanics },
  { name: "checked unsigned multiplication", index: 5, exact: (a, b) => a * b, fits: fitsUnsigned },
  {
    name: "checked signed multiplication",
    index: 6,
    exact: (a, b) => signed(a) * signed(b),
    fits: fitsSigned,
  },
  {
    name: "checked signed division",
    index: 7,
    exact: (a, b) => signed(a) / signed(b),
    fits: fitsSigned,
    panics: dividesByZero,
  },
  { name: "checked addition", index: 8, exact: (a, b) => a + b, fits: fitsUnsigned },
  { name: "checked subtraction", index: 9, exact: (a, b) => a - b, fits: fitsUnsigned },
  { name: "shift to the left", index: 10, exact: (a, b) => a << b % 128n },
  { name: "unsigned shift to the right", index: 11, exact: (a, b) => a >> b % 128n },
  { name: "signed shift to the right", index: 12, exact: (a, b) => signed(a) >> b % 128n },
  { name: "product of two words", index: 13, exact: (a, b) => word(a) * word(b) },
  {
    name: "quotient and remainder of one pair",
    index: 14,
    exact: (a, b) => (a / b) ^ a % b,
    panics: dividesByZero,
  },
  {
    name: "multiplication with overflow checks",
    index: 15,
    exact: (a, b) => a * b,
    panics: (a, b) => !fitsUnsigned(a * b),
  },
]

function operation(name: string): Operation {
  const found = OPERATIONS.find((candidate) => candidate.name === name)
  if (found === undefined) throw new Error(`the probe has no operation "${name}"`)
  return found
}

/** 0, 1, the powers of two at which words and signs change with their neighbours, and their complements. */
function edgeValues(): bigint[] {
  const values = new Set<bigint>()
  for (const bits of [0n, 1n, 31n, 32n, 33n, 63n, 64n, 65n, 95n, 96n, 97n, 126n, 127n]) {
    for (const offset of [-1n, 0n, 1n]) {
      values.add(unsigned((1n << bits) + offset))
      values.add(unsigned(-(1n << bits) + offset))
    }
  }
  return [...values]
}

/** Numbers of every length that depend on `seed` alone: a failure repeats. (xorshift64*, four draws a number) */
function randomNumbers(seed: bigint): () => bigint {
  let state = seed
  const draw = () => {
    state ^= state >> 12n
    state = BigInt.asUintN(64, state ^ (state << 25n))
    state ^= state >> 27n
    return BigInt.asUintN(64, state * 0x2545f4914f6cdd1dn)
  }
  return () => ((draw() << 64n) | draw()) >> draw() % 128n
}

function write128(target: Buffer, value: bigint, offset: number): void {
  target.writeBigUInt64LE(BigInt.asUintN(64, value), offset)
  target.writeBigUInt64LE(value >> 64n, offset + 8)
}

function read128(source: Buffer, offset: number): bigint {
  return source.readBigUInt64LE(offset) | (source.readBigUInt64LE(offset + 8) << 64n)
}

describe("toolchain: 128-bit arithmetic in the virtual machine", function () {
  // The first build installs the compiler where there is none.
  this.timeout(15 * 60_000)

  let svm: LiteSVM
  let payer: KeyPairSigner

  before("builds and loads the probe", async () => {
    const build = spawnSync(
      resolve(ROOT, "toolchain/build-program.sh"),
      ["--manifest-path", resolve(PROBE, "Cargo.toml"), "--", "--locked"],
      { cwd: ROOT, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] },
    )
    expect(build.status, build.stderr).to.equal(0)

    const budget = new ComputeBudget()
    budget.computeUnitLimit = 1_400_000n
    svm = new LiteSVM().withComputeBudget(budget).withTransactionHistory(0n)
    svm.addProgramFromFile(PROGRAM, resolve(PROBE, "target/deploy/int128_probe.so"))
    payer = await generateKeyPairSigner()
    svm.airdrop(payer.address, lamports(1_000_000_000_000n))
  })

  /** Sends `pairs` through one operation and returns the records as the program left them. */
  async function send({ index }: Operation, pairs: readonly Pair[]) {
    const data = Buffer.alloc(pairs.length * RECORD_BYTES)
    pairs.forEach(([a, b], record) => {
      write128(data, a, record * RECORD_BYTES)
      write128(data, b, record * RECORD_BYTES + 16)
    })
    svm.setAccount({
      address: RECORDS,
      data,
      executable: false,
      lamports: lamports(svm.minimumBalanceForRentExemption(BigInt(data.length))),
      programAddress: PROGRAM,
      space: BigInt(data.length),
    })
    svm.expireBlockhash()
    const message = pipe(
      createTransactionMessage({ version: "legacy" }),
      (draft) => setTransactionMessageFeePayerSigner(payer, draft),
      (draft) => svm.setTransactionMessageLifetimeUsingLatestBlockhash(draft),
      (draft) =>
        appendTransactionMessageInstructions(
          [
            {
              programAddress: PROGRAM,
              accounts: [{ address: RECORDS, role: AccountRole.WRITABLE }],
              data: Uint8Array.of(index),
            },
          ],
          draft,
        ),
    )
    return svm.sendTransaction(await signTransactionMessageWithSigners(message))
  }

  function records(of: Address): Buffer {
    const account = svm.getAccount(of)
    if (!account.exists) throw new Error(`account ${of} is gone`)
    return Buffer.from(account.data)
  }

  function expectSuccess(result: TransactionMetadata | FailedTransactionMetadata): void {
    if (result instanceof FailedTransactionMetadata) {
      expect.fail(`${result.toString()}\n${result.meta().logs().join("\n")}`)
    }
  }

  /** Compares every result with bigint arithmetic and returns how many there were. */
  async function compare(tested: Operation, pairs: readonly Pair[]): Promise<number> {
    const defined = pairs.filter(([a, b]) => !tested.panics?.(a, b))
    for (let start = 0; start < defined.length; start += RECORDS_PER_TRANSACTION) {
      const batch = defined.slice(start, start + RECORDS_PER_TRANSACTION)
      expectSuccess(await send(tested, batch))
      const data = records(RECORDS)
      batch.forEach(([a, b], record) => {
        const exact = tested.exact(a, b)
        const result = read128(data, record * RECORD_BYTES + 32)
        const overflowed = data[record * RECORD_BYTES + 48] === 1
        // Not through chai for each of 300,000 results: that alone would take a minute.
        if (result !== unsigned(exact) || overflowed !== (tested.fits !== undefined && !tested.fits(exact))) {
          expect.fail(
            `${tested.name} of ${a} and ${b} is ${exact}, the program says ${result}, overflow ${overflowed}`,
          )
        }
      })
    }
    return defined.length
  }

  const edges = edgeValues()
  const edgePairs = edges.flatMap((a) => edges.map((b): Pair => [a, b]))

  for (const tested of OPERATIONS) {
    it(`${tested.name} agrees with bigint on every pair of edge values and on random ones`, async () => {
      const next = randomNumbers(0x9e3779b97f4a7c15n + BigInt(tested.index))
      const randomPairs = Array.from({ length: RANDOM_PAIRS }, (): Pair => [next(), next()])

      const compared = await compare(tested, [...edgePairs, ...randomPairs])

      expect(compared).to.be.at.least(LEAST_RESULTS)
    })
  }

  const refused: [operation: string, what: string, pair: Pair][] = [
    ["unsigned division", "a division by zero", [1n, 0n]],
    ["unsigned remainder", "a remainder of a division by zero", [1n, 0n]],
    ["signed division", "a signed division by zero", [unsigned(-1n), 0n]],
    ["signed remainder", "a signed remainder of a division by zero", [unsigned(-1n), 0n]],
    ["signed division", "the least number divided by minus one", [unsigned(SIGNED_MIN), unsigned(-1n)]],
    [
      "signed remainder",
      "the remainder of the least number and minus one",
      [unsigned(SIGNED_MIN), unsigned(-1n)],
    ],
    ["multiplication with overflow checks", "a product of more than 128 bits", [1n << 64n, 1n << 64n]],
  ]
  for (const [name, what, pair] of refused) {
    it(`ends the transaction on ${what}`, async () => {
      const result = await send(operation(name), [pair])

      expect(result).to.be.instanceOf(FailedTransactionMetadata)
      const data = records(RECORDS)
      expect(read128(data, 32)).to.equal(0n)
    })
  }
})
