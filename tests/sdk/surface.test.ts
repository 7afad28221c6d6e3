import { execFileSync } from "node:child_process"
import { resolve } from "node:path"
import * as sdk from "@stk/sdk"
import type { PublicKey } from "@solana/web3.js"
import { expect } from "chai"
import idl from "../../sdk/src/idl/stk.json"

/** Compiles only where both types are the same. */
function same<A, B>(
  _proof: (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false,
): void {}

describe("Public surface of the SDK", () => {
  it("has a builder for each instruction, and an address for each account with seeds", () => {
    const camel = (name: string): string =>
      name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
    for (const { name } of idl.instructions) expect(sdk).to.have.property(`${camel(name)}Instruction`)
    for (const name of [
      "economy",
      "vault",
      "page",
      "membership",
      "week",
      "service",
      "activation",
      "reserve",
      "reserveVault",
      "startup",
      "stakePage",
      "snapshot",
      "governance",
      "proposal",
      "ballots",
      "escrow",
      "stabilisation",
      "quoteVault",
    ])
      expect(sdk).to.have.property(`${name}Pda`)
  })

  it("types amounts as bigint, times as number and addresses as PublicKey", () => {
    same<sdk.Economy["funds"][0], bigint>(true)
    same<sdk.Economy["genesis"], number>(true)
    same<sdk.Economy["roles"]["oracle"], PublicKey>(true)
    same<sdk.Member["balance"], bigint>(true)
    same<sdk.StkEvents["WeekSealed"]["settleFrom"], number>(true)
    same<sdk.StkEvents["EmissionReleased"]["shares"]["length"], 5>(true)
    same<sdk.StkEvents["ScoresSubmitted"]["counts"], Uint8Array>(true)
    same<sdk.StkEvents["PauseChanged"]["paused"], boolean>(true)
    same<sdk.WithdrawParameters["amount"], bigint>(true)
    same<sdk.ProgramParameters["programId"], PublicKey | undefined>(true)
    same<ReturnType<typeof sdk.fetchWeek>, Promise<sdk.Week | null>>(true)
    const name: sdk.ProgramErrorName = "BatchOutOfOrder"
    // @ts-expect-error there is no such error
    const wrong: sdk.ProgramErrorName = "BatchOutOfLuck"
    expect(name).to.not.equal(wrong)
  })

  it("has mathematics and presets that load nothing of web3.js", () => {
    const script = `
      const math = require("@stk/sdk/math")
      const { STK_PRESET, presetRules } = require("@stk/sdk/presets")
      const loaded = Object.keys(require.cache).filter((path) => path.includes("@solana") || path.includes("anchor"))
      console.log(JSON.stringify([math.highestPoints(presetRules(STK_PRESET)), loaded]))`
    const output = execFileSync("node", ["-e", script], { cwd: __dirname, encoding: "utf8" })
    expect(JSON.parse(output)).to.deep.equal([11_900, []])
  })

  it("carries the IDL that is committed", () => {
    const script = resolve(__dirname, "../../sdk/scripts/generate-idl.mjs")
    execFileSync("node", [script, "--check"], { stdio: "pipe" })
    expect(sdk.STK_IDL.errors.map(({ name }) => name)).to.deep.equal(idl.errors.map(({ name }) => name))
    expect(sdk.STK_IDL.address).to.equal(idl.address)
  })
})
