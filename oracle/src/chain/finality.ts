import type { Testimony } from "./cluster"
import { Interrupted } from "./failures"
import type { ChainRun } from "./run"
import { ChainReader } from "./state"

const POLL_MS = 300

/**
 * What every endpoint has at `finalized`, once it has what is waited for: an end that only one of them tells is no end.
 * One that stays behind is left out with a note.
 *
 * @throws {Interrupted} nobody has it
 */
export async function finalOnEach<T>(
  run: ChainRun,
  read: (reader: ChainReader) => Promise<T>,
  isThere: (value: T) => boolean,
): Promise<Testimony<T>[]> {
  const { cluster } = run
  const started = Date.now()
  for (;;) {
    // Reading a million members takes its time: nobody is left out for that.
    const all = await cluster.fromEach(
      (connection) => read(new ChainReader(cluster, connection)),
      cluster.patienceMs,
    )
    const there = all.filter(({ value }) => isThere(value))
    const waited = Date.now() - started
    if (there.length === all.length) return there
    if (there.length > 0 && waited > cluster.behindMs) {
      for (const { endpoint, value } of all)
        if (!isThere(value))
          run.events.onNote(`${endpoint.name} does not have the final state that others have: it is left out`)
      return there
    }
    if (waited > cluster.finalityMs)
      throw new Interrupted(`what was posted is confirmed but not final after ${cluster.finalityMs / 1000} s`)
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
}
