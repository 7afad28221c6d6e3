import { Command } from "commander"
import { collectCommand } from "./commands/collect"
import { checkCommand } from "./commands/check"
import { createCommand } from "./commands/create"
import { explainCommand } from "./commands/explain"
import { generateCommand } from "./commands/generate"
import { membersCommand } from "./commands/members"
import { holdsCommand } from "./commands/holds"
import { initCommand } from "./commands/init"
import { overrideCommand } from "./commands/override"
import { postCommand } from "./commands/post"
import { releaseCommand } from "./commands/release"
import { reportCommand } from "./commands/report"
import { runCommand } from "./commands/run"
import { noticesCommand } from "./commands/notices"
import { redistributeCommand } from "./commands/redistribute"
import { scoreCommand } from "./commands/score"
import { settleCommand } from "./commands/settle"
import { nonceCommand } from "./commands/nonce"
import { signCommand } from "./commands/sign"
import { signerCommand } from "./commands/signer"
import { statusCommand } from "./commands/status"
import { verifyCommand } from "./commands/verify"
import { EXIT, OracleError } from "./failure"
import { redact } from "./key/redact"
import { printable } from "./output"
import { ownVersion } from "./score/report"

/** The command line, without running it. */
export function createProgram(): Command {
  const program = new Command("stk-oracle")
    .description(
      "The operator's tool of a contribution economy: scores weeks of activity and posts them on Solana",
    )
    .version(ownVersion())
    .showHelpAfterError("(add --help for all options)")
    .addHelpText(
      "after",
      `
Exit codes:
  0  done
  1  failure outside the input: disk, memory, network
  2  unusable arguments
  3  an input file breaks a rule; nothing was written
  4  the output directory holds something that must not be replaced
  5  chain, keys or balance are not ready: nothing was sent
  6  directory and chain disagree: before posting nothing was sent, afterwards it is an alarm
  7  another process works on the same directory: nothing was sent
  8  the cluster did not answer: the same command resumes
  9  a source did not answer or refused: the same command resumes
  10  a scored week is held: somebody must look at it and decide`,
    )
  const commands = [
    collectCommand(),
    initCommand(),
    runCommand(),
    scoreCommand(),
    reportCommand(),
    createCommand(),
    postCommand(),
    settleCommand(),
    noticesCommand(),
    redistributeCommand(),
    statusCommand(),
    membersCommand(),
    signCommand(),
    signerCommand(),
    nonceCommand(),
    checkCommand(),
    holdsCommand(),
    releaseCommand(),
    overrideCommand(),
    explainCommand(),
    verifyCommand(),
    generateCommand(),
  ]
  for (const command of commands) program.addCommand(command.copyInheritedSettings(program))
  for (const command of [program, ...program.commands]) command.exitOverride()
  return program
}

/** Runs the command line and returns the exit code; never throws. */
export async function run(argv: readonly string[]): Promise<number> {
  try {
    await createProgram().parseAsync([...argv])
    return EXIT.ok
  } catch (error) {
    if (error instanceof OracleError) {
      for (const [index, line] of error.lines.entries())
        process.stderr.write(
          `${index === 0 || /^\S+(:\d+)?: /.test(line) ? "error: " : ""}${printable(redact(line))}\n`,
        )
      return error.exitCode
    }
    const { code, exitCode, message } = error as { code?: string; exitCode?: number; message?: string }
    // Commander has already printed what is wrong, or the help that was asked for.
    if (typeof code === "string" && code.startsWith("commander."))
      return exitCode === 0 ? EXIT.ok : EXIT.usage
    process.stderr.write(`error: ${printable(redact(message ?? String(error)))}\n`)
    return EXIT.failure
  }
}
