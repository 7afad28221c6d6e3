import { expect } from "chai"
import {
  fetchJson,
  fetchText,
  retryAfter,
  SourceFailed,
  type HttpRequest,
} from "../../oracle/src/source/http"
import { FakeServer, misbehave, sendJson, type Misbehaviour } from "./utils/misbehaving_server"

const SECRET = "a-key-that-nobody-may-see"

async function failureOf(work: Promise<unknown>): Promise<SourceFailed> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof SourceFailed)) throw new Error(`expected a failed source, got ${String(error)}`)
  return error
}

describe("Patient requests", () => {
  let server: FakeServer
  const request = (more: Partial<HttpRequest> = {}): HttpRequest => ({
    source: "posthog",
    url: `${server.origin}/path?token=${SECRET}`,
    headers: { authorization: `Bearer ${SECRET}` },
    patience: 20_000,
    timeout: 400,
    firstWait: 5,
    ...more,
  })

  beforeEach(async () => {
    server = await FakeServer.listen((response) => sendJson(response, { ok: true }))
  })
  afterEach(() => server.stop())

  const passing: Record<string, Misbehaviour> = {
    "a reset connection": misbehave.reset(),
    "a body that is cut off": misbehave.cut(),
    "truncated JSON": misbehave.truncated(),
    "a page for people": misbehave.html(),
    "a page for people with 502": misbehave.html(502),
    "a slow drip": misbehave.drip(),
    "a server that says nothing": misbehave.silence(),
    ...Object.fromEntries(
      [408, 425, 429, 500, 502, 503, 504].map((status) => [`status ${status}`, misbehave.status(status)]),
    ),
  }
  for (const [what, misbehaviour] of Object.entries(passing))
    it(`tries again after ${what}`, async () => {
      server.next(misbehaviour, misbehaviour)
      const { body } = await fetchJson(request())
      expect(body).to.deep.equal({ ok: true })
      expect(server.requests).to.have.length(3)
    })

  it("waits as long as Retry-After says, in seconds and as a date", async () => {
    const soon = new Date(Date.now() + 2_000).toUTCString()
    server.next(
      misbehave.status(429, {}, { "retry-after": "1" }),
      misbehave.status(503, {}, { "retry-after": soon }),
    )
    const started = Date.now()
    await fetchJson(request())
    expect(Date.now() - started).to.be.greaterThanOrEqual(1_000)
    expect(server.requests).to.have.length(3)
    const now = Date.parse("2025-12-22T00:00:00Z")
    const parse = (value: string): number | null => retryAfter(new Headers({ "retry-after": value }), now)
    expect(parse("120")).to.equal(120_000)
    expect(parse("Mon, 22 Dec 2025 00:01:00 GMT")).to.equal(60_000)
    expect(parse("Mon, 22 Dec 2025 00:00:00 GMT")).to.equal(0)
    expect(parse("soon")).to.equal(null)
  })

  it("does not wait for what comes after its patience, and says how long was asked for", async () => {
    server.next(misbehave.status(429, { detail: "Request was throttled." }, { "retry-after": "3600" }))
    const failure = await failureOf(fetchJson(request()))
    expect(failure.reason).to.equal("unavailable")
    expect(failure.exitCode).to.equal(9)
    expect(failure.message).to.contain("Request was throttled").and.contain("asks to wait 3600 s")
    expect(server.requests).to.have.length(1)
  })

  it("ends when its patience ends, and names what it saw last", async () => {
    server.next(...Array.from({ length: 200 }, () => misbehave.html()))
    const failure = await failureOf(fetchJson(request({ patience: 300 })))
    expect(failure.reason).to.equal("invalid")
    expect(failure.message).to.match(
      /^posthog: http:\/\/127\.0\.0\.1:\d+\/path: answered 59 characters \(text\/html\)/,
    )
    expect(server.requests.length).to.be.greaterThan(2)
  })

  for (const status of [401, 403])
    it(`is final when the key is refused with ${status}, and says what to do`, async () => {
      server.next(misbehave.status(status, { detail: `key ${SECRET} is not valid` }))
      const failure = await failureOf(fetchJson(request({ hint: "give the key the scope query:read" })))
      expect(failure.reason).to.equal("refused")
      expect(failure.status).to.equal(status)
      expect(failure.message).to.contain("give the key the scope query:read")
      expect(failure.message).not.to.contain(SECRET)
      expect(server.requests).to.have.length(1)
    })

  it("is final with what the server says about a wrong request", async () => {
    server.next(misbehave.status(400, { type: "validation_error", detail: "Unknown field" }))
    const failure = await failureOf(fetchJson(request()))
    expect(failure.reason).to.equal("rejected")
    expect(failure.message).to.contain("answered 400: Unknown field")
  })

  it("hands over a status that the caller understands", async () => {
    server.next(misbehave.status(404, { errors: ["gone"] }))
    const { status, body } = await fetchJson(request({ accept: [404] }))
    expect([status, body]).to.deep.equal([404, { errors: ["gone"] }])
  })

  it("takes no more of a body than it was told, however it is packed", async () => {
    server.next(misbehave.flood(64 << 20))
    const failure = await failureOf(fetchText(request({ mostBytes: 1 << 20, timeout: 20_000 })))
    expect(failure.reason).to.equal("too_large")
    expect(failure.message).to.contain("more than 1048576 bytes")
  })

  it("never follows a redirect to another origin, where the key would go along", async () => {
    const other = await FakeServer.listen((response) => sendJson(response, {}))
    try {
      server.next(misbehave.redirect(`${other.origin}/?token=${SECRET}`))
      const failure = await failureOf(fetchJson(request()))
      expect(failure.reason).to.equal("redirected")
      expect(failure.message).to.contain(other.origin).and.not.contain(SECRET)
      expect(other.requests).to.have.length(0)
    } finally {
      await other.stop()
    }
  })

  it("follows a redirect within the origin, but never turns a body into nothing", async () => {
    server.next(misbehave.redirect("/elsewhere"))
    expect((await fetchJson(request())).body).to.deep.equal({ ok: true })
    expect(server.requests.map(({ url }) => url.split("?")[0])).to.deep.equal(["/path", "/elsewhere"])
    server.next(misbehave.redirect("/elsewhere"))
    expect((await failureOf(fetchJson(request({ json: { a: 1 } })))).reason).to.equal("redirected")
    server.next(misbehave.redirect("/elsewhere", 307))
    await fetchJson(request({ json: { a: 1 } }))
    expect(server.requests[server.requests.length - 1]?.body).to.equal('{"a":1}')
    server.next(...Array.from({ length: 9 }, () => misbehave.redirect("/again")))
    expect((await failureOf(fetchJson(request()))).message).to.contain("more than 5 times")
  })

  it("stops at once when told to, while it waits and while it reads", async () => {
    for (const misbehaviour of [misbehave.status(503, {}, { "retry-after": "15" }), misbehave.drip()]) {
      const controller = new AbortController()
      server.next((response, incoming) => {
        setTimeout(() => controller.abort(), 50)
        return misbehaviour(response, incoming)
      })
      const failure = await failureOf(fetchJson(request({ signal: controller.signal, timeout: 15_000 })))
      expect(failure.reason).to.equal("aborted")
    }
  })

  it("shows neither query, nor key, nor a secret in a path or header", async () => {
    const failures = [
      await failureOf(
        fetchJson(
          request({ url: `${server.origin}/bot${SECRET}/x?key=${SECRET}`, patience: 1, accept: [] }),
        ).then(() => fetchJson(request({ url: "http://127.0.0.1:1/x?key=" + SECRET, patience: 10 }))),
      ),
      await failureOf(fetchJson(request({ url: `http://user:${SECRET}@127.0.0.1/` }))),
      await failureOf(fetchJson(request({ url: `not a url ${SECRET}` }))),
      await failureOf(fetchJson(request({ headers: { "x-api-key": `${SECRET}\nsecond line` } }))),
      await failureOf(fetchJson(request({ url: `ftp://127.0.0.1/${SECRET}` }))),
    ]
    for (const failure of failures)
      expect(JSON.stringify([failure.message, failure.stack, failure.lines])).not.to.contain(SECRET)
  })
})
