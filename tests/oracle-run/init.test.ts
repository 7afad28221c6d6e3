import Ajv2020 from "ajv/dist/2020"
import addFormats from "ajv-formats"
import { expect } from "chai"
import { readConfig } from "../../oracle/src/config/config"
import { InputRefused } from "../../oracle/src/failure"
import { cli, Folder, wallet, type CliResult } from "../oracle/utils/fixtures"
import { Forum, FORUM_KEY } from "../oracle-sources/utils/forum"
import { Platform, PLATFORM_TOKEN } from "../oracle-sources/utils/platform"
import { RecordStore, STORE_PASSWORD } from "../oracle-sources/utils/record_store"
import { TestServer, type Asked, type Answer } from "../oracle-sources/utils/server"

interface Sample {
  chain: Record<string, unknown>
  sources: Record<string, unknown>[]
  members: Record<string, unknown>
  [section: string]: unknown
}

const EVERY_SOURCE = ["--sources", "files", "posthog", "discourse", "xapi", "--members", "lms"]
const POSTHOG_KEY = "phx_key-of-this-test"
const SECRETS = {
  POSTHOG_KEY,
  DISCOURSE_KEY: FORUM_KEY,
  XAPI_PASSWORD: STORE_PASSWORD,
  LMS_TOKEN: PLATFORM_TOKEN,
}

