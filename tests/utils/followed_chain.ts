import { applyEvent, decodeEvents, rebuild, type LedgerState, type StkEvent } from "@stk/sdk"
import { Chain, type Sent } from "./svm"

/**
 * A chain whose events are followed as an indexer would: each economy is rebuilt from what its transactions told, and no
 * account is ever read for it.
 */
export class FollowedChain extends Chain {
  readonly events: StkEvent[] = []
  private readonly ledgers = new Map<string, LedgerState>()

  override sendBytes(bytes: Uint8Array): Sent {
    const sent = super.sendBytes(bytes)
    for (const event of decodeEvents(sent.logs)) this.follow(event)
    return sent
  }

  /** An economy as its events tell it. */
  ledger(economy: { toBase58(): string }): LedgerState {
    const ledger = this.ledgers.get(economy.toBase58())
    if (ledger === undefined) throw new Error(`no event created ${economy.toBase58()}`)
    return ledger
  }

  private follow(event: StkEvent): void {
    this.events.push(event)
    const economy = event.data.economy.toBase58()
    const ledger = this.ledgers.get(economy)
    if (ledger === undefined) this.ledgers.set(economy, rebuild([event]))
    else applyEvent(ledger, event)
  }
}
