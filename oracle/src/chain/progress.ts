import { redact } from "../key/redact"
import { createProgress, isInteractive, printable, type Progress } from "../output"
import type { RunEvents } from "./run"

/** A bar on a terminal; elsewhere a line on stderr when a stage begins, so that a log shows where a run was. */
export function createRunEvents(isQuiet: boolean): { events: RunEvents; stop: () => void } {
  const isBar = !isQuiet && isInteractive(process.stderr)
  const bar: Progress = createProgress(isBar)
  let last = ""
  let now: [string, number, number] = ["", 0, 1]
  const show = (): void => {
    const [stage, done, total] = now
    if (isBar) bar.update(`${stage} (${done}/${total})`, done, total)
    else if (!isQuiet && stage !== last) process.stderr.write(`${stage} …\n`)
    last = stage
  }
  return {
    events: {
      onProgress(stage, done, total) {
        now = [stage, done, total]
        show()
      },
      onLanded() {
        now = [now[0], now[1] + 1, Math.max(now[2], now[1] + 1)]
        if (isBar) show()
      },
      onNote(note) {
        if (isBar) bar.stop()
        process.stderr.write(`note: ${printable(redact(note))}\n`)
      },
    },
    stop: () => bar.stop(),
  }
}
