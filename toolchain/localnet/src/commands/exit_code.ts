import { LocalnetError } from "../errors"

/** Runs a command and returns its process's exit code: what a person can mend is said in one line and gives 1. */
export async function exitCodeOf(command: string, run: () => Promise<void>): Promise<number> {
  try {
    await run()
    return 0
  } catch (error) {
    if (!(error instanceof LocalnetError)) throw error
    console.error(`${command}: ${error.message}`)
    return 1
  }
}
