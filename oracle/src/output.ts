import { itemAt } from "./item"
import { SingleBar } from "cli-progress"

/** What people see: tables on stdout, progress on stderr and only on a terminal. */

/** Whether colours and bars are welcome on a stream. */
export function isInteractive(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY === true && !isSet("CI") && !isSet("NO_COLOR") && process.env.TERM !== "dumb"
}

function isSet(name: string): boolean {
  const value = process.env[name]
  return value !== undefined && value !== ""
}

export interface Progress {
  update(stage: string, done: number, total: number): void
  stop(): void
}

/** A bar on a terminal, nothing elsewhere. */
export function createProgress(wanted: boolean): Progress {
  if (!wanted || !isInteractive(process.stderr)) return { update: () => undefined, stop: () => undefined }
  const bar = new SingleBar({
    format: "{bar} {percentage}% {stage}",
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: true,
    barsize: 30,
  })
  let started = false
  return {
    update(stage, done, total) {
      if (!started) bar.start(total, 0, { stage })
      started = true
      bar.setTotal(total)
      bar.update(done, { stage })
    },
    stop() {
      if (started) bar.stop()
    },
  }
}

/** Columns aligned by their widest cell; numbers to the right. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [header, ...rows].map((row) => row.map(printable))
  const widths = header.map((_, column) => Math.max(...cells.map((row) => [...(row[column] ?? "")].length)))
  const right = header.map(
    (_, column) => rows.length > 0 && rows.every((row) => /^-?[\d.,]+$/.test(row[column] ?? "")),
  )
  return cells
    .map((row) =>
      row
        .map((cell, column) => {
          const space = " ".repeat(itemAt(widths, column) - [...cell].length)
          return right[column] ? space + cell : cell + space
        })
        .join("  ")
        .trimEnd(),
    )
    .join("\n")
}

/** A text of unknown origin, safe on a terminal: no control, no direction marks. */
export function printable(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g, "\ufffd")
}

/** 1234567 as 1,234,567. */
export function grouped(value: number | string): string {
  const [whole = "", fraction] = String(value).split(".")
  const digits = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",")
  return fraction === undefined ? digits : `${digits}.${fraction}`
}
