import { STK_IDL } from "@stk/sdk"
import { expect } from "chai"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { ROOT } from "./markdown"

const AUTHORITIES = readFileSync(join(ROOT, "docs", "authorities.md"), "utf8")
const LIBRARY = readFileSync(join(ROOT, "programs", "stk", "src", "lib.rs"), "utf8")

const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/** Who may call what, by the table of instructions. */
function callers(): [who: string, name: string][] {
  const [, section = ""] = AUTHORITIES.split("## Instructions\n")
  const [own = ""] = section.split("\n## ")
  return own
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .slice(2)
    .flatMap((line) => {
      const [, who = "", names = ""] = line.split("|")
      return [...names.matchAll(/`(\w+)`/g)].map((match): [string, string] => [who.trim(), match[1] ?? ""])
    })
}

/** What `lib.rs` says about who may call an instruction. */
function documented(name: string): string {
  const before =
    LIBRARY.slice(0, LIBRARY.indexOf(`pub fn ${name}(`))
      .split("\n\n")
      .at(-1) ?? ""
  return before.replace(/\s*\/\/\/ ?/g, " ")
}

/** The sentence of `lib.rs` that a row stands for. */
const SENTENCES: Readonly<Record<string, RegExp>> = {
  admin: /The admin[^.]*may/,
  registrar: /The registrar may/,
  oracle: /The oracle may/,
  validator: /The validator may/,
  treasurer: /The treasurer may/,
  guardian: /The guardian may/,
  governance: /The governance itself may/,
  "who was offered a role": /The proposed address may/,
  anyone: /Anyone may/,
  member: /(The member|A member|The buyer|The author|The counterparty)[^.]*may|Anyone may for themselves/,
}

describe("docs/authorities.md", () => {
  it("names every instruction of the program exactly once", () => {
    const instructions = STK_IDL.instructions.map(({ name }) => snakeCase(name))
    const named = callers().map(([, name]) => name)
    expect([...named].sort()).to.deep.equal([...instructions].sort())
  })

  for (const [who, name] of callers()) {
    it(`gives ${name} to whom lib.rs gives it: ${who}`, () => {
      const [role = ""] = who.split(/[:,]/)
      const sentence = SENTENCES[role]
      expect(sentence, role).to.not.equal(undefined)
      expect(documented(name)).to.match(sentence ?? /^$/)
    })
  }
})
