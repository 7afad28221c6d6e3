import { DuckDBInstance } from "@duckdb/node-api"
import { expect } from "chai"
import { readFileSync } from "node:fs"
import { brotliCompressSync, gzipSync } from "node:zlib"
import { scoreWeek } from "../../oracle/src/score/score"
import { Folder, membersCsv, WEEK_INDEX } from "../oracle/utils/fixtures"
import { eachStore } from "../utils/postgres"
import { collectNow, operatorConfig, rawLines, storedEvents, uuid } from "./utils/operator"

/** The columns of PostHog's events model, as its batch exports write them. */
const COLUMNS = `uuid, event, distinct_id, person_id, properties, person_properties, elements_chain, timestamp, created_at, _inserted_at`
const EVENTS = 40

/** An export as a table: texts with everything that makes CSV hard, times to the microsecond. */
const TABLE = `SELECT '0198c0de-0000-7000-8000-' || lpad(printf('%x', i), 12, '0') AS uuid,
    CASE WHEN i % 3 = 0 THEN 'SectionCompleted' ELSE 'ExerciseSave' END AS event,
    CASE i % 4 WHEN 0 THEN 'ann' WHEN 1 THEN 'bob, the "second"' WHEN 2 THEN 'кириллица' ELSE 'dan' END AS distinct_id,
    'p' || i AS person_id, '{"text": "a \\"quoted\\", word' || CASE WHEN i % 5 = 0 THEN chr(10) ELSE '' END || '"}' AS properties,
    '{}' AS person_properties, '' AS elements_chain,
    make_timestamp(1765756800000000 + i * 3600000001) AS timestamp,
    make_timestamp(1765756802000000 + i * 3600000001) AS created_at,
    make_timestamp(1765756803000000 + i * 3600000001) AS _inserted_at
  FROM range(${EVENTS}) AS numbers(i)`

async function write(folder: Folder): Promise<Record<string, string>> {
  const instance = await DuckDBInstance.create(":memory:")
  const connection = await instance.connect()
  const paths: Record<string, string> = {}
  const copy = async (name: string, options: string): Promise<void> => {
    const path = folder.at(name)
    await connection.run(`COPY (SELECT ${COLUMNS} FROM (${TABLE})) TO '${path}' (${options})`)
    paths[name] = path
  }
  for (const codec of ["zstd", "snappy", "gzip", "lz4", "brotli", "uncompressed"])
    await copy(`e.${codec}.parquet`, `FORMAT parquet, COMPRESSION ${codec}`)
  await copy("e.csv", "FORMAT csv, HEADER true")
  await copy("e.jsonl", "FORMAT json")
  connection.closeSync()
  instance.closeSync()
  for (const name of ["e.csv", "e.jsonl"]) {
    const bytes = readFileSync(folder.at(name))
    paths[`${name}.gz`] = folder.file(`${name}.gz`, gzipSync(bytes))
    paths[`${name}.br`] = folder.file(`${name}.br`, brotliCompressSync(bytes))
  }
  return paths
}

describe("PostHog's batch exports", function () {
  this.timeout(120_000)
  let folder: Folder
  let files: Record<string, string>
  let members: string

  before(async () => {
    folder = new Folder()
    files = await write(folder)
    members = folder.file(
      "members.csv",
      membersCsv(["ann", 'bob, the "second"', "кириллица", "dan"].map((user) => ({ user, level: 2 }))),
    )
  })
  after(() => folder.remove())

  it("[STK-48] scores every format and compression that PostHog writes like the same events as JSON lines", async () => {
    const score = async (name: string): Promise<unknown> => {
      const { summary } = await scoreWeek({
        week: WEEK_INDEX,
        events: [files[name] ?? ""],
        members,
        out: folder.at(`out-${name}`),
      })
      return { totals: summary.totals, merkle: summary.merkle, events: summary.events }
    }
    const expected = await score("e.jsonl")
    for (const name of Object.keys(files)) expect(await score(name), name).to.deep.equal(expected)
  })

  it("says at which line of a table a record stands, line breaks within fields counted", async () => {
    const header = "uuid,event,distinct_id,timestamp,created_at,properties"
    const text = [
      header,
      `${uuid(1)},ExerciseSave,ann,2025-12-15T10:00:00Z,2025-12-15T10:00:01Z,"{\n\n}"`,
      `${uuid(2)},ExerciseSave,ann,yesterday,,{}`,
      `${uuid(3)},ExerciseSave,,2025-12-15T10:00:00Z,,{}`,
    ].join("\n")
    const failure = await scoreWeek({
      week: WEEK_INDEX,
      events: [folder.file("places.csv", text)],
      members,
      out: folder.at("out-places"),
    }).then(
      () => null,
      (error: unknown) => error as { lines: string[] },
    )
    expect(
      (failure?.lines ?? []).slice(0, 2).map((line) => /csv:(\d+): (\w+)/.exec(line)?.slice(1)),
    ).to.deep.equal([
      ["5", "timestamp"],
      ["6", "distinct_id"],
    ])
  })

  it("refuses a broken table and one that holds no events, and names the file", async () => {
    const parquet = readFileSync(files["e.zstd.parquet"] ?? "")
    for (const path of [
      folder.file("half.parquet", parquet.subarray(0, parquet.length / 2)),
      folder.file("half.csv.gz", gzipSync(readFileSync(files["e.csv"] ?? "")).subarray(0, 200)),
      folder.file("wide.csv", "uuid,event,distinct_id,timestamp\na,b,c,d,e,f\n"),
    ]) {
      const failure = await scoreWeek({
        week: WEEK_INDEX,
        events: [path],
        members,
        out: folder.at("out-broken"),
      }).then(
        () => null,
        (error: unknown) => error as { exitCode: number; lines: string[] },
      )
      expect(failure?.exitCode, path).to.equal(3)
      expect(failure?.lines[0], path).to.contain(path)
    }
  })

  eachStore((stores) => {
    it("[STK-51] takes every file of a drop folder once, whatever it is called, and leaves unfinished ones", async () => {
      const store = await stores.open()
      const home = new Folder()
      try {
        const drop = (name: string, from: string): string =>
          home.file(`drop/${name}`, readFileSync(files[from] ?? ""))
        const config = operatorConfig(home, [{ name: "export", kind: "files", folder: "drop" }])
        drop("2025/12/a.parquet.zst", "e.zstd.parquet")
        drop("2025/12/b.jsonl.part", "e.jsonl")
        home.file("drop/2025/12/a_manifest.json", '{"files": []}')
        home.file("drop/broken.jsonl", "neither this nor that")
        const first = await collectNow(config, store)
        expect(first.sources[0]).to.deep.include({ events: EVENTS, duplicates: 0 })
        expect(first.sources[0]?.error).to.contain("broken.jsonl")
        home.file("drop/broken.jsonl", "")
        drop("2025/12/renamed.parquet.zst", "e.zstd.parquet")
        drop("2025/12/same-events.jsonl", "e.jsonl")
        const second = await collectNow(config, store)
        expect(second.sources[0]).to.deep.include({ events: 0, error: null })
        expect((await collectNow(config, store)).sources[0]).to.deep.include({ files: 0, records: 0 })
        expect(await storedEvents(store, "export")).to.have.length(EVENTS)
        // The same events as other bytes are kept as they came; scoring knows them by their uuid.
        expect(rawLines(config, "export")).to.have.length(2 * EVENTS)
      } finally {
        home.remove()
      }
    })
  })
})
