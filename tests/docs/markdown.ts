import { execFileSync } from "node:child_process"
import { join } from "node:path"

export const ROOT = join(__dirname, "..", "..")

/** The Markdown files of the repository. */
export function markdownFiles(): string[] {
  const listed = execFileSync("git", ["ls-files", "-z", "*.md"], { cwd: ROOT, encoding: "utf8" })
  return listed
    .split("\0")
    .filter(Boolean)
    .map((file) => join(ROOT, file))
}
