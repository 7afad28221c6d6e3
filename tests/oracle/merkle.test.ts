import { createHash } from "node:crypto"
import { expect } from "chai"
import fc from "fast-check"
import { MerkleTree } from "@stk/sdk"
import { decodeAddress, leafData, leafHash, scoreWeek, StreamingRoot } from "stk-oracle"
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
function naiveRoot(entries: readonly Uint8Array[]): Buffer {
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

function split(n: number): number {
  let k = 1
  while (k * 2 < n) k *= 2
  return k
}

describe("Merkle tree of the daily detail", () => {
  it("has the root of RFC 9162 and of the SDK's tree when its leaves are streamed", () => {
    const entries = fc.array(
      fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
      { maxLength: 70 },
    )
    fc.assert(
      fc.property(entries, (data) => {
        const leaves = data.map(leafHash)
        const streamed = new StreamingRoot()
        leaves.forEach((leaf) => streamed.push(leaf))
        expect(streamed.size).to.equal(data.length)
        expect(streamed.root()).to.deep.equal(naiveRoot(data))
        expect(streamed.root()).to.deep.equal(Buffer.from(new MerkleTree(leaves).root))
      }),
    )
  })

  it("lays a leaf out as wallet, week and daily counts, saturated at 65535", () => {
    const bytes = Uint8Array.from({ length: 32 }, (_, i) => i)
    const data = leafData(
      bytes,
      0x01020304,
      [1, 2, 65_535, 65_536, 70_000, 0, 7, 8, 9, 10, 11, 12, 13, 0x1234],
      2,
    )
    expect(Buffer.from(data).toString("hex")).to.equal(
      "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f" +
        "04030201" +
        "01000200ffffffffffff0000070008000900" +
        "0a000b000c000d003412",
    )
    expect(() => leafData(bytes, 1, [1, 2, 3], 2)).to.throw(RangeError, "daily")
    expect(() => leafData(bytes.subarray(1), 1, Array<number>(14).fill(0), 2)).to.throw("wallet")
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
