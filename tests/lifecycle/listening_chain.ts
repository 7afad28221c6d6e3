import { decodeEvents, type StkEvent } from "@stk/sdk"
import { Chain, type Sent } from "../utils/svm"

/** A chain that hands every event of every transaction to a listener, as a subscription to its logs would. */
export class ListeningChain extends Chain {
  listener: (event: StkEvent) => void = () => undefined

  override sendBytes(bytes: Uint8Array): Sent {
    const sent = super.sendBytes(bytes)
    decodeEvents(sent.logs).forEach((event) => this.listener(event))
    return sent
  }
}
