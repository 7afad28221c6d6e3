import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { STK_IDL } from "@stk/sdk"
import { expect } from "chai"
import { expectLedgerInvariant, tokenSupply } from "../utils/expect"
import { accountsOf } from "../utils/instructions"
import { FIXTURES, newWorld } from "./fixtures"

const INSTRUCTIONS = STK_IDL.instructions.map(({ name }) => name)
const SOURCES = join(__dirname, "..", "..", "programs", "stk", "src")

/** Text of every source file of the program, by its path. */
function sources(folder = SOURCES): [path: string, text: string][] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry): [string, string][] => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return sources(path)
    return entry.name.endsWith(".rs") ? [[path.slice(SOURCES.length + 1), readFileSync(path, "utf8")]] : []
  })
}

describe("the supply", () => {
  for (const name of INSTRUCTIONS) {
    const grows = name === "releaseEmission"
    const falls = name === "burn"
    it(`[STK-01] ${grows ? "grows" : "does not grow"} by ${name}`, () => {
      const world = newWorld()
      const { instruction, signers } = FIXTURES[name](world)
      const before = tokenSupply(world.chain, world.economy.mint)

      world.chain.send(instruction, signers)

      const after = tokenSupply(world.chain, world.economy.mint)
      expect(after > before).to.equal(grows)
      if (!grows) expect(after).to.equal(falls ? before - 1n : before)
      expect(tokenSupply(world.chain, world.other.mint)).to.equal(before)
      // absorb_surplus and the fixtures around it leave the other economy's surplus in its vault.
      const surplus = name === "absorbSurplus" ? 1n : 0n
      expectLedgerInvariant(world.chain, world.economy)
      expectLedgerInvariant(world.chain, world.other, { surplus })
    })
  }

  it("[STK-01] can be reached by the instructions that create, release and burn alone: no other takes the mint", () => {
    const withMint = INSTRUCTIONS.filter((name) =>
      accountsOf(name).some((account) => account.name === "mint"),
    )
    expect(withMint).to.have.members(["burn", "createEconomy", "releaseEmission"])
  })

  it("[STK-01] is minted by one line of the program, in release_emission", () => {
    const callers = sources()
      .filter(([path]) => path !== "token.rs")
      .filter(([, text]) => /mint_to|MintTo|MINT_TO/.test(text))
    expect(callers.map(([path]) => path)).to.deep.equal([
      join("instructions", "emission", "release_emission.rs"),
    ])
  })

  it("[STK-01] is for sale nowhere: no instruction takes lamports or tokens in exchange for tokens", () => {
    // A member's tokens leave the vault by withdraw, a fund's by withdraw_fund; the reserve moves other mints, for which it
    // gives nothing; what a payer gives is rent for accounts of the program.
    const spending = sources().filter(([, text]) => /token::transfer\(/.test(text))
    expect(spending.map(([path]) => path).sort()).to.deep.equal([
      join("instructions", "balances", "deposit.rs"),
      join("instructions", "balances", "withdraw.rs"),
      join("instructions", "funds", "withdraw_fund.rs"),
      join("instructions", "reserve", "deposit_reserve.rs"),
      join("instructions", "reserve", "withdraw_reserve.rs"),
      join("instructions", "stabilisation", "fill_buyback.rs"),
      join("instructions", "stabilisation", "fund_buyback.rs"),
      join("instructions", "stabilisation", "withdraw_quote.rs"),
    ])
  })
})
