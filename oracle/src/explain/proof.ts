import {
  closingSunday,
  DAYS_PER_WEEK,
  encodeDailyCounts,
  isIncluded,
  leafData,
  leafHash,
  MerkleTree,
} from "@stk/sdk/math"
import { join } from "node:path"
import { decodeAddress } from "../base58"
import { InputRefused } from "../failure"
import { itemAt } from "../item"
import { splitRecord } from "../source/members"
import { linesOf } from "../verify/records"

/** Proof that a member's daily counts are among those that the week on chain is bound to. */
export interface DetailProof {
  /** Place of the leaf: the member's global index. */
  index: number
  leaves: number
  /** What `audit_score` takes, hex: seven days × scored types × u16, little endian. */
  daily_counts: string
  /** Wallet, week and daily counts, hex: the leaf is the SHA-256 of a zero byte and this. */
  leaf_data: string
  leaf: string
  /** Siblings from the leaf up, hex. */
  proof: string[]
  root: string
}

/** A line of `detail.jsonl`. */
export interface DetailLine {
  index: number
  user_id: string
  wallet: string
  level: number
  streak: number
  daily: number[][]
  counted: number[]
  weight_sum: number
  points: string
  reward: string
}

/** Everybody's leaf, by global index. */
export async function readLeaves(directory: string, week: number, types: number): Promise<Uint8Array[]> {
  const leaves: Uint8Array[] = []
  const none = new Uint8Array(2 * DAYS_PER_WEEK * types)
  const put = (index: number, wallet: string, daily: Uint8Array): void => {
    const address = decodeAddress(wallet)
    if (address === null)
      throw new InputRefused([{ file: directory, field: "wallet", rule: `${wallet} is not an address` }])
    leaves[index] = leafHash(leafData(address, week, daily))
  }
  for await (const { text } of linesOf(join(directory, "detail.jsonl"))) {
    const { index, wallet, daily } = JSON.parse(text) as DetailLine
    put(index, wallet, encodeDailyCounts(daily))
  }
  // Members of weeks before that this week's file does not name keep their place, with zeros.
  for await (const { text, line } of linesOf(join(directory, "state.csv"))) {
    if (line === 1) continue
    const fields = splitRecord(text)
    const [index = "", , wallet = ""] = typeof fields === "string" ? [] : fields
    if (leaves[Number(index)] === undefined) put(Number(index), wallet, none)
  }
  return leaves
}

/** The proof for one member; it is checked before it is given. */
export function proofOf(leaves: readonly Uint8Array[], detail: DetailLine, week: number): DetailProof {
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex")
  const tree = new MerkleTree(leaves)
  const daily = encodeDailyCounts(detail.daily)
  const data = leafData(decodeAddress(detail.wallet) ?? new Uint8Array(), week, daily)
  const leaf = leafHash(data)
  const proof = tree.proof(detail.index)
  if (!isIncluded(leaf, detail.index, leaves.length, proof, tree.root))
    throw new Error(`proof: does not show that ${detail.user_id} is in the week of ${closingSunday(week)}`)
  return {
    index: detail.index,
    leaves: leaves.length,
    daily_counts: hex(daily),
    leaf_data: hex(data),
    leaf: hex(itemAt(leaves, detail.index)),
    proof: proof.map(hex),
    root: hex(tree.root),
  }
}
