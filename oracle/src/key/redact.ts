import bs58 from "bs58"

/**
 * Nothing that this process prints or logs contains a secret that it was given: keys in any encoding, API keys, URLs
 * with credentials. Whoever reads a secret registers it; whoever writes a text that others made passes it through.
 */

const MARK = "[redacted]"
/** Shorter texts would blot out words that are no secret. */
const SHORTEST = 6
/** A part of a URL's path that is as long as a key; shorter ones are names. */
const SHORTEST_SEGMENT = 12

const secrets = new Set<string>()
/** The longest first: one secret may contain another. */
let inOrder: readonly string[] = []

const CREDENTIALS = /\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@"']+@/gi
const KEY_PARAMETERS =
  /([?&](?:api[-_]?key|key|token|access[-_]?token|auth|secret|password|sig)=)[^&\s"'#]+/gi
/** An array of numbers as long as a key of solana-keygen; amounts and lists of the oracle are never on one line like this. */
const KEY_ARRAY = /\[\s*(?:\d{1,3}\s*,\s*){31,}\d{1,3}\s*\]/g

/** From now on this text is never printed. */
export function registerSecret(text: string): void {
  if (text.length < SHORTEST || secrets.has(text)) return
  secrets.add(text)
  inOrder = [...secrets].sort((a, b) => b.length - a.length)
}

/** Registers the bytes of a key in every form in which somebody might print them; its seed, too. */
export function registerSecretKey(secretKey: Uint8Array): void {
  for (const bytes of [secretKey, secretKey.subarray(0, 32)]) {
    const buffer = Buffer.from(bytes)
    for (const separator of [",", ", "]) registerSecret([...bytes].join(separator))
    registerSecret(bs58.encode(bytes))
    for (const encoding of ["base64", "base64url", "hex"] as const) registerSecret(buffer.toString(encoding))
    registerSecret(buffer.toString("hex").toUpperCase())
    registerSecret(buffer.toString("base64").replace(/=+$/, ""))
  }
}

/** Registers what may be secret in a URL: credentials, values of its query, long parts of its path. */
export function registerUrl(text: string): void {
  let url: URL
  try {
    url = new URL(text)
  } catch {
    return
  }
  const segments = url.pathname.split("/").filter((segment) => segment.length >= SHORTEST_SEGMENT)
  for (const part of [url.password, ...url.searchParams.values(), ...segments]) {
    registerSecret(part)
    registerSecret(decodeURIComponent(part))
    registerSecret(encodeURIComponent(part))
  }
}

/** The text without secrets. */
export function redact(text: string): string {
  const known = inOrder.reduce((rest, secret) => rest.replaceAll(secret, MARK), text)
  return known
    .replace(CREDENTIALS, `$1${MARK}@`)
    .replace(KEY_PARAMETERS, `$1${MARK}`)
    .replace(KEY_ARRAY, MARK)
}

/** Variables that a child may need to run at all; nothing else is anybody's business. */
const CHILD_VARIABLES = [
  "PATH",
  "HOME",
  "USER",
  "LOGNAME",
  "LANG",
  "LC_ALL",
  "TZ",
  "TMPDIR",
  "XDG_RUNTIME_DIR",
]

/** What child processes see of this one's environment, which holds keys and API keys. */
export function childEnvironment(): Record<string, string> {
  return Object.fromEntries(
    CHILD_VARIABLES.flatMap((name) => {
      const value = process.env[name]
      return value === undefined ? [] : [[name, value]]
    }),
  )
}
