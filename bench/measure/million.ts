import { PAGE_SLOTS } from "@stk/sdk"
import type { Row, Table } from "../figures"
import { perMember, type Batch, type BatchCosts, type PostedPage } from "./batches"
import type { Measured } from "./meter"
import type { PeerBatch, PeerCosts } from "./peers"

const MEMBERS = 1_000_000
/** Full pages that hold a million members; the last is charged as if it were full, too. */
const PAGES = Math.ceil(MEMBERS / PAGE_SLOTS)

interface Total {
  readonly transactions: number
  readonly computeUnits: number
  readonly fee: number
  readonly feeOfRequested: number
  readonly rent: number
}

function totalOf(measured: readonly Measured[], times = 1): Total {
  const sum = (value: (each: Measured) => number): number =>
    measured.reduce((total, each) => total + value(each), 0) * times
  return {
    transactions: measured.length * times,
    computeUnits: sum((each) => each.computeUnits),
    fee: sum((each) => each.fee),
    feeOfRequested: sum((each) => each.feeOfRequested),
    rent: sum((each) => each.rent),
  }
}

function plus(left: Total, right: Total): Total {
  return {
    transactions: left.transactions + right.transactions,
    computeUnits: left.computeUnits + right.computeUnits,
    fee: left.fee + right.fee,
    feeOfRequested: left.feeOfRequested + right.feeOfRequested,
    rent: left.rent + right.rent,
  }
}

/** So many like the mean of these for a million members. */
function spread(batches: readonly { measured: Measured; members: number }[]): Total {
  const members = batches.reduce((sum, batch) => sum + batch.members, 0)
  const largest = Math.max(...batches.map((batch) => batch.members))
  const { computeUnits, fee, feeOfRequested, rent } = totalOf(batches.map(({ measured }) => measured))
  const scaled = (amount: number): number => Math.round((amount / members) * MEMBERS)
  return {
    transactions: Math.ceil(MEMBERS / largest),
    computeUnits: scaled(computeUnits),
    fee: scaled(fee),
    feeOfRequested: scaled(feeOfRequested),
    rent: scaled(rent),
  }
}

function weekOf(costs: BatchCosts, page: PostedPage): Total {
  const posting = totalOf(
    page.batches.map(({ measured }) => measured),
    PAGES,
  )
  const settling = totalOf([costs.fullSettle.measured], PAGES)
  return [posting, settling, totalOf([costs.openWeek, costs.sealWeek])].reduce(plus)
}

function registrationOf(costs: BatchCosts, registrations: readonly Batch[]): Total {
  return plus(spread(registrations), totalOf(costs.pageCreation, PAGES))
}

function row(name: string, total: Total): Row {
  const { transactions, computeUnits, fee, feeOfRequested, rent } = total
  const cells = [transactions, computeUnits, fee, feeOfRequested, rent, perMember(fee + rent, MEMBERS)]
  return { name, cells }
}

const ofPeer = ({ name, measured, members }: PeerBatch): Row => row(name, spread([{ measured, members }]))

/** What a week and a registration of a million members take, beside the same by other ways. */
export function millionTable(costs: BatchCosts, peers: PeerCosts): Table {
  return {
    id: "million",
    title: "One million members",
    text: [
      `A week is posting with everybody active, settling in full, opening and sealing: ${PAGES} full pages, which is ${(PAGES * PAGE_SLOTS).toLocaleString("en-US")} members. Registering creates the pages, too. A member's slot and membership are paid once and serve every week; a token account, too; a Merkle claim's status is paid for each distribution.`,
    ],
    heading: "Work",
    columns: [
      { name: "Transactions", unit: "transactions" },
      { name: "CU", unit: "CU" },
      { name: "Fees, lamports", unit: "lamports" },
      { name: "under SIMD-0553", unit: "lamports" },
      { name: "Rent, lamports", unit: "lamports" },
      { name: "Fee and rent a member", unit: "lamports" },
    ],
    rows: [
      row("A week, legacy", weekOf(costs, costs.legacyPage)),
      row("A week, legacy with loaded bytes declared", weekOf(costs, costs.declaredPage)),
      row("A week, version 1", weekOf(costs, costs.version1Page)),
      row("Registering, legacy", registrationOf(costs, costs.registrations)),
      row("Registering, version 1", registrationOf(costs, [costs.version1Registration])),
      ofPeer(peers.mints),
      ofPeer(peers.mintsWithAccounts),
      ofPeer(peers.claim),
      ofPeer(peers.claimWithAccount),
    ],
  }
}
