import { setTimeout as wait } from "node:timers/promises"
import { EXIT, OracleError } from "../failure"
import type { Logger } from "../log"

/**
 * Requests to other people's servers: patient with what passes, final with what does not, and silent about secrets.
 * A request may be sent several times, so it must be one that can be.
 */

export interface HttpRequest {
  /** Name of the source, for errors and logs. */
  source: string
  url: string | URL
  method?: "GET" | "POST"
  /** Values are never shown: keys travel here. */
  headers?: Readonly<Record<string, string>>
  /** Sent as JSON. */
  json?: unknown
  /** Statuses that the caller understands, besides 2xx: answered, not thrown. */
  accept?: readonly number[]
  /** Told when the server refuses the key (401, 403): what to check. */
  hint?: string
  /** Texts that no error may show, besides the headers' values: a token in the path, for example. */
  secrets?: readonly string[]
  /** Milliseconds for everything, waiting included. */
  patience?: number
  /** Milliseconds for one attempt, from the connection to the last byte. */
  timeout?: number
  /** Milliseconds before the second attempt; each further one waits twice as long, up to `MOST_WAIT`. */
  firstWait?: number
  /** Bytes of a body, as it is after decompression. */
  mostBytes?: number
  signal?: AbortSignal
  log?: Logger
}

export interface HttpAnswer<T> {
  status: number
  headers: Headers
  body: T
}

/**
 * - `refused`: the key is not accepted
 * - `rejected`: the request is wrong, or there is nothing there
 * - `unavailable`: no answer in the time there was
 * - `invalid`: an answer that is not what was asked for, again and again
 * - `too_large`, `redirected`: what it says
 */
export type HttpFailure =
  | "refused"
  | "rejected"
  | "unavailable"
  | "invalid"
  | "too_large"
  | "redirected"
  | "aborted"

/** A source could not be read. */
export class SourceFailed extends OracleError {
  override readonly name = "SourceFailed"

  constructor(
    /** Name in the configuration. */
    readonly source: string,
    readonly reason: HttpFailure,
    rule: string,
    readonly status: number | null = null,
  ) {
    super(EXIT.sourceFailed, [`${source}: ${rule}`])
  }
}

const DEFAULT_PATIENCE = 5 * 60_000
const DEFAULT_TIMEOUT = 60_000
const DEFAULT_FIRST_WAIT = 500
/** Longest wait that is our own choice; a server's `Retry-After` may be longer. */
const MOST_WAIT = 30_000
const DEFAULT_MOST_BYTES = 64 * 1024 * 1024
const MOST_REDIRECTS = 5
/** What is read of an answer that reports an error. */
const MOST_ERROR_BYTES = 64 * 1024
const MOST_DETAIL_CHARACTERS = 200
const SHORTEST_SECRET = 4

/** Asks for JSON. @throws {SourceFailed} */
export async function fetchJson(request: HttpRequest): Promise<HttpAnswer<unknown>> {
  return fetchPatiently({ headers: { accept: "application/json" }, ...request }, parseJson)
}

/** JSON of an answer. @throws {Passing} half an answer, or a page for people, may be whole the next time */
export function parseJson(text: string, headers: Headers): unknown {
  try {
    return JSON.parse(text)
  } catch {
    const type = headers.get("content-type")?.split(";")[0] ?? "without a type"
    throw new Passing("invalid", `answered ${text.length} characters (${type}) that are not valid JSON`)
  }
}

/** Asks for a text. @throws {SourceFailed} */
export async function fetchText(request: HttpRequest): Promise<HttpAnswer<string>> {
  return fetchPatiently(request, (text) => text)
}

/**
 * Sends a request until it is answered, or patience ends.
 *
 * @param read makes of the body what the caller needs; a `Passing` error means that the same request may bring a better one
 * @throws {SourceFailed} names source and address, without query and without secrets
 */
