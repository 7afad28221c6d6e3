import type { Localnet } from "../localnet"

/** Resolves when somebody asks the process to end: Ctrl-C, or a `kill` without more. */
export async function untilToldToStop(): Promise<void> {
  await new Promise<void>((resolve) => {
    // Without something to do Node would leave at once: the chain's own threads do not keep it alive.
    const heartbeat = setInterval(() => undefined, 60_000)
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.once(signal, () => {
        clearInterval(heartbeat)
        resolve()
      })
    }
  })
}

/** One line a fact, aligned, for people. */
export function describe(localnet: Localnet): string {
  const programs = localnet.programs.map(({ name, address }) => ["program", `${name} ${address.toBase58()}`])
  const facts = [
    ["chain", localnet.runtime],
    ["RPC", localnet.rpcUrl],
    ["WebSocket", localnet.wsUrl],
    ["payer", localnet.payer.publicKey.toBase58()],
    ...programs,
  ]
  return facts.map(([name, value]) => `${`${name}`.padEnd(10)}${value}`).join("\n")
}
