import { isAbsolute, resolve } from "node:path"

/** How an external signer is named. */
export const SOCKET = "unix:"
export const COMMAND = "exec:"

/** The same reference as seen from anywhere: paths in a configuration are relative to its folder. */
export function absoluteReference(reference: string, folder: string): string {
  if (reference.startsWith(COMMAND)) return reference
  const scheme = reference.startsWith(SOCKET) ? SOCKET : ""
  const path = reference.slice(scheme.length)
  return scheme + (isAbsolute(path) ? path : resolve(folder, path))
}
