import { execFileSync } from "node:child_process"
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { STK_IDL } from "@stk/sdk"
import { build } from "esbuild"
import { expect } from "chai"

const SDK = resolve(__dirname, "../../sdk")
const MODULES = resolve(__dirname, "../../node_modules")

function run(command: string, args: readonly string[], directory: string): string {
  return execFileSync(command, args, { cwd: directory, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] })
}

function readme(): { example: string; output: string } {
  const text = readFileSync(join(SDK, "README.md"), "utf8")
  const [, example = ""] = /## Ten lines[\s\S]*?```ts\n([\s\S]*?)```/.exec(text) ?? []
  const [, output = ""] = /```\n(week until[\s\S]*?)```/.exec(text) ?? []
  return { example, output }
}

/** All files below a folder. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    return entry.isDirectory() ? filesBelow(path) : [path]
  })
}

describe("Package of the SDK", function () {
  this.timeout(240_000)
  let project: string
  let packed: { files: { path: string }[]; filename: string }

  before(() => {
    project = mkdtempSync(join(tmpdir(), "stk-sdk-"))
    const [first] = JSON.parse(
      run("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", project], SDK),
    ) as [typeof packed]
    packed = first
    writeFileSync(join(project, "package.json"), JSON.stringify({ name: "project", private: true }))
    const peers = (
      JSON.parse(readFileSync(join(SDK, "package.json"), "utf8")) as {
        devDependencies: Record<string, string>
      }
    ).devDependencies
    const install = ["@coral-xyz/anchor", "@solana/spl-token", "@solana/web3.js"].map(
      (name) => `${name}@${peers[name]}`,
    )
    run(
      "npm",
      [
        "install",
        "--no-audit",
        "--no-fund",
        "--ignore-scripts",
        "--prefer-offline",
        `./${packed.filename}`,
        ...install,
      ],
      project,
    )
  })

  after(() => rmSync(project, { recursive: true, force: true }))

  it("holds what runs, its types, the IDL and the README, and nothing else", () => {
    const paths = packed.files.map(({ path }) => path)
    for (const needed of [
      "README.md",
      "package.json",
      "src/idl/stk.json",
      "dist/cjs/package.json",
      "dist/cjs/index.js",
      "dist/cjs/index.d.ts",
      "dist/esm/package.json",
      "dist/esm/index.js",
      "dist/esm/index.d.ts",
    ]) {
      expect(paths).to.include(needed)
    }
    for (const path of paths) {
      expect(path).to.match(
        /^(README\.md|package\.json|src\/idl\/stk\.json|dist\/(cjs|esm)\/.+\.(js|d\.ts|map|json))$/,
      )
    }
  })

  it("runs the README's example as an ES module, and gives what the README says", () => {
    const { example, output } = readme()
    expect(example.trim().split("\n").length).to.be.at.most(10)
    writeFileSync(join(project, "example.mjs"), example)
    expect(run("node", ["example.mjs"], project)).to.equal(output)
  })

  it("has the same exports and one program id in both module systems", () => {
    const script = `
      const names = Object.keys(sdk).filter((name) => name !== "default" && name !== "module.exports").sort()
      console.log(JSON.stringify({ names, id: sdk.STK_PROGRAM_ID.toBase58() }))`
    writeFileSync(join(project, "esm.mjs"), `import * as sdk from "@stk/sdk"\n${script}`)
    writeFileSync(join(project, "cjs.cjs"), `const sdk = require("@stk/sdk")\n${script}`)
    const [esm, cjs] = ["esm.mjs", "cjs.cjs"].map(
      (file) => JSON.parse(run("node", [file], project)) as object,
    )
    expect(esm).to.deep.equal(cjs)
    expect(esm).to.have.property("id", "STKgxgLyDtP5jVDXnLMovKvqt6rzjY22BkWVgKg9pEg")
  })

  it("gives the IDL to Anchor's Program in both module systems", () => {
    const use = `
      const program = new Program(STK_IDL, { connection: new Connection("http://localhost:1") })
      console.log(Object.keys(program.methods).length, idl.address === program.programId.toBase58())`
    writeFileSync(
      join(project, "program.mjs"),
      `import { Program } from "@coral-xyz/anchor"
      import { Connection } from "@solana/web3.js"
      import { STK_IDL } from "@stk/sdk"
      import idl from "@stk/sdk/idl.json" with { type: "json" }${use}`,
    )
    writeFileSync(
      join(project, "program.cjs"),
      `const { Program } = require("@coral-xyz/anchor")
      const { Connection } = require("@solana/web3.js")
      const { STK_IDL } = require("@stk/sdk")
      const idl = require("@stk/sdk/idl.json")${use}`,
    )
    expect(run("node", ["--no-warnings", "program.mjs"], project)).to.equal(
      `${STK_IDL.instructions.length} true\n`,
    )
    expect(run("node", ["program.cjs"], project)).to.equal(`${STK_IDL.instructions.length} true\n`)
  })

  it("has types that a strict project resolves from both module systems", () => {
    mkdirSync(join(project, "node_modules/@types"), { recursive: true })
    for (const name of ["node", "bn.js"]) {
      rmSync(join(project, "node_modules/@types", name), { recursive: true, force: true })
      symlinkSync(join(MODULES, "@types", name), join(project, "node_modules/@types", name))
    }
    const use = `import { economyPda, type Economy, type StkEvent, StkClient, type Stk } from "@stk/sdk"
      import type { Program } from "@coral-xyz/anchor"
      import { PublicKey } from "@solana/web3.js"
      export const bump: number = economyPda(PublicKey.default)[1]
      export const pool = (economy: Economy): bigint => economy.funds[0]
      export const due = (event: StkEvent): bigint => (event.name === "WeekSealed" ? event.data.due : 0n)
      export const methods = (program: Program<Stk>) => program.methods.sealWeek
      export const make = (...p: ConstructorParameters<typeof StkClient>): StkClient => new StkClient(...p)\n`
    for (const file of ["types.mts", "types.cts"]) writeFileSync(join(project, file), use)
    const flags = "--noEmit --strict --skipLibCheck --target es2022 --module nodenext --types node".split(" ")
    const tsc = join(MODULES, "typescript/bin/tsc")
    expect(run("node", [tsc, ...flags, "types.mts", "types.cts"], project)).to.equal("")
  })

  it("is bundled for a browser without anything of Node's", async () => {
    writeFileSync(join(project, "browser.mjs"), `export * from "@stk/sdk"`)
    const result = await build({
      entryPoints: [join(project, "browser.mjs")],
      bundle: true,
      platform: "browser",
      format: "esm",
      write: false,
      metafile: true,
      logLevel: "silent",
    })
    expect(result.warnings.map(({ text }) => text)).to.deep.equal([])
    for (const file of filesBelow(join(SDK, "dist/esm")).filter((path) => path.endsWith(".js"))) {
      expect(readFileSync(file, "utf8"), file).to.not.match(/from "(node:|fs|crypto|path|os|stream)/)
    }
  })

  it("leaves out of a bundle what nobody uses", async () => {
    writeFileSync(
      join(project, "small.mjs"),
      `import { formatAmount } from "@stk/sdk"\nconsole.log(formatAmount(1n, 6))`,
    )
    const result = await build({
      entryPoints: [join(project, "small.mjs")],
      bundle: true,
      platform: "browser",
      format: "esm",
      write: false,
      minify: true,
      logLevel: "silent",
      external: ["@solana/web3.js", "@solana/spl-token", "@noble/hashes", "buffer"],
    })
    const code = result.outputFiles[0]?.text ?? ""
    expect(code).to.not.include("registerMembers")
    expect(code.length).to.be.lessThan(4_000)
  })
})
