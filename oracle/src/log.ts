import pino, { type Logger } from "pino"
import { redact } from "./key/redact"

export type { Logger } from "pino"

/** Fields that never reach a log, wherever they stand. */
const SECRET_FIELDS = [
  "secret",
  "secretKey",
  "keypair",
  "password",
  "token",
  "apiKey",
  "authorization",
  "cookie",
]

/** JSON lines on stderr; `STK_LOG_LEVEL` chooses how much. */
export function createLogger(level: string = process.env.STK_LOG_LEVEL ?? "info"): Logger {
  return pino(
    {
      level,
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: {
        paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]),
        censor: "[redacted]",
      },
      // What texts of others carry, such as the URL in a library's error.
      hooks: { streamWrite: redact },
    },
    pino.destination({ fd: 2, sync: true }),
  )
}
