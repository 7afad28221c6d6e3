import type { ChannelName, Message } from "./notice"

/** How one attempt ended. */
export type Delivery =
  | { outcome: "sent" }
  /** It may work another time; `seconds` when the receiver says when. */
  | { outcome: "later"; reason: string; seconds?: number }
  /** It will never work for this address. */
  | { outcome: "refused"; reason: string }

/** A way to members. Nothing that it returns or throws holds a secret. */
export interface Channel {
  readonly name: ChannelName
  deliver(message: Message, signal: AbortSignal): Promise<Delivery>
  close(): void
}
