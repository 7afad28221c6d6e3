import { parentPort, workerData } from "node:worker_threads"
import { writeStatement, type StatementTask } from "./files"
import type { MemberWeek } from "./statement"

/** A thread that writes the statements it is sent; what it throws ends the whole run. */

const port = parentPort
if (port === null) throw new Error("worker.ts runs in a worker thread only")
const task = workerData as StatementTask
port.on("message", (members: MemberWeek[]) => {
  port.postMessage(members.map((member) => writeStatement(member, task)))
})
