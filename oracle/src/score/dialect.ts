/** Fields of a JSON record that a source reads: name → path. */
export type JsonFields = Record<string, string>

/**
 * What the engines that run the counting do not write alike. All other SQL is one text for both of them, so it keeps to what they
 * share: TINYINT to BIGINT, STRING, `::`, window functions, FILTER (WHERE …), TRIM(TRAILING … FROM …), IS DISTINCT FROM.
 *
 * `incoming.rowid` is the number of the line over all PostHog files, then of the Discourse events; unique in both engines.
 */
export interface Dialect {
  /** A text as an SQL literal. */
  text(value: string): string
  /** A whole number of up to 38 digits. */
  readonly huge: string
  createTable(name: string, columns: string): string
  /** A small table that stays as it is; `rows` as after VALUES. */
  constants(name: string, columns: string, rows: string): string[]
  createTableAs(name: string, query: string): string
  /** A function of the session; parameters with their types. */
  createFunction(name: string, parameters: string, returns: string, body: string): string
  /** Division of whole numbers from 0, rounded down. */
  divide(a: string, b: string): string
  /** Whether a pattern that both engines' regular expressions know occurs in a text. */
  matches(text: string, pattern: string): string
  /** A hash of 64 bits: equal values have equal hashes within one run. */
  hash(...values: string[]): string
  /** Whether a text is empty but for spaces. */
  isBlank(text: string): string
  /** Lower case letter by letter, without regard to the letters around it. */
  lower(text: string): string
  /** Microseconds since 1970 of an ISO 8601 time, null for anything else; without an offset it is UTC. */
  microseconds(text: string): string
  /** Microseconds since 1970 as an ISO 8601 time with six digits. */
  isoTime(moment: string): string

  /** A text as a JSON string, null for none. */
  quoted(text: string): string
  /** Rows of a week's `state.csv`, as the table `previous` has them. */
  state(path: string): string

  /** A valid JSON text made ready for the fields to be read; null when it is not valid. */
  json(text: string): string
  /** The fields of a JSON value, of which the functions below read one. */
  fields(json: string, fields: JsonFields): string
  /** Text of a field that is a JSON string, otherwise null. */
  textField(record: string, fields: JsonFields, name: string): string
  /** Value of a field that is a whole number of at most 15 digits, otherwise null. */
  integerField(record: string, fields: JsonFields, name: string): string
  isTrueField(record: string, fields: JsonFields, name: string): string
  /** Whether a field is there, be it as null. */
  hasField(record: string, fields: JsonFields, name: string): string
  /** Whether a field is there and not null. */
  hasValueField(record: string, fields: JsonFields, name: string): string
  /** Whether a JSON value has something at a path. */
  jsonExists(json: string, path: string): string
  /** Elements of the array at a path (`$` for the value itself), an empty list when there is none. */
  elements(json: string, path: string): string
  /** The same for each element of an array, in one list. */
  elementsOfEach(json: string, path: string): string
  emptyList(): string
  join(...lists: string[]): string
  /** The fields of each JSON value in a list. */
  fieldsOfEach(list: string, fields: JsonFields): string
  listOf(value: string): string
  /** Rows of `table` with `columns` once for each entry of the column `list`: `entry`, and its `position` from 1. */
  unnest(table: string, columns: string, list: string): string

  /** Functions that the expressions above use. */
  readonly functions: readonly string[]
  /** Table that read events go into; `incoming` is the table or a view of it with `rowid`. */
  readonly incoming: string
  /** Columns by which the engine finds a line's number again, in a list after others: read lines, and events without one. */
  readonly place: { columns: string; types: string; ofEvents(part: number): string }
  /** Every line of files as rows `file`, `line` and the place; an empty line may be null. */
  lines(files: readonly LinesFile[], parallel: boolean): string
  /** A table made from `lines` with `rowid`: the number of the line in its file, from 0. */
  numbered(table: string): string
  /** Statements after all files are read. */
  readonly finishReading: readonly string[]
}

/** A file of lines; `number` is the value of the column `file`. */
export interface LinesFile {
  path: string
  number: number
}
