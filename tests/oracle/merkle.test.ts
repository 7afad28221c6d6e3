import { createHash } from "node:crypto"
import { expect } from "chai"
import fc from "fast-check"
import {
  decodeAddress,
  leafData,
  leafHash,
  MerkleTree,
  scoreWeek,
  StreamingRoot,
  verifyInclusion,
} from "stk-oracle"
import {
  event,
  events,
  Folder,
  jsonLines,
  lines,
  membersCsv,
  wallet,
  WEEK_INDEX,
  type Detail,
} from "./utils/fixtures"

/** RFC 9162 section 2.1.1 as it stands there: split at the largest power of two below n. */
function naiveRoot(entries: readonly Buffer[]): Buffer {
  const [first] = entries
  if (first === undefined) return createHash("sha256").digest()
  if (entries.length === 1)
    return createHash("sha256")
      .update(Buffer.concat([Buffer.from([0]), first]))
      .digest()
  const k = split(entries.length)
  const parts = [Buffer.from([1]), naiveRoot(entries.slice(0, k)), naiveRoot(entries.slice(k))]
  return createHash("sha256").update(Buffer.concat(parts)).digest()
}

/** RFC 9162 section 2.1.3.1. */
function naiveProof(index: number, entries: readonly Buffer[]): Buffer[] {
  if (entries.length <= 1) return []
  const k = split(entries.length)
  return index < k
    ? [...naiveProof(index, entries.slice(0, k)), naiveRoot(entries.slice(k))]
    : [...naiveProof(index - k, entries.slice(k)), naiveRoot(entries.slice(0, k))]
}

function split(n: number): number {
  let k = 1
  while (k * 2 < n) k *= 2
  return k
}

describe("Merkle tree of the daily detail", () => {
  const entries = fc.array(
    fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
    { maxLength: 70 },
  )
  const treeOf = (data: readonly Buffer[]): MerkleTree => new MerkleTree(Buffer.concat(data.map(leafHash)))

  it("has the root of RFC 9162, whole and streamed", () => {
    fc.assert(
      fc.property(entries, (data) => {
        const streamed = new StreamingRoot()
        data.forEach((entry) => streamed.push(leafHash(entry)))
        expect(streamed.root()).to.deep.equal(naiveRoot(data))
        expect(treeOf(data).root()).to.deep.equal(naiveRoot(data))
      }),
    )
  })

  it("proves every leaf as RFC 9162 does, and nothing else", () => {
    fc.assert(
      fc.property(entries, fc.nat(), fc.nat(), (data, a, b) => {
        fc.pre(data.length > 0)
        const index = a % data.length
        const tree = treeOf(data)
        const proof = tree.proof(index)
        expect(proof).to.deep.equal(naiveProof(index, data))
        const claim = {
          leaf: leafHash(data[index] ?? Buffer.alloc(0)),
          index,
          size: data.length,
          proof,
          root: tree.root(),
        }
        expect(verifyInclusion(claim)).to.equal(true)
        expect(verifyInclusion({ ...claim, leaf: leafHash(Buffer.from(`other ${b}`)) })).to.equal(false)
        expect(verifyInclusion({ ...claim, index: data.length })).to.equal(false)
        expect(verifyInclusion({ ...claim, proof: [...proof, claim.leaf] })).to.equal(false)
        if (proof.length > 0) expect(verifyInclusion({ ...claim, proof: proof.slice(1) })).to.equal(false)
      }),
    )
  })

  it("refuses a proof of a leaf that the tree has not", () => {
    expect(() => treeOf([Buffer.from("a")]).proof(1)).to.throw(RangeError, "index")
    expect(() => treeOf([]).proof(0)).to.throw(RangeError, "index")
  })

  it("lays a leaf out as wallet, week and daily counts, saturated at 65535", () => {
    const bytes = Uint8Array.from({ length: 32 }, (_, i) => i)
    const data = leafData(
      bytes,
      0x01020304,
      [1, 2, 65_535, 65_536, 70_000, 0, 7, 8, 9, 10, 11, 12, 13, 0x1234],
      2,
    )
    expect(data.toString("hex")).to.equal(
      "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f" +
        "04030201" +
        "01000200ffffffffffff0000070008000900" +
        "0a000b000c000d003412",
    )
    expect(() => leafData(bytes, 1, [1, 2, 3], 2)).to.throw(RangeError, "daily")
    expect(() => leafData(bytes.subarray(1), 1, Array<number>(14).fill(0), 2)).to.throw(RangeError, "wallet")
  })

  it("is in the summary over the daily counts of the detail, in the order of the index", async () => {
    const folder = new Folder()
    try {
      const members = ["c", "a", "d", "b", "e"].map((user) => ({ user, level: 1 }))
      const files = (week: number): { week: number; members: string; events: string[]; out: string } => ({
        week,
        members: folder.file(
          `${week}.csv`,
          membersCsv(week === WEEK_INDEX ? [...members, { user: "0", level: 1 }] : members),
        ),
        events: [
          folder.file(
            `${week}.jsonl`,
            lines(
              events(9, { distinct_id: "a" }),
              event({ distinct_id: "d", event: "ClubPostCreated", timestamp: "2025-12-21T10:00:00Z" }),
            ),
          ),
        ],
        out: folder.at(`out-${week}`),
      })
      await scoreWeek(files(WEEK_INDEX - 1))
      const { summary } = await scoreWeek({
        ...files(WEEK_INDEX),
        previous: folder.at(`out-${WEEK_INDEX - 1}`),
      })

      const details = jsonLines<Detail>(folder.read(`out-${WEEK_INDEX}/detail.jsonl`)).sort(
        (a, b) => a.index - b.index,
      )
      expect(details.map((d) => d.user_id)).to.deep.equal(["a", "b", "c", "d", "e", "0"])
      expect(details[0]?.daily[0]).to.deep.equal([9, 0, 0, 0, 0, 0, 0])
      const leaves = details.map((d) =>
        leafData(decodeAddress(wallet(d.user_id)) ?? new Uint8Array(), WEEK_INDEX, d.daily.flat(), 7),
      )
      expect(summary.merkle).to.deep.equal({
        leaves: 6,
        root: naiveRoot(leaves).toString("hex"),
        order: "member index",
      })
    } finally {
      folder.remove()
    }
  })
})
