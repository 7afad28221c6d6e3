import type { Dialect, JsonFields, LinesFile } from "./dialect"

/** Spark reads a backslash in a literal as an escape, and two quotes as the end of one text and the start of another. */
function text(value: string): string {
  return `'${value.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`
}

const DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
const OFFSET = "[+-][0-9]{2}(?::?[0-9]{2})?"
/** With seconds and perhaps a fraction, or without both. `\z` is the very end, where `$` forgives a line break. */
const TIME = `^${DATE}[Tt ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,12})?)?(?:[Zz]|${OFFSET})?\\z`
const OFFSET_PARTS = "([+-])([0-9]{2}):?([0-9]{2})?\\z"

/** An escaped backslash or quote, an escaped pair of surrogates, or an escape that is no surrogate. */
const WHOLE_ESCAPES =
  "\\\\(?:[^u]|u[dD][89abAB][0-9a-fA-F]{2}\\\\u[dD][c-fC-F][0-9a-fA-F]{2}|u(?![dD][89a-fA-F])[0-9a-fA-F]{4})"

/** What DuckDB also takes: a comma after the last element, and numbers that are none; texts are passed over as they are. */
const TEXT = '("(?:[^"\\\\]|\\\\.)*+")'
const LAST_COMMA = `${TEXT}|(?<=[^\\[{,:\\s])\\s*,(?=\\s*[\\]}])`
/** A replacement can only repeat what was found, so the number to put there stands at the end of the text. */
const A_NUMBER = "0.5"
const NO_NUMBER = `${TEXT}|(?i:-?(?:nan|infinity|inf))(?=.*(${A_NUMBER})\\z)`

/** The strict JSON of RFC 8259: Spark's own default also takes single quotes and more. */
const STRICT = Object.entries({
  allowSingleQuotes: "false",
  allowUnquotedFieldNames: "false",
  allowNonNumericNumbers: "false",
  allowNumericLeadingZeros: "false",
  maxNumLen: "100000",
})
  .map(([name, value]) => `${text(name)}, ${text(value)}`)
  .join(", ")

function variantAt(record: string, fields: JsonFields, name: string): string {
  return `try_variant_get(${record}, ${text(fields[name] ?? "$")}, 'variant')`
}

function list(json: string, path: string): string {
  return `coalesce(try_variant_get(${json}, ${text(path)}, 'array<variant>'), array())`
}

const STATE_COLUMNS = "member_index INT, user_id STRING, wallet STRING, streak TINYINT, last_active_week INT"
const STATE_HEADER = STATE_COLUMNS.replaceAll(/ [A-Z]+/g, "").replaceAll(" ", "")

/** Rows that no file has: their row ids start where no line's can be. */
const FIRST_EVENT_ROW = 1n << 60n

