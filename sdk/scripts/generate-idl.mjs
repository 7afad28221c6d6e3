// Writes src/idl/constant.ts from src/idl/stk.json: the IDL as a constant that needs no JSON import, without its
// documentation and with the names that `Program` of @coral-xyz/anchor gives its parts. `--check` only compares.
import { readFileSync, writeFileSync } from "node:fs"
import { format } from "prettier"

const source = new URL("../src/idl/stk.json", import.meta.url)
const target = new URL("../src/idl/constant.ts", import.meta.url)

/** snake_case and PascalCase to camelCase, as Anchor does; paths part by part. */
function camelCase(name) {
  return name
    .split(".")
    .map((part) => part.replace(/^_+/, "").replace(/_+(\w)/g, (_, letter) => letter.toUpperCase()))
    .map((part) => part.charAt(0).toLowerCase() + part.slice(1))
    .join(".")
}

/** Keys whose texts are names of the program's parts. */
const NAMES = new Set(["name", "path", "account", "relations", "generic"])

function convert(value, key, isError) {
  if (Array.isArray(value)) return value.map((item) => convert(item, key, isError))
  if (value !== null && typeof value === "object") {
    const entries = Object.entries(value).filter(([name]) => name !== "docs")
    return Object.fromEntries(entries.map(([name, item]) => [name, convert(item, name, isError)]))
  }
  // Errors keep the names by which the SDK reports them.
  return typeof value === "string" && NAMES.has(key) && !isError ? camelCase(value) : value
}

const idl = JSON.parse(readFileSync(source, "utf8"))
const converted = Object.fromEntries(
  Object.entries(idl)
    .filter(([key]) => key !== "docs" && key !== "constants")
    .map(([key, value]) => [key, convert(value, key, key === "errors")]),
)
const literal = JSON.stringify(converted)
const text = await format(
  `// Generated from stk.json by scripts/generate-idl.mjs; never edited.

/** The program's interface. Errors keep the names by which the SDK reports them. */
export const STK_IDL = ${literal} as const
`,
  { parser: "typescript", semi: false, printWidth: 110, trailingComma: "all" },
)

const isCurrent = (() => {
  try {
    return readFileSync(target, "utf8") === text
  } catch {
    return false
  }
})()
if (process.argv.includes("--check")) {
  if (!isCurrent) {
    console.error("sdk/src/idl/constant.ts is stale: run `npm run generate --workspace sdk`")
    process.exit(1)
  }
} else if (!isCurrent) {
  writeFileSync(target, text)
}