export async function fetchPatiently<T>(
  request: HttpRequest,
  read: (text: string, headers: Headers, status: number) => T,
): Promise<HttpAnswer<T>> {
  const call = new Call(request)
  const deadline = Date.now() + (request.patience ?? DEFAULT_PATIENCE)
  for (let attempt = 1; ; attempt++) {
    let problem: Passing
    try {
      const { status, headers, text } = await call.attempt(deadline)
      return { status, headers, body: read(text, headers, status) }
    } catch (error) {
      if (!(error instanceof Passing)) throw error
      problem = error
    }
    const pause = problem.retryAfter ?? backoff(attempt, request.firstWait ?? DEFAULT_FIRST_WAIT)
    const left = deadline - Date.now()
    if (pause >= left) {
      const asked =
        problem.retryAfter === null ? "" : `, asks to wait ${Math.ceil(problem.retryAfter / 1000)} s`
      throw call.failed(
        problem.reason,
        `${problem.message}${asked} (${attempt} ${attempt === 1 ? "attempt" : "attempts"})`,
        problem.status,
      )
    }
    request.log?.warn(
      { source: request.source, url: call.shown, attempt, wait_ms: Math.round(pause) },
      call.redact(problem.message),
    )
    await wait(pause, undefined, { signal: request.signal }).catch(() => {
      throw call.failed("aborted", "was stopped")
    })
  }
}

/** Something that may be otherwise the next time. */
export class Passing extends Error {
  constructor(
    readonly reason: "unavailable" | "invalid",
    message: string,
    readonly status: number | null = null,
    /** Milliseconds that the server asks for. */
    readonly retryAfter: number | null = null,
  ) {
    super(message)
  }
}

/** Half of the wait is chance: several clients that were thrown out together do not come back together. */
function backoff(attempt: number, first: number): number {
  const full = Math.min(MOST_WAIT, first * 2 ** Math.min(attempt - 1, 30))
  return full / 2 + (Math.random() * full) / 2
}

/** `Retry-After` in milliseconds: seconds or an HTTP date (RFC 9110); null when there is none that can be read. */
export function retryAfter(headers: Headers, now: number = Date.now()): number | null {
  const value = headers.get("retry-after")?.trim()
  if (value === undefined || value === "") return null
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value) * 1000
  const date = Date.parse(value)
  return Number.isNaN(date) ? null : Math.max(0, date - now)
}

/** One request with everything that its attempts share. */
class Call {
  /** Address for people: no query, no credentials, no secret. */
  readonly shown: string
  private readonly url: URL
  private readonly headers: Headers
  private readonly secrets: string[]

  constructor(private readonly request: HttpRequest) {
    const values = Object.values(request.headers ?? {})
    this.secrets = [...values, ...values.flatMap((value) => value.split(" ")), ...(request.secrets ?? [])]
      .filter((value) => value.length >= SHORTEST_SECRET && value !== "Bearer" && !value.includes("/json"))
      .sort((a, b) => b.length - a.length)
    this.shown = "its address"
    try {
      this.url = new URL(request.url)
    } catch {
      throw this.failed("rejected", "is not a URL")
    }
    this.shown = this.redact(this.url.origin + this.url.pathname)
    if (!/^https?:$/.test(this.url.protocol)) throw this.failed("rejected", "must begin with http or https")
    if (this.url.username !== "" || this.url.password !== "")
      throw this.failed("rejected", "must not carry a user name or password")
    this.headers = new Headers()
    for (const [name, value] of Object.entries(request.headers ?? {})) {
      try {
        this.headers.set(name, value)
      } catch {
        throw this.failed("rejected", `the value for the header ${name} has characters that are not allowed`)
      }
    }
    if (request.json !== undefined) this.headers.set("content-type", "application/json")
  }

  failed(reason: HttpFailure, rule: string, status: number | null = null): SourceFailed {
    return new SourceFailed(this.request.source, reason, this.redact(`${this.shown}: ${rule}`), status)
  }

  redact(text: string): string {
    return this.secrets.reduce((shown, secret) => shown.replaceAll(secret, "[redacted]"), text)
  }

