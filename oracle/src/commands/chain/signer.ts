import { once } from "node:events"
import { UsageError } from "../../failure"
import { SignerDaemon } from "../../key/daemon"
import { loadKeypair } from "../../key/keypair"
import { policySchema, readPolicy, type Policy } from "../../key/policy"
import { createLogger } from "../../log"
import { parseAddress } from "../../chain/run"
import type { SignerOptions } from "../signer"

export async function runSigner(options: SignerOptions): Promise<void> {
  const policy = policyOf(options)
  const log = createLogger()
  const notes: string[] = []
  const keypair = loadKeypair(options.keypair, notes)
  for (const note of notes) log.warn(note)
  const journal = options.journal ?? `${options.keypair}.signed.jsonl`
  const daemon = new SignerDaemon({ keypair, socket: options.socket, policy, journal, log })
  await daemon.start()
  await Promise.race([once(process, "SIGTERM"), once(process, "SIGINT")])
  await daemon.stop()
  log.info("stopped")
}

function policyOf(options: SignerOptions): Policy {
  if (options.policy !== undefined) {
    if (options.economy !== undefined) throw new UsageError("--economy", "stands in the --policy already")
    return readPolicy(options.policy)
  }
  if (options.economy === undefined) throw new UsageError("--economy", "is missing, or a --policy")
  return policySchema.parse({ economy: parseAddress(options.economy, "--economy").toBase58() })
}
