import { readFileSync } from "node:fs"
import { join } from "node:path"
import { format, inspect } from "node:util"
import ts from "typescript"
import { ROOT } from "./markdown"

/** A block of TypeScript in a page, and the output that the page shows below it. */
export interface Snippet {
  code: string
  output: string | null
}

const BLOCK = /```ts\n([\s\S]*?)```\n(?:\n```\n([\s\S]*?)```\n)?/g
const IMPORT = /^import \{([^}]*)\} from "([^"]+)"\n/gm

/** The blocks of TypeScript of a page, in their order. */
export function snippetsOf(file: string): Snippet[] {
  const text = readFileSync(join(ROOT, file), "utf8")
  return [...text.matchAll(BLOCK)].map(([, code = "", output]) => ({ code, output: output ?? null }))
}

/** One import of each name for all blocks: a page repeats what a reader of one section needs. */
function importsOf(snippets: readonly Snippet[]): string {
  const names = new Map<string, Set<string>>()
  for (const { code } of snippets) {
    for (const [, list = "", from = ""] of code.matchAll(IMPORT)) {
      const known = names.get(from) ?? new Set()
      for (const name of list.split(",")) if (name.trim()) known.add(name.trim())
      names.set(from, known)
    }
  }
  return [...names].map(([from, known]) => `import { ${[...known].join(", ")} } from "${from}"\n`).join("")
}

/** Name and type of each thing that the blocks of a page take as given. */
export type Given = Readonly<Record<string, string>>

/**
 * The blocks of a page as one module, whose `run` executes them in their order. `at` is called before each with its place;
 * what they import stands at the top. With `apart` each block has names of its own.
 */
export function moduleOf(snippets: readonly Snippet[], given: Given, apart = false): string {
  const parameters = [
    "at: (snippet: number) => void",
    ...Object.entries(given).map(([name, type]) => `${name}: ${type}`),
  ]
  const bodies = snippets.map(({ code }, index) => {
    const body = code.replace(IMPORT, "")
    return `at(${index})\n${apart ? `{\n${body}}` : body}`
  })
  return `${importsOf(snippets)}export async function run(${parameters.join(", ")}) {\n${bodies.join("\n")}\n}\n`
}

function compilerOptions(): ts.CompilerOptions {
  const path = join(ROOT, "tsconfig.json")
  const parsed = ts.getParsedCommandLineOfConfigFile(
    path,
    {},
    { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => undefined },
  )
  if (parsed === undefined) throw new Error(`${path} cannot be read`)
  return { ...parsed.options, noUnusedLocals: false, noUnusedParameters: false }
}

/** What the compiler, as strict as for everything else, says about modules by their names. */
export function compile(modules: ReadonlyMap<string, string>): string[] {
  const options = compilerOptions()
  const files = new Map([...modules].map(([name, code]) => [join(__dirname, `${name}.snippets.ts`), code]))
  const host = ts.createCompilerHost(options)
  const { fileExists, readFile, getSourceFile } = host
  host.fileExists = (path) => files.has(path) || fileExists(path)
  host.readFile = (path) => files.get(path) ?? readFile(path)
  host.getSourceFile = (path, version, ...rest) => {
    const code = files.get(path)
    return code === undefined
      ? getSourceFile(path, version, ...rest)
      : ts.createSourceFile(path, code, version)
  }
  const program = ts.createProgram([...files.keys()], options, host)
  return [...files.keys()].flatMap((path) =>
    ts.getPreEmitDiagnostics(program, program.getSourceFile(path)).map(({ file, start, messageText }) => {
      const { line } = file?.getLineAndCharacterOfPosition(start ?? 0) ?? { line: 0 }
      const source = files.get(path)?.split("\n")[line] ?? ""
      return `${ts.flattenDiagnosticMessageText(messageText, " ")} in: ${source.trim()}`
    }),
  )
}

/** Runs the blocks of a page with what they take as given; gives what each printed. `before` is called before each. */
export async function runSnippets(
  snippets: readonly Snippet[],
  given: Readonly<Record<string, unknown>>,
  types: Given,
  before: (snippet: number) => void = () => undefined,
): Promise<string[]> {
  const module = { exports: {} as { run?: (...args: unknown[]) => Promise<void> } }
  const { outputText } = ts.transpileModule(moduleOf(snippets, types), {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
  })
  const printed = snippets.map(() => "")
  let current = 0
  const log = (...values: unknown[]): void => {
    const texts = values.map((value) => (typeof value === "object" ? inspect(value) : format(value)))
    printed[current] = `${printed[current] ?? ""}${texts.join(" ")}\n`
  }
  // The blocks are text of this repository, compiled as a module of this folder.
  const load = new Function("module", "exports", "require", "console", outputText) as (
    ...args: unknown[]
  ) => void
  load(module, module.exports, require, { log })
  const at = (snippet: number): void => {
    current = snippet
    before(snippet)
  }
  await module.exports.run?.(at, ...Object.keys(types).map((name) => given[name]))
  return printed
}
