import { extname, join } from "node:path"
import { Worker } from "node:worker_threads"
import { writeStatement, type StatementTask, type WrittenStatement } from "./files"
import type { MemberWeek } from "./statement"

/** Statements of one message: enough that messages cost nothing, few enough that workers end together. */
const BATCH = 32
/** Below this a thread takes longer to start than the work. */
const WORTH_A_THREAD = 150

export interface PoolOptions {
  workers: number
  signal: AbortSignal | undefined
  /** Called with what is written, in any order. */
  onWritten: (statements: readonly WrittenStatement[]) => void
}

/** Writes the statements of all members, on several threads when there are many. */
export async function writeStatements(
  count: number,
  members: Iterable<MemberWeek>,
  task: StatementTask,
  options: PoolOptions,
): Promise<void> {
  const width = Math.min(options.workers, Math.ceil(count / WORTH_A_THREAD))
  const batches = batchesOf(members)
  if (width > 1) return onThreads(width, batches, task, options)
  for (const batch of batches) {
    options.signal?.throwIfAborted()
    options.onWritten(batch.map((member) => writeStatement(member, task)))
    // A lease or a health check of this process may be due.
    await new Promise((resolve) => setImmediate(resolve))
  }
}

async function onThreads(
  width: number,
  batches: Iterator<MemberWeek[]>,
  task: StatementTask,
  { signal, onWritten }: PoolOptions,
): Promise<void> {
  const extension = extname(__filename)
  const workers = Array.from(
    { length: width },
    () =>
      new Worker(join(__dirname, `worker${extension}`), {
        workerData: task,
        // From sources, Node needs what reads TypeScript in the new thread too.
        ...(extension === ".ts" ? { execArgv: ["-r", "ts-node/register/transpile-only"] } : {}),
      }),
  )
  try {
    await Promise.all(
      workers.map(
        (worker) =>
          new Promise<void>((resolve, reject) => {
            const feed = (): void => {
              if (signal?.aborted === true) return reject(signal.reason as Error)
              const next = batches.next()
              if (next.done === true) resolve()
              else worker.postMessage(next.value)
            }
            worker.on("message", (statements: WrittenStatement[]) => {
              onWritten(statements)
              feed()
            })
            worker.on("error", reject)
            worker.on("exit", (code) => reject(new Error(`a thread that writes reports ended with ${code}`)))
            feed()
          }),
      ),
    )
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
}

function* batchesOf(members: Iterable<MemberWeek>): Generator<MemberWeek[]> {
  let batch: MemberWeek[] = []
  for (const member of members) {
    if (batch.push(member) < BATCH) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}
