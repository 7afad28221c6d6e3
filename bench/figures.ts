/** What a column counts; figures without one of these are shown and not compared. */
export type Unit = "CU" | "bytes" | "lamports" | "members" | "transactions"

export interface Column {
  readonly name: string
  readonly unit?: Unit
}

export type Cell = number | string | null

export interface Row {
  readonly name: string
  readonly cells: readonly Cell[]
}

/** A table of the report; its first column, the names of the rows, has the table's own heading. */
export interface Table {
  readonly id: string
  readonly title: string
  /** Paragraphs above the table. */
  readonly text: readonly string[]
  readonly heading: string
  readonly columns: readonly Column[]
  readonly rows: readonly Row[]
}

/** A promise of the design and what was measured. */
export interface Target {
  readonly name: string
  readonly unit: Unit
  readonly limit: number
  /** Whether the measured value may be at most, or must be at least, the limit. */
  readonly bound: "at most" | "at least"
  readonly measured: number
}

/** Everything that a run of the bench found. */
export interface Results {
  readonly targets: readonly Target[]
  readonly tables: readonly Table[]
}

/** One number that is compared with the committed one. */
export interface Figure {
  /** Table, row and column. */
  readonly id: string
  readonly unit: Unit
  readonly value: number
}

/** Whether a target is met. */
export function isMet({ bound, limit, measured }: Target): boolean {
  return bound === "at most" ? measured <= limit : measured >= limit
}

/** All numbers of the tables that have a unit. */
export function figuresOf(results: Results): Figure[] {
  return results.tables.flatMap(({ id, columns, rows }) =>
    rows.flatMap((row) =>
      columns.flatMap(({ name, unit }, index) => {
        const value = row.cells[index]
        if (unit === undefined || typeof value !== "number") return []
        return [{ id: `${id} / ${row.name} / ${name}`, unit, value }]
      }),
    ),
  )
}
