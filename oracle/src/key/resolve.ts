import { keypairSigner, type StkSigner } from "@stk/sdk"
import { UsageError } from "../failure"
import { commandLink, ExternalSigner, socketLink, type OpenLink } from "./external"
import { loadKeypair } from "./keypair"
import { COMMAND, SOCKET } from "./reference"

/**
 * Who signs: a key file of solana-keygen, `unix:/path.sock` or `exec:command arguments`. Without a reference
 * `STK_KEYPAIR`, which may be any of these or the key itself, and then Solana's default file.
 *
 * @throws {UsageError} @throws {InputRefused} @throws {NotReady} an external signer does not answer
 */
export async function resolveSigner(
  reference: string | undefined,
  field: string,
  notes: string[] = [],
): Promise<StkSigner> {
  const external = reference ?? process.env.STK_KEYPAIR ?? ""
  if (external.startsWith(SOCKET)) return openExternal(external, SOCKET, socketLink, field)
  if (external.startsWith(COMMAND)) return openExternal(external, COMMAND, commandLink, field)
  return keypairSigner(loadKeypair(reference, notes, field))
}

async function openExternal(
  reference: string,
  scheme: string,
  linkTo: (place: string) => OpenLink,
  field: string,
): Promise<StkSigner> {
  const place = reference.slice(scheme.length).trim()
  if (place === "") throw new UsageError(field, `${scheme} needs what comes behind it`)
  // A command's arguments may say more than anybody should read in a log.
  const where = scheme + (place.split(/\s+/)[0] ?? "")
  return ExternalSigner.open(linkTo(place), { field, where })
}
