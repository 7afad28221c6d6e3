// Tells Node which module system each half of dist is written in.
import { mkdirSync, writeFileSync } from "node:fs"

for (const [folder, type] of [
  ["cjs", "commonjs"],
  ["esm", "module"],
]) {
  const directory = new URL(`../dist/${folder}/`, import.meta.url)
  mkdirSync(directory, { recursive: true })
  writeFileSync(new URL("package.json", directory), `${JSON.stringify({ type, sideEffects: false })}\n`)
}
