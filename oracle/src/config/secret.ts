import { readFileSync } from "node:fs"
import { z } from "zod"
import { UsageError } from "../failure"
import { registerSecret, registerUrl } from "../key/redact"

/** A secret is named, never written down in the configuration: an environment variable, or a file. */
export const secretSchema = z.union([
  z.strictObject({ env: z.string().min(1) }),
  z.strictObject({ file: z.string().min(1) }),
])
export type SecretReference = z.infer<typeof secretSchema>

/** Reads a secret at the moment it is needed. @throws {UsageError} names the variable or file, never the content */
export function readSecret(reference: SecretReference, field: string): string {
  const value = findSecret(reference, field)
  registerSecret(value)
  registerUrl(value)
  return value
}

function findSecret(reference: SecretReference, field: string): string {
  if ("env" in reference) {
    const value = process.env[reference.env]
    if (value === undefined || value === "") throw new UsageError(field, `${reference.env} is not set`)
    return value
  }
  try {
    const value = readFileSync(reference.file, "utf8").trim()
    if (value !== "") return value
  } catch (cause) {
    throw new UsageError(field, `${reference.file} cannot be read (${(cause as NodeJS.ErrnoException).code})`)
  }
  throw new UsageError(field, `${reference.file} is empty`)
}
