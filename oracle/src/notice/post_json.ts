/** One attempt to post JSON; the outbox repeats. */

const TIMEOUT_MS = 30_000
const MOST_ANSWER_BYTES = 64 * 1024

export interface JsonPost {
  url: string
  body: string
  headers: Readonly<Record<string, string>>
  signal: AbortSignal
}

export type JsonAnswer = { status: number; retryAfter: string | null; json: unknown } | { failure: string }

export async function postJson({ url, body, headers, signal }: JsonPost): Promise<JsonAnswer> {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body,
      // A redirect would carry the message, and its signature, to somebody else.
      redirect: "manual",
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    })
    const text = await textUpTo(response, MOST_ANSWER_BYTES)
    return { status: response.status, retryAfter: response.headers.get("retry-after"), json: parsed(text) }
  } catch (error) {
    const { cause, name } = error as { cause?: { code?: string }; name?: string }
    return {
      failure: cause?.code ?? (name === "TimeoutError" ? "no answer in time" : "the connection failed"),
    }
  }
}

async function textUpTo(response: Response, most: number): Promise<string> {
  let text = ""
  const decoder = new TextDecoder()
  if (response.body !== null)
    for await (const chunk of response.body) {
      text += decoder.decode(chunk as Uint8Array, { stream: true })
      if (text.length >= most) break
    }
  return text
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
