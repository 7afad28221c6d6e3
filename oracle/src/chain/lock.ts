import { linkSync, readFileSync, rmSync, statSync, unlinkSync, writeFileSync } from "node:fs"
import { hostname } from "node:os"
import { join } from "node:path"
import { Locked } from "./failures"

/** Name of the lock in a week's directory. */
export const LOCK_FILE = "post.lock"
/** Nobody holds the right to remove a stale lock for longer than this. */
const TAKEOVER_MS = 10_000

interface Holder {
  pid: number
  host: string
  /** When the process started, in the kernel's own unit; null where that cannot be known. */
  started: string | null
}

/** A lock on a directory against a second run on the same machine; two machines are kept apart by the chain. */
export class DirectoryLock {
  private constructor(private readonly path: string) {}

  /** @throws {Locked} while its holder lives, or lives on another machine */
  static take(directory: string, name = LOCK_FILE): DirectoryLock {
    const path = join(directory, name)
    for (;;) {
      if (create(path)) return new DirectoryLock(path)
      const holder = read(path)
      if (holder === null) continue
      if (holder.host !== hostname())
        throw new Locked(
          path,
          `taken by process ${holder.pid} on ${holder.host}; if that is gone, delete the file`,
        )
      if (isAlive(holder)) throw new Locked(path, `process ${holder.pid} is working on this directory`)
      removeStale(path)
    }
  }

  release(): void {
    rmSync(this.path, { force: true })
  }
}

function self(): Holder {
  return { pid: process.pid, host: hostname(), started: startOf(process.pid) }
}

/** Creates the file with its content in one step; false when there is one. */
function create(path: string): boolean {
  const own = `${path}.${process.pid}`
  writeFileSync(own, JSON.stringify(self()) + "\n")
  try {
    linkSync(own, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false
    throw error
  } finally {
    unlinkSync(own)
  }
}

function read(path: string): Holder | null {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Holder
  } catch (error) {
    // Released in this moment.
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null
    throw new Locked(path, "is not a lock of stk-oracle; delete it if no other run is working here")
  }
}

function isAlive(holder: Holder): boolean {
  try {
    process.kill(holder.pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false
  }
  // The number may have been given to another process since.
  return holder.started === null || startOf(holder.pid) === holder.started
}

/** Start time of a process on Linux: field 22 of its stat, counted behind the name, which may contain anything. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8")
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? null
  } catch {
    return null
  }
}

/** Of several that find a lock stale only one may remove it, or the second would remove the first one's new lock. */
function removeStale(path: string): void {
  const takeover = `${path}.takeover`
  if (!create(takeover)) {
    try {
      if (Date.now() - statSync(takeover).mtimeMs > TAKEOVER_MS) rmSync(takeover, { force: true })
    } catch {
      // Gone: its owner has finished.
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20)
    return
  }
  try {
    const holder = read(path)
    if (holder !== null && !isAlive(holder)) rmSync(path, { force: true })
  } finally {
    rmSync(takeover, { force: true })
  }
}