export const SPARK: Dialect = {
  text,
  huge: "DECIMAL(38,0)",
  createTable: (name, columns) => `CREATE TABLE ${name} (${columns}) USING parquet`,
  constants: (name, columns, rows) => {
    const names = columns.split(", ").map((column) => column.split(" "))
    const typed = names.map(([column = "", type = ""]) => `${column}::${type} AS ${column}`)
    return [
      `CREATE OR REPLACE TEMPORARY VIEW ${name} AS SELECT ${typed.join(", ")}
       FROM VALUES ${rows} AS constants(${names.map(([column]) => column).join(", ")})`,
    ]
  },
  createTableAs: (name, query) => `CREATE TABLE ${name} USING parquet AS ${query}`,
  createFunction: (name, parameters, returns, body) =>
    `CREATE OR REPLACE TEMPORARY FUNCTION ${name}(${parameters}) RETURNS ${returns} RETURN (${body})::${returns}`,
  divide: (a, b) => `${a} div ${b}`,
  matches: (value, pattern) => `regexp_like(${value}, ${text(pattern)})`,
  hash: (...values) => `xxhash64(${values.join(", ")})`,
  isBlank: (value) => `regexp_like(${value}, ${text("^\\p{Zs}*\\z")})`,
  lower: (value) => `lower_letters(${value})`,
  microseconds: (value) => `time_us(${value})`,
  isoTime: (moment) =>
    `lpad(year(timestamp_micros(${moment}))::STRING, 4, '0') || date_format(timestamp_micros(${moment}), ${text("-MM-dd'T'HH:mm:ss.SSSSSS'Z'")})`,
  quoted: (value) => `json_quoted(${value})`,
  state: (path) =>
    `SELECT s.* FROM (SELECT from_csv(value, ${text(STATE_COLUMNS)},
       map('quote', '"', 'escape', '"', 'nullValue', ${text("\\N")}, 'mode', 'FAILFAST')) AS s
       FROM ${textFile(path)} WHERE value <> ${text(STATE_HEADER)})`,

  json: (value) => `any_json(${value}, strict_json(${value}))`,
  fields: (json) => json,
  textField: (record, fields, name) => `json_text(${variantAt(record, fields, name)})`,
  integerField: (record, fields, name) => `json_integer(${variantAt(record, fields, name)})`,
  isTrueField: (record, fields, name) => `json_is_true(${variantAt(record, fields, name)})`,
  hasField: (record, fields, name) => `${variantAt(record, fields, name)} IS NOT NULL`,
  hasValueField: (record, fields, name) =>
    `(${variantAt(record, fields, name)} IS NOT NULL AND NOT is_variant_null(${variantAt(record, fields, name)}))`,
  jsonExists: (json, path) => `try_variant_get(${json}, ${text(path)}, 'variant') IS NOT NULL`,
  elements: list,
  elementsOfEach: (json, path) => `flatten(transform(${list(json, "$")}, x -> ${list("x", path)}))`,
  emptyList: () => "array()",
  join: (...lists) => `concat(${lists.join(", ")})`,
  fieldsOfEach: (values) => values,
  listOf: (value) => `array(${value})`,
  unnest: (table, columns, values) =>
    `(SELECT ${columns}, nth + 1 AS position, entry FROM ${table} LATERAL VIEW posexplode(${values}) entries AS nth, entry)`,

  functions: [
    // The line stands in an array before its own hash: whatever follows a value would end the array or move the hash.
    `CREATE OR REPLACE TEMPORARY FUNCTION parsed_json(t STRING) RETURNS ARRAY<VARIANT>
       RETURN from_json('[' || t || ',"' || xxhash64(t) || '"]', 'array<variant>', map(${STRICT}))`,
    `CREATE OR REPLACE TEMPORARY FUNCTION whole_json(t STRING, parsed ARRAY<VARIANT>) RETURNS VARIANT
       RETURN CASE WHEN size(parsed) = 2 AND try_variant_get(parsed[1], '$', 'string') = xxhash64(t)::STRING
         AND NOT (regexp_like(t, ${text("\\\\u[dD][89a-fA-F]")})
           AND regexp_like(regexp_replace(t, ${text(WHOLE_ESCAPES)}, ''), ${text("\\\\u[dD][89a-fA-F]")}))
         THEN parsed[0] END`,
    `CREATE OR REPLACE TEMPORARY FUNCTION strict_json(t STRING) RETURNS VARIANT RETURN whole_json(t, parsed_json(t))`,
    `CREATE OR REPLACE TEMPORARY FUNCTION relaxed(t STRING) RETURNS STRING
       RETURN regexp_replace(regexp_replace(t || ${text(A_NUMBER)}, ${text(NO_NUMBER)}, '$1$2'), ${text(LAST_COMMA)}, '$1')`,
    `CREATE OR REPLACE TEMPORARY FUNCTION any_json(t STRING, strict VARIANT) RETURNS VARIANT
       RETURN CASE WHEN strict IS NOT NULL THEN strict
         ELSE strict_json(left(relaxed(t), length(relaxed(t)) - ${A_NUMBER.length})) END`,
    `CREATE OR REPLACE TEMPORARY FUNCTION json_text(v VARIANT) RETURNS STRING
       RETURN CASE WHEN schema_of_variant(v) = 'STRING' THEN try_variant_get(v, '$', 'string') END`,
    `CREATE OR REPLACE TEMPORARY FUNCTION json_integer(v VARIANT) RETURNS BIGINT
       RETURN CASE WHEN schema_of_variant(v) = 'BIGINT' AND abs(try_variant_get(v, '$', 'bigint')) < 1000000000000000
         THEN try_variant_get(v, '$', 'bigint') END`,
    `CREATE OR REPLACE TEMPORARY FUNCTION json_is_true(v VARIANT) RETURNS BOOLEAN
       RETURN coalesce(schema_of_variant(v) = 'BOOLEAN' AND try_variant_get(v, '$', 'boolean'), false)`,
    `CREATE OR REPLACE TEMPORARY FUNCTION json_quoted(t STRING) RETURNS STRING
       RETURN CASE WHEN t IS NOT NULL THEN substring(to_json(named_struct('t', t)), 6, length(to_json(named_struct('t', t))) - 6) END`,
    `CREATE OR REPLACE TEMPORARY FUNCTION lower_letters(t STRING) RETURNS STRING
       RETURN CASE WHEN regexp_like(t, ${text("^[\\x00-\\x7f]*\\z")}) THEN lower(t)
         ELSE array_join(transform(split(replace(t, 'İ', 'i'), ''), c -> lower(c)), '') END`,
    `CREATE OR REPLACE TEMPORARY FUNCTION clock_us(h INT, m INT, s INT, fraction INT) RETURNS BIGINT
       RETURN CASE WHEN (h < 24 AND m < 60 AND s < 60) OR (h = 24 AND m = 0 AND s = 0 AND fraction = 0)
         THEN ((h * 60 + m) * 60 + s) * 1000000L + fraction END`,
    `CREATE OR REPLACE TEMPORARY FUNCTION offset_us(rest STRING) RETURNS BIGINT
       RETURN CASE WHEN regexp_like(rest, ${text(OFFSET_PARTS)}) THEN
         (CASE WHEN regexp_extract(rest, ${text(OFFSET_PARTS)}, 1) = '-' THEN -60000000L ELSE 60000000L END) *
         (coalesce(try_cast(regexp_extract(rest, ${text(OFFSET_PARTS)}, 2) AS INT), 0) * 60
           + coalesce(try_cast(regexp_extract(rest, ${text(OFFSET_PARTS)}, 3) AS INT), 0)) ELSE 0L END`,
    `CREATE OR REPLACE TEMPORARY FUNCTION time_us(t STRING) RETURNS BIGINT
       RETURN CASE WHEN regexp_like(t, ${text(TIME)}) THEN
         unix_date(try_cast(left(t, 10) AS DATE)) * 86400000000L
         + clock_us(try_cast(substring(t, 12, 2) AS INT), try_cast(substring(t, 15, 2) AS INT),
             CASE WHEN substring(t, 17, 1) = ':' THEN try_cast(substring(t, 18, 2) AS INT) ELSE 0 END,
             try_cast(rpad(left(regexp_extract(t, '[.,]([0-9]+)', 1), 6), 6, '0') AS INT))
         - offset_us(substring(t, 17)) END`,
  ],
  incoming: "incoming_read",
  place: {
    columns: ", block, nth",
    types: ", block BIGINT, nth BIGINT",
    ofEvents: (part) =>
      `, NULL::BIGINT, ${FIRST_EVENT_ROW * BigInt(part + 1)}L + monotonically_increasing_id()`,
  },
  lines: (files) => `(${files.map(linesOf).join(" UNION ALL ")})`,
  numbered: (table) =>
    `(SELECT p.*, b.before + p.nth - b.first AS rowid FROM ${table} p JOIN (${blocks(table)}) b ON b.file = p.file AND b.block = p.block)`,
  finishReading: [
    `CREATE TABLE blocks USING parquet AS ${blocks("incoming_read")}`,
    `CREATE TABLE incoming USING parquet AS
       SELECT r.file, r.page_row, r.item, r.source_id, r.type, r.type_name, r.user_id, r.counterpart, r.moment, r.late, r.problem, r.reason,
         CASE WHEN r.block IS NULL THEN r.nth ELSE f.base + b.before + r.nth - b.first END AS rowid
       FROM incoming_read r JOIN files f ON f.file = r.file LEFT JOIN blocks b ON b.file = r.file AND b.block = r.block`,
  ],
}

/**
 * Spark reads a file in blocks, in parallel; within a block ids ascend by one a line. So a line's number is its place in the
 * block and the lines of the blocks before.
 */
function blocks(table: string): string {
  return `SELECT file, block, min(nth) AS first, (sum(count(*)) OVER (PARTITION BY file ORDER BY block) - count(*))::BIGINT AS before
    FROM ${table} WHERE block IS NOT NULL GROUP BY file, block`
}

function linesOf(file: LinesFile): string {
  return `SELECT ${file.number} AS file, value AS line, _metadata.file_block_start AS block, monotonically_increasing_id() AS nth
    FROM ${textFile(file.path)}`
}

/** The lines of a file as a relation of Spark, in whose name a few letters are patterns. */
export function textFile(path: string): string {
  return `text.\`file://${path.replaceAll(/[[\]{}*?\\]/g, "\\$&").replaceAll("`", "``")}\``
}
