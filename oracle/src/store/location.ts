import { readSecret, type SecretReference } from "../config/secret"
import { UsageError } from "../failure"

/** Where a store is: a `postgres://` URL, a folder, or a secret that is such a URL. */
export type StoreLocation = string | SecretReference

/** Whether a location is a database server's and not a folder. */
export function isPostgresUrl(location: string): boolean {
  return /^postgres(ql)?:\/\//.test(location)
}

/** URL or folder. @throws {UsageError} the secret is missing, or not a URL of a database */
export function locationOf(location: StoreLocation): string {
  if (typeof location === "string") return location
  const url = readSecret(location, "database")
  if (!isPostgresUrl(url)) throw new UsageError("database", "the secret must be a postgres:// URL")
  return url
}
