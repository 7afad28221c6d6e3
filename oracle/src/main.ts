import { EXIT } from "./failure"
import { redact } from "./key/redact"
import { run } from "./program"

// What `ps` shows to everybody: arguments may hold an RPC URL with its key.
process.title = "stk-oracle"
process.on("uncaughtException", (error) => {
  process.stderr.write(`${redact(error.stack ?? error.message)}\n`)
  process.exit(EXIT.failure)
})

void run(process.argv).then((code) => {
  process.exitCode = code
})