describe("stk-oracle init", function () {
  this.timeout(300_000)
  let folder: Folder
  const servers: TestServer[] = []
  before(() => {
    folder = new Folder()
  })
  after(async () => {
    folder.remove()
    await Promise.all(servers.map((server) => server.stop()))
  })
  const serve = async (application: (asked: Asked) => Answer): Promise<string> => {
    const server = await TestServer.start(application)
    servers.push(server)
    return server.url
  }
  const init = (name: string, args: readonly string[], env = {}): Promise<CliResult> =>
    cli(["init", "-c", folder.at(name), ...args], env)
  const sampleIn = (name: string): Sample => JSON.parse(folder.read(name)) as Sample

  it("writes a sample of every kind of source that its schema accepts, and replaces nothing", async () => {
    const made = await init("a/oracle.json", [...EVERY_SOURCE, "--economy", wallet("economy")])
    expect(made.code, made.stderr).to.equal(0)
    expect(made.stdout).to.equal(
      `wrote ${folder.at("a/oracle.json")}\nwrote ${folder.at("a/stk-oracle.schema.json")}\n`,
    )
    const sample = sampleIn("a/oracle.json")
    expect(sample.sources.map((source) => source.kind)).to.deep.equal([
      "files",
      "posthog",
      "discourse",
      "xapi",
    ])
    const isValid = addFormats(new Ajv2020({ strict: false })).compile(
      JSON.parse(folder.read("a/stk-oracle.schema.json")) as object,
    )
    expect(isValid(sample), JSON.stringify(isValid.errors)).to.equal(true)
    // What the command refuses, an editor refuses.
    for (const wrong of [
      { ...sample, sorces: [] },
      { ...sample, sources: [] },
      { ...sample, sources: [{ name: "x", kind: "telepathy" }] },
      { ...sample, chain: { ...sample.chain, rpc: [{ env: "" }] } },
      { ...sample, database: { enviroment: "X" } },
    ]) {
      expect(isValid(wrong)).to.equal(false)
      expect(() => readConfig(folder.file("wrong.json", JSON.stringify(wrong)))).to.throw(InputRefused)
    }
    expect((await init("wrong.json", ["--check"])).code).to.equal(3)
    const again = await init("a/oracle.json", [])
    expect(again.code).not.to.equal(0)
    expect(again.stderr).to.contain("is there already")
    expect(sampleIn("a/oracle.json")).to.deep.equal(sample)
  })

  it("--check says of everything what it is", async () => {
    const [forum, store, platform] = [new Forum(), new RecordStore(), new Platform()]
    await init("b/oracle.json", [...EVERY_SOURCE, "--economy", wallet("economy")])
    const sample = sampleIn("b/oracle.json")
    const [files, posthog, discourse, xapi] = sample.sources
    folder.file("b/drop/posthog.jsonl", "")
    const config = {
      ...sample,
      chain: { ...sample.chain, rpc: [await serve(rpc), { env: "STK_TEST_RPC" }] },
      sources: [
        files,
        { ...posthog, host: await serve(posthogApi) },
        { ...discourse, url: await serve(forum.answer) },
        {
          ...xapi,
          url: `${await serve(store.answer)}/xapi`,
          auth: { username: "oracle", password: { env: "XAPI_PASSWORD" } },
        },
      ],
      members: { ...sample.members, url: `${await serve(platform.answer)}/api/v1` },
    }
    folder.file("b/oracle.json", JSON.stringify(config))
    const environment = { ...SECRETS, STK_TEST_RPC: await serve(rpc) }
    const good = await init("b/oracle.json", ["--check"], environment)
    expect(good.code, good.stdout + good.stderr).to.equal(0)
    expect(said(good.stdout)).to.deep.equal({
      rules: "ok",
      database: "ok",
      "rpc 0": "ok",
      "rpc 1": "ok",
      members: "ok",
      "source drop": "ok",
      "source posthog": "ok",
      "source club": "ok",
      "source lrs": "ok",
    })

    // The same with everything wrong; no secret is shown.
    const bad = {
      ...config,
      database: { env: "STK_TEST_DATABASE" },
      chain: { ...config.chain, rpc: [await serve(() => ({ body: "a page" })), { env: "STK_TEST_RPC" }] },
      sources: config.sources.map((source) => (source === files ? { ...source, folder: "nowhere" } : source)),
    }
    folder.file("b/oracle.json", JSON.stringify(bad))
    const failed = await init("b/oracle.json", ["--check", "--json"], {
      POSTHOG_KEY: "phx_wrong-key-1",
      DISCOURSE_KEY: "wrong-key-2",
      XAPI_PASSWORD: "wrong-key-3",
      LMS_TOKEN: "wrong-key-4",
      STK_TEST_DATABASE: "postgres://stk:wrong-key-5@127.0.0.1:1/stk",
    })
    expect(failed.code).to.equal(8)
    const { answers } = JSON.parse(failed.stdout) as {
      answers: { what: string; ok: boolean; says: string }[]
    }
    const says = Object.fromEntries(answers.map(({ what, says }) => [what, says]))
    expect(answers.filter(({ ok }) => ok).map(({ what }) => what)).to.deep.equal(["rules"])
    expect(says.database).to.contain("127.0.0.1").and.to.contain("ECONNREFUSED")
    expect(says["rpc 0"]).to.contain("does not answer as a Solana RPC endpoint")
    expect(says["rpc 1"]).to.contain("STK_TEST_RPC is not set")
    expect(says["source drop"]).to.contain("nowhere")
    for (const what of ["members", "source posthog", "source lrs"]) expect(says[what], what).to.contain("401")
    expect(says["source club"]).to.contain("403")
    expect(failed.stdout + failed.stderr).not.to.match(/wrong-key-\d/)
  })

  it("takes the database's URL from a file that only the operator reads", async () => {
    const config = {
      ...{ chain: { economy: wallet("economy"), rpc: [await serve(rpc)], oracle: "key.json" } },
      sources: [{ name: "drop", kind: "files", folder: "." }],
      database: { file: folder.file("c/url", "postgres://stk:wrong-key-6@127.0.0.1:1/stk\n") },
    }
    folder.file("c/oracle.json", JSON.stringify(config))
    const refused = await init("c/oracle.json", ["--check"])
    expect(refused.code).to.equal(8)
    expect(refused.stdout).to.contain("ECONNREFUSED").and.not.to.contain("wrong-key-6")
    folder.file("c/url", "hunter2")
    const noUrl = await init("c/oracle.json", ["--check"])
    expect(noUrl.stdout).to.contain("must be a postgres:// URL").and.not.to.contain("hunter2")
  })
})

/** First word of every answer, by what was asked. */
function said(table: string): Record<string, string> {
  return Object.fromEntries(
    table
      .trim()
      .split("\n")
      .map((line) => (/^(.+?) {2,}(\S+)/.exec(line) ?? []).slice(1, 3) as [string, string]),
  )
}

/** As much of a Solana RPC endpoint as is asked. */
function rpc(): Answer {
  return { body: { jsonrpc: "2.0", id: "1", result: wallet("genesis") } }
}

/** A project of PostHog without events. */
function posthogApi({ headers, path }: Asked): Answer {
  if (headers.authorization !== `Bearer ${POSTHOG_KEY}`)
    return { status: 401, body: { type: "authentication_error", detail: "Personal API key is invalid." } }
  if (path !== "/api/projects/1/query/") return { status: 404, body: { detail: "Not found." } }
  return { body: { results: [], columns: [], types: [], hasMore: false } }
}
