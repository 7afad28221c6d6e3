/** One feature of the specification. */
export interface Row {
  readonly id: string
  readonly title: string
}

const BRACKETS = /\[([A-Z]+-\d+(?:[,\s]+[A-Z]+-\d+)*)\]/g
const RUST_NAME = /(?<![a-z0-9])([a-z]+)_(\d+)(?![a-z0-9])/gi

/** The row ids in a mocha title: `[STK-46]`, `[STK-05, STK-06]`; the titles of its suites belong to it. */
export function rowIdsOfTitle(title: string): string[] {
  const ids = [...title.matchAll(BRACKETS)].flatMap((match) => (match[1] ?? "").split(/[,\s]+/))
  return [...new Set(ids)]
}

/**
 * The row ids in the path of a Rust test, where neither `[` nor `-` can stand: `emission::tests::stk_05_halves`
 * carries STK-05. Only names of known rows count, so `case_12` is just a name.
 */
export function rowIdsOfRustTest(path: string, rows: readonly Row[]): string[] {
  const known = new Map(rows.map(({ id }) => [plainId(id), id]))
  const ids = [...path.matchAll(RUST_NAME)].flatMap((match) => {
    const id = known.get(plainId(`${match[1]}-${match[2]}`))
    return id === undefined ? [] : [id]
  })
  return [...new Set(ids)]
}

/** `STK-05` and `stk-5` name the same row. */
function plainId(id: string): string {
  const [system = "", number = ""] = id.split("-")
  return `${system.toLowerCase()}-${Number(number)}`
}
