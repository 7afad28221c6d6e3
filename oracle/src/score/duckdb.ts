import { literal } from "./literal"
import type { Dialect, JsonFields, LinesFile } from "./dialect"
import { MAX_LINE_BYTES, SEPARATOR } from "../source/intake"

/** DuckDB reads a field of all those that were extracted at once: extracting one by one would parse the text each time. */
function fieldOf(record: string, fields: JsonFields, name: string): string {
  return `${record}[${Object.keys(fields).indexOf(name) + 1}]`
}

function paths(fields: JsonFields): string {
  return `[${Object.values(fields).map(literal).join(", ")}]`
}

/** Seconds, a fraction and an offset may be missing; a time without an offset is UTC, as both sources document. */
const TIME =
  "^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}([.,][0-9]{1,12})?([Zz]|[+-][0-9]{2}(:?[0-9]{2})?)?$"
const TIME_WITHOUT_SECONDS =
  "^([0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2})([Zz]|[+-][0-9]{2}(:?[0-9]{2})?)?$"

export const DUCKDB: Dialect = {
  text: literal,
  huge: "HUGEINT",
  createTable: (name, columns) => `CREATE TABLE ${name} (${columns})`,
  constants: (name, columns, rows) => [
    `CREATE TABLE ${name} (${columns})`,
    `INSERT INTO ${name} VALUES ${rows}`,
  ],
  createTableAs: (name, query) => `CREATE TABLE ${name} AS ${query}`,
  createFunction: (name, parameters, returns, body) =>
    `CREATE OR REPLACE MACRO ${name}(${parameters.replaceAll(/ \w+/g, "")}) AS (${body})::${returns}`,
  divide: (a, b) => `${a} // ${b}`,
  matches: (text, pattern) => `regexp_matches(${text}, ${literal(pattern)})`,
  hash: (...values) => `hash(${values.join(", ")})`,
  isBlank: (text) => `trim(${text}) = ''`,
  lower: (text) => `lower(${text})`,
  microseconds: (text) => `time_us(${text})`,
  isoTime: (moment) => `strftime(make_timestamp(${moment}), '%Y-%m-%dT%H:%M:%S.%fZ')`,
  quoted: (text) => `to_json(${text})::VARCHAR`,
  state: (path) =>
    `SELECT * FROM read_csv(${literal(path)}, auto_detect = false, header = true, delim = ',', quote = '"',
       escape = '"', new_line = '\\n', nullstr = '\\N', columns = {'member_index': 'INTEGER', 'user_id': 'VARCHAR',
       'wallet': 'VARCHAR', 'streak': 'TINYINT', 'last_active_week': 'INTEGER'})`,

  json: (text) => `CASE WHEN json_valid(${text}) THEN ${text} END`,
  fields: (json, fields) => `json_extract(${json}, ${paths(fields)})::VARCHAR[]`,
  textField: (record, fields, name) => `json_text(${fieldOf(record, fields, name)})`,
  integerField: (record, fields, name) => `json_integer(${fieldOf(record, fields, name)})`,
  isTrueField: (record, fields, name) => `coalesce(${fieldOf(record, fields, name)} = 'true', false)`,
  hasField: (record, fields, name) => `${fieldOf(record, fields, name)} IS NOT NULL`,
  hasValueField: (record, fields, name) => `coalesce(${fieldOf(record, fields, name)} <> 'null', false)`,
  jsonExists: (json, path) => `json_exists(${json}, ${literal(path)})`,
  elements: (json, path) => `coalesce(json_extract(${json}, ${literal(`${path}[*]`)}), [])`,
  elementsOfEach: (json, path) => `json_extract(${json}, ${literal(path.replace("$", "$[*]") + "[*]")})`,
  emptyList: () => "[]",
  join: (...lists) => lists.reduce((joined, list) => `list_concat(${joined}, ${list})`),
  fieldsOfEach: (list, fields) =>
    `list_transform(${list}, x -> json_extract(x, ${paths(fields)})::VARCHAR[])`,
  listOf: (value) => `[${value}]`,
  unnest: (table, columns, list) =>
    `(SELECT ${columns}, generate_subscripts(${list}, 1) AS position, unnest(${list}) AS entry FROM ${table})`,

  functions: [
    // Text of a JSON string; null for anything else. Unescaping costs a second parse, so only where there is an escape.
    `CREATE OR REPLACE MACRO json_text(j) AS CASE WHEN starts_with(j, '"')
       THEN CASE WHEN contains(j, '\\') THEN json_extract_string(j, '$') ELSE j[2:-2] END END`,
    `CREATE OR REPLACE MACRO json_integer(j) AS CASE WHEN regexp_full_match(j, '-?[0-9]{1,15}') THEN j::BIGINT END`,
    `CREATE OR REPLACE MACRO time_us(t) AS epoch_us(CASE
       WHEN regexp_matches(t, '${TIME}') THEN try_cast(replace(upper(t), ',', '.') AS TIMESTAMPTZ)
       WHEN regexp_matches(t, '${TIME_WITHOUT_SECONDS}')
         THEN try_cast(regexp_replace(upper(t), '${TIME_WITHOUT_SECONDS}', '\\1:00\\2') AS TIMESTAMPTZ) END)`,
  ],
  incoming: "incoming",
  // Row ids keep the order of insertion, and with it the lines.
  place: { columns: "", types: "", ofEvents: () => "" },
  lines: (files, parallel) => files.map((file) => linesOf(file, parallel)).join(" UNION ALL "),
  numbered: (table) => table,
  finishReading: [],
}

/** Every line as one text, in order, empty lines as null: the columns are separated by what no line contains. */
function linesOf(file: LinesFile, parallel: boolean): string {
  return `(SELECT ${file.number} AS file, line FROM read_csv(${literal(file.path)}, auto_detect = false, header = false,
    columns = {'line': 'VARCHAR'}, delim = '${SEPARATOR}', quote = '', escape = '', new_line = '\\n', strict_mode = false,
    compression = 'none', max_line_size = ${2 * MAX_LINE_BYTES}, buffer_size = ${4 * MAX_LINE_BYTES}, parallel = ${parallel}))`
}
