import { z } from "zod"

/**
 * What oracle and signer say to each other: one JSON object a line, over a socket or over stdin and stdout. A request
 * has an id, its answer the same. A signer is never told more than the message.
 *
 *   → {"id":1,"method":"publicKey"}
 *   ← {"id":1,"publicKey":"<base58>"}
 *   → {"id":2,"method":"sign","message":"<base64>"}
 *   ← {"id":2,"signature":"<base64>"}   or   {"id":2,"refused":"<reason>"}
 */

/** A message has at most 1,232 bytes, whatever a line says beside it. */
export const MOST_LINE_BYTES = 16_384
const MOST_REASON = 300

const id = z.int().min(0)

export const requestSchema = z.discriminatedUnion("method", [
  z.strictObject({ id, method: z.literal("publicKey") }),
  z.strictObject({ id, method: z.literal("sign"), message: z.base64() }),
])
export type SignerRequest = z.infer<typeof requestSchema>

export const replySchema = z.union([
  z.strictObject({ id, publicKey: z.string() }),
  z.strictObject({ id, signature: z.base64() }),
  z.strictObject({ id, refused: z.string().transform((text) => text.slice(0, MOST_REASON)) }),
])
export type SignerReply = z.infer<typeof replySchema>

/** Cuts a stream into lines. `onTooLong` is called once, and then nothing more. */
export function lineReader(onLine: (line: string) => void, onTooLong: () => void): (chunk: Buffer) => void {
  let rest = Buffer.alloc(0)
  let isOver = false
  return (chunk) => {
    if (isOver) return
    rest = Buffer.concat([rest, chunk])
    for (let end = rest.indexOf(10); end >= 0 && !isOver; end = rest.indexOf(10)) {
      const line = rest.subarray(0, end).toString("utf8")
      rest = rest.subarray(end + 1)
      if (line.trim() !== "") onLine(line)
    }
    if (rest.length > MOST_LINE_BYTES) {
      isOver = true
      onTooLong()
    }
  }
}
