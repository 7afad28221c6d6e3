import { expect } from "chai"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { ROOT } from "./markdown"

const ARCHITECTURE = readFileSync(join(ROOT, "docs", "architecture.md"), "utf8")
const STATE = join(ROOT, "programs", "stk", "src", "state")
const LAYOUT = readFileSync(join(STATE, "layout.rs"), "utf8")
const SOURCES = readdirSync(STATE).map((file) => readFileSync(join(STATE, file), "utf8"))

const DISCRIMINATOR = 8
/** Length of a slab, and what aligns its items. */
const LENGTH_BYTES = { MemberPage: 8, EscrowPage: 8, StakePage: 8, Proposal: 4 }
/** Head and item of the accounts that are slabs. */
const SLABS: Readonly<Record<keyof typeof LENGTH_BYTES, [head: string, item: string | null]>> = {
  MemberPage: ["PageHeader", "Member"],
  EscrowPage: ["EscrowHeader", "FrozenReward"],
  StakePage: ["StakePageHeader", "Stake"],
  Proposal: ["ProposalHeader", null],
}

const isSlab = (name: string): name is keyof typeof LENGTH_BYTES => name in LENGTH_BYTES

/** Bytes of a struct, by the test that pins its layout. */
function sizeOf(name: string): number {
  const [, size = ""] = new RegExp(`size_of::<${name}>\\(\\), ([\\d_]+)\\)`).exec(LAYOUT) ?? []
  return Number(size.replace(/_/g, "") || Number.NaN)
}

/** Bytes of an account as the table writes them. */
function bytesOf(name: string): string {
  if (!isSlab(name)) return (sizeOf(name) + DISCRIMINATOR).toLocaleString("en-US")
  const [head, item] = SLABS[name]
  return `${DISCRIMINATOR + sizeOf(head) + LENGTH_BYTES[name]} + ${item === null ? 1 : sizeOf(item)}`
}

/** Name, seeds and bytes of the accounts of the program in the table. */
function accounts(): { name: string; seed: string; bytes: string }[] {
  return [...ARCHITECTURE.matchAll(/^\| `(\w+)` +\| `\["([\w-]+)".*\| +([\d, +]+) \|$/gm)].map(
    ([, name = "", seed = "", bytes = ""]) => ({ name, seed, bytes: bytes.trim() }),
  )
}

describe("docs/architecture.md", () => {
  it("names every account that the program keeps", () => {
    const kept = [...LAYOUT.matchAll(/size_of::<(\w+)>/g)].map(([, name = ""]) => name)
    const heads = Object.entries(SLABS).map(([account, [head]]) => [head, account] as const)
    const accountOf = new Map<string, string>(heads)
    const items = [
      "Band",
      "RewardKind",
      "EventType",
      "Roles",
      "Member",
      "FrozenReward",
      "Stake",
      "ReserveAsset",
    ]
    const inner = new Set([...items, "SplitEntry", "DaySample"])
    const expected = kept.filter((name) => !inner.has(name)).map((name) => accountOf.get(name) ?? name)
    const named = accounts().map(({ name }) => name)
    expect(named.sort()).to.deep.equal([...new Set(expected)].sort())
  })

  for (const { name, seed, bytes } of accounts()) {
    it(`gives ${name} its bytes and its seed`, () => {
      expect(bytes).to.equal(bytesOf(name))
      const declared = SOURCES.some((source) => source.includes(`SEED: &'static [u8] = b"${seed}"`))
      expect(declared, seed).to.equal(true)
    })
  }
})
