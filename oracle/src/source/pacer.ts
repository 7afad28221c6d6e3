import { setTimeout as wait } from "node:timers/promises"

/** Spreads requests evenly, below the limit that a server documents: being refused costs more than waiting. */
export class Pacer {
  private next = 0

  constructor(private readonly perMinute: number) {}

  /** Returns when the next request may go out; at once when `signal` ends the work, which the request then sees itself. */
  async turn(signal: AbortSignal): Promise<void> {
    const now = Date.now()
    const at = Math.max(now, this.next)
    this.next = at + 60_000 / this.perMinute
    if (at > now) await wait(at - now, undefined, { signal }).catch(() => undefined)
  }
}