  /** @throws {Passing} when another attempt makes sense, {SourceFailed} when none does */
  async attempt(deadline: number): Promise<{ status: number; headers: Headers; text: string }> {
    const { request } = this
    if (isStopped(request.signal)) throw this.failed("aborted", "was stopped")
    // A timer of its own rather than AbortSignal.any: this covers the body, byte by byte, too.
    const controller = new AbortController()
    const stop = (): void => controller.abort()
    request.signal?.addEventListener("abort", stop)
    const allowed = Math.max(1, Math.min(request.timeout ?? DEFAULT_TIMEOUT, deadline - Date.now()))
    const timer = setTimeout(stop, allowed)
    try {
      const response = await this.follow(controller.signal)
      return await this.judge(response)
    } catch (error) {
      if (error instanceof SourceFailed || error instanceof Passing) throw error
      if (isStopped(request.signal)) throw this.failed("aborted", "was stopped")
      if (controller.signal.aborted)
        throw new Passing("unavailable", `did not answer in full within ${allowed} ms`)
      throw new Passing("unavailable", `the connection failed (${causeOf(error)})`)
    } finally {
      clearTimeout(timer)
      request.signal?.removeEventListener("abort", stop)
      controller.abort()
    }
  }

  private async follow(signal: AbortSignal): Promise<Response> {
    let url = this.url.href
    for (let redirects = 0; ; redirects++) {
      const response = await fetch(url, {
        method: this.request.method ?? (this.request.json === undefined ? "GET" : "POST"),
        headers: this.headers,
        ...(this.request.json === undefined ? {} : { body: JSON.stringify(this.request.json) }),
        redirect: "manual",
        signal,
      })
      const location = response.headers.get("location")
      if (response.status < 300 || response.status >= 400 || location === null) return response
      await response.body?.cancel()
      const target = URL.canParse(location, url) ? new URL(location, url) : null
      // The key would travel along: whoever is there now is not who the operator trusts.
      if (target === null || target.origin !== this.url.origin)
        throw this.failed(
          "redirected",
          `redirects to another place (${target?.origin ?? "unreadable"}): configure the address that is meant`,
          response.status,
        )
      if (this.request.json !== undefined && response.status !== 307 && response.status !== 308)
        throw this.failed("redirected", `redirects to ${target.pathname} without the body`, response.status)
      if (redirects === MOST_REDIRECTS)
        throw this.failed("redirected", `redirects more than ${MOST_REDIRECTS} times`, response.status)
      url = target.href
    }
  }

  private async judge(response: Response): Promise<{ status: number; headers: Headers; text: string }> {
    const { status, headers } = response
    if (response.ok || this.request.accept?.includes(status) === true)
      return { status, headers, text: await this.text(response) }
    const detail = detailOf(await readUpTo(response, MOST_ERROR_BYTES))
    const said = `answered ${status}${detail === "" ? "" : `: ${detail}`}`
    if (status === 401 || status === 403)
      throw this.failed(
        "refused",
        `${said}; ${this.request.hint ?? "check the key and what it may read"}`,
        status,
      )
    if (status === 408 || status === 425 || status === 429 || status >= 500)
      throw new Passing("unavailable", said, status, retryAfter(headers))
    throw this.failed("rejected", said, status)
  }

  private async text(response: Response): Promise<string> {
    const most = this.request.mostBytes ?? DEFAULT_MOST_BYTES
    const bytes = await readUpTo(response, most + 1)
    if (bytes.length > most) throw this.failed("too_large", `answered more than ${most} bytes`)
    return new TextDecoder().decode(bytes)
  }
}

function isStopped(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true
}

async function readUpTo(response: Response, most: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  if (response.body !== null)
    for await (const chunk of response.body) {
      const bytes = Buffer.from(chunk as Uint8Array)
      chunks.push(bytes)
      length += bytes.length
      if (length >= most) break
    }
  return Buffer.concat(chunks).subarray(0, most)
}

/** What a JSON error says, in the fields that PostHog, Discourse and others use; pages for people say nothing here. */
function detailOf(bytes: Buffer): string {
  try {
    const json = JSON.parse(bytes.toString("utf8")) as Record<string, unknown>
    for (const field of ["detail", "message", "error", "errors"]) {
      const value = json[field]
      const text = Array.isArray(value) ? value[0] : value
      if (typeof text === "string" && text !== "") return text.slice(0, MOST_DETAIL_CHARACTERS)
    }
  } catch {
    return ""
  }
  return ""
}

function causeOf(error: unknown): string {
  const cause = (error as { cause?: unknown }).cause ?? error
  const { code, message } = cause as { code?: unknown; message?: unknown }
  return typeof code === "string" ? code : typeof message === "string" ? message : "unknown"
}
