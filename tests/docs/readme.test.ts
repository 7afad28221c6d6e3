import { STK_IDL } from "@stk/sdk"
import { expect } from "chai"
import { existsSync, readFileSync } from "node:fs"
import { dirname, join, relative } from "node:path"
import { markdownFiles, ROOT } from "./markdown"

const README = readFileSync(join(ROOT, "README.md"), "utf8").replace(/\s+/g, " ")

describe("documentation", () => {
  it("[STK-04] states the principle and the four goals", () => {
    expect(README).to.include("The reward goes to contribution")
    expect(README).to.include("not to consumption")
    const goals = [
      "an economy of thinking and creation, in which intellectual work has a measurable value",
      "distribution of value by real contribution",
      "resources for the development of the ecosystem",
      "a shift from consumption to creation, from learning through courses to development in a productive environment",
    ]
    for (const goal of goals) expect(README).to.include(goal)
  })

  it("opens with the two commands", () => {
    const commands = README.indexOf("npm run demo")
    expect(commands).to.be.greaterThan(0).and.lessThan(1_200)
    expect(README.indexOf("npm test")).to.be.greaterThan(commands)
  })

  it("counts the instructions of the program", () => {
    for (const file of ["README.md", "sdk/README.md"]) {
      const [, count] = /\b(\d+) instructions\b/.exec(readFileSync(join(ROOT, file), "utf8")) ?? []
      expect(Number(count), file).to.equal(STK_IDL.instructions.length)
    }
  })

  /** Names of the places in a page that links may point to, as GitHub makes them. */
  const anchorsOf = (text: string): string[] =>
    [...text.replace(/```[\s\S]*?```/g, "").matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, "")
        .replace(/\s/g, "-"),
    )

  for (const file of markdownFiles()) {
    it(`links only to files that exist: ${relative(ROOT, file)}`, () => {
      const links = [...readFileSync(file, "utf8").matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map(
        (match) => match[1] ?? "",
      )
      const missing = links.filter((link) => !/^[a-z]+:/.test(link) && !existsSync(join(dirname(file), link)))
      expect(missing).to.deep.equal([])
    })

    it(`links only to sections that exist: ${relative(ROOT, file)}`, () => {
      const links = [...readFileSync(file, "utf8").matchAll(/\]\(([^)#\s]*)#([^)\s]+)\)/g)]
      const missing = links.filter(([, path = "", anchor = ""]) => {
        if (/^[a-z]+:/.test(path)) return false
        const target = path === "" ? file : join(dirname(file), path)
        return target.endsWith(".md") && !anchorsOf(readFileSync(target, "utf8")).includes(anchor)
      })
      expect(missing.map(([link]) => link)).to.deep.equal([])
    })
  }
})
