import type { SignatureStatus } from "@solana/web3.js"

/**
 * What became of a transaction, from what several endpoints say of it. One may be behind, may have forgotten, or may lie:
 * nothing is ever signed anew while any of them says that it landed.
 */

/** What one endpoint says. */
export interface StatusTestimony {
  status: SignatureStatus | null
  /** The slot that the endpoint was at. */
  slot: number
}

export type Verdict =
  | { kind: "landed"; status: SignatureStatus }
  /** Nobody has seen it. */
  | { kind: "unseen" }
  /** It is on its way, or an endpoint is behind that will soon know. */
  | { kind: "pending" }
  /** One says that it landed, another, which should know, that it did not or that it ended otherwise. */
  | { kind: "contradiction" }

const isFirm = (status: SignatureStatus): boolean =>
  status.confirmationStatus === "confirmed" || status.confirmationStatus === "finalized"

/** @param leaveOutBehind whether endpoints that have not reached the slot in question are no longer waited for */
export function judge(testimonies: readonly StatusTestimony[], leaveOutBehind = false): Verdict {
  const seen = testimonies.flatMap(({ status }) => (status === null ? [] : [status]))
  if (seen.length === 0) return { kind: "unseen" }
  const firm = seen.filter(isFirm)
  const [claim] = firm
  if (claim === undefined) return { kind: "pending" }
  const ends = new Map<string, SignatureStatus[]>()
  for (const status of firm) {
    const end = JSON.stringify(status.err)
    ends.set(end, [...(ends.get(end) ?? []), status])
  }
  const [most = []] = [...ends.values()].sort((a, b) => b.length - a.length)
  const status = most[0] ?? claim
  const silent = testimonies.filter((testimony) => testimony.status === null)
  const behind = silent.filter(({ slot }) => slot < status.slot)
  const against = firm.length - most.length + silent.length - behind.length
  if (most.length <= against) return { kind: "contradiction" }
  if (behind.length > 0 && !leaveOutBehind) return { kind: "pending" }
  return { kind: "landed", status }
}

/** What one endpoint says of how far the chain has come. */
export interface HorizonTestimony {
  /** Its `finalized` block height, read before the status. */
  finalizedHeight: number
}

/** Whether a blockhash's last block is behind everyone that answered: only then can nothing of it land any more. */
export function isPast(lastValidBlockHeight: number, testimonies: readonly HorizonTestimony[]): boolean {
  return (
    testimonies.length > 0 &&
    testimonies.every(({ finalizedHeight }) => finalizedHeight > lastValidBlockHeight)
  )
}
