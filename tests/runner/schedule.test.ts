import { expect } from "chai"
import { runSteps } from "../../toolchain/runner/schedule"
import type { Step } from "../../toolchain/runner/step"

const silent = () => undefined

function step(
  name: string,
  events: string[],
  settings: Partial<Step> & { readonly failed?: number } = {},
): Step {
  return {
    name,
    needs: settings.needs ?? [],
    lane: settings.lane ?? name,
    ...(settings.live === undefined ? {} : { live: settings.live }),
    async run() {
      events.push(`${name} starts`)
      await new Promise((resolve) => setTimeout(resolve, 5))
      events.push(`${name} ends`)
      return { passed: 1, failed: settings.failed ?? 0 }
    },
  }
}

describe("the steps of npm test", () => {
  it("run side by side up to the width", async () => {
    const events: string[] = []

    await runSteps([step("a", events), step("b", events), step("c", events)], 2, silent)

    expect(events.slice(0, 2)).to.deep.equal(["a starts", "b starts"])
    expect(events.indexOf("c starts")).to.be.greaterThan(events.indexOf("a ends"))
  })

  it("of one lane run one after the other", async () => {
    const events: string[] = []

    await runSteps([step("a", events, { lane: "cargo" }), step("b", events, { lane: "cargo" })], 2, silent)

    expect(events).to.deep.equal(["a starts", "a ends", "b starts", "b ends"])
  })

  it("that print as they go run alone", async () => {
    const events: string[] = []

    await runSteps([step("a", events, { live: true }), step("b", events)], 2, silent)

    expect(events).to.deep.equal(["a starts", "a ends", "b starts", "b ends"])
  })

  it("fail unrun when one that they need has failed, and others go on", async () => {
    const events: string[] = []
    const steps = [step("a", events, { failed: 1 }), step("b", events, { needs: ["a"] }), step("c", events)]

    const results = await runSteps(steps, 1, silent)

    expect(events).to.deep.equal(["a starts", "a ends", "c starts", "c ends"])
    expect(results.map(({ name, failed, blockedBy }) => ({ name, failed, blockedBy }))).to.deep.equal([
      { name: "a", failed: 1, blockedBy: null },
      { name: "b", failed: 1, blockedBy: "a" },
      { name: "c", failed: 0, blockedBy: null },
    ])
  })

  it("count as failed when they throw", async () => {
    const broken: Step = {
      name: "a",
      needs: [],
      lane: "a",
      run: async () => {
        throw new Error("no such command")
      },
    }
    let printed = ""

    const [result] = await runSteps([broken], 1, (text) => (printed += text))

    expect(result?.failed).to.equal(1)
    expect(printed).to.contain("no such command")
  })
})
