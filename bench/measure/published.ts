import type { Row, Table } from "../figures"

/** A figure that others give for what they do, quoted and not measured here. */
interface Quote {
  readonly what: string
  readonly computeUnits: string
  readonly lamports: string
  readonly perTransaction: string
  readonly source: string
}

const NOT_GIVEN = "not given"

const QUOTES: readonly Quote[] = [
  {
    what: "SPL mint_to, p-token",
    computeUnits: "119",
    lamports: NOT_GIVEN,
    perTransaction: NOT_GIVEN,
    source: "SIMD-0266",
  },
  {
    what: "Solana Foundation rewards, adding a recipient",
    computeUnits: "7,453 best, 9,636 mean, 13,533 worst",
    lamports: "rent of 114 bytes and more",
    perTransaction: NOT_GIVEN,
    source: "solana-foundation/rewards: docs/CU_BENCHMARKS.md of the first release",
  },
  {
    what: "Solana Foundation rewards, claim",
    computeUnits: "7,589 best, 12,568 mean, 15,242 worst",
    lamports: NOT_GIVEN,
    perTransaction: "1",
    source: "solana-foundation/rewards: docs/CU_BENCHMARKS.md of the first release",
  },
  {
    what: "Helium set_current_rewards_v0",
    computeUnits: "7,565, median of 320 on mainnet",
    lamports: NOT_GIVEN,
    perTransaction: NOT_GIVEN,
    source: "helium/helium-program-library: packages/spl-utils/src/computeUnitTable.ts",
  },
  {
    what: "Helium distribute_rewards_v0",
    computeUnits: "29,457, median; 59,163 with a new token account",
    lamports: NOT_GIVEN,
    perTransaction: "1",
    source: "helium/helium-program-library: packages/spl-utils/src/computeUnitTable.ts",
  },
  {
    what: "Helium issue_rewards_v0, an emission",
    computeUnits: "75,371, median",
    lamports: NOT_GIVEN,
    perTransaction: NOT_GIVEN,
    source: "helium/helium-program-library: packages/spl-utils/src/computeUnitTable.ts",
  },
  {
    what: "AirShip, a compressed transfer",
    computeUnits: "36,667 (a limit of 550,000 for 15)",
    lamports: "1,000 (15,000 for 15)",
    perTransaction: "15",
    source: "helius-labs/airship: packages/core/src/config/constants.ts",
  },
  {
    what: "Jito's Merkle distributor, claim",
    computeUnits: NOT_GIVEN,
    lamports: "rent of 64 bytes",
    perTransaction: "1",
    source: "jito-foundation/distributor: programs/merkle-distributor/src/instructions/new_claim.rs",
  },
]

/** What others publish about themselves. */
export function publishedTable(): Table {
  const rows = QUOTES.map(({ what, computeUnits, lamports, perTransaction, source }): Row => {
    return { name: what, cells: [computeUnits, lamports, perTransaction, source] }
  })
  return {
    id: "published",
    title: "Published by others",
    text: [
      "Quoted, not measured here: each figure is for one recipient and comes from the source named beside it.",
    ],
    heading: "What",
    columns: [{ name: "CU" }, { name: "Lamports" }, { name: "Recipients a transaction" }, { name: "Source" }],
    rows,
  }
}
