import {
  decodeError,
  InvalidArgumentError,
  ProgramError,
  SDK_ERROR_CODES,
  STK_IDL,
  STK_PROGRAM_ID,
  StkSdkError,
  TransactionFailedError,
} from "@stk/sdk"
import { SendTransactionError } from "@solana/web3.js"
import { expect } from "chai"

const STK = STK_PROGRAM_ID.toBase58()
const TOKEN = "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA"

describe("Errors of the SDK", () => {
  it("know every error of the program by its number", () => {
    expect(STK_IDL.errors).to.have.length.greaterThan(50)
    for (const { code, name, msg } of STK_IDL.errors) {
      const error = decodeError({ InstructionError: [2, { Custom: code }] })
      expect(error).to.be.instanceOf(ProgramError)
      expect(error).to.include({ name, code, shortMessage: msg, instructionIndex: 2 })
    }
  })

  it("find the error where it began in logs", () => {
    const logs = [
      `Program ${STK} invoke [1]`,
      `Program ${TOKEN} invoke [2]`,
      `Program ${TOKEN} failed: custom program error: 0x1`,
      `Program ${STK} failed: custom program error: 0x1`,
    ]
    expect(decodeError(logs)).to.include({ name: "TokenInsufficientFunds", code: 1, program: TOKEN })
    const { code = 0 } = STK_IDL.errors.find(({ name }) => name === "AlreadyRegistered") ?? {}
    const hex = code.toString(16)
    const own = [`Program ${STK} invoke [1]`, `Program ${STK} failed: custom program error: 0x${hex}`]
    expect(decodeError({ logs: own })).to.include({
      name: "AlreadyRegistered",
      code,
      program: STK,
    })
  })

  it("know the errors of Anchor and those without a number, by name and by sentence", () => {
    expect(decodeError({ err: { InstructionError: [0, { Custom: 2012 }] } })).to.include({
      name: "ConstraintAddress",
    })
    expect(decodeError({ InstructionError: [0, "InvalidSeeds"] })).to.include({ name: "InvalidSeeds" })
    const sentence = "Provided seeds do not result in a valid address"
    expect(decodeError([`Program ${STK} failed: ${sentence}`])).to.include({ name: "InvalidSeeds" })
    expect(decodeError(new Error(`Error processing Instruction 0: ${sentence}`))).to.include({
      name: "InvalidSeeds",
    })
    expect(decodeError([`Program ${STK} failed: exceeded CUs meter at BPF instruction`])).to.include({
      name: "ComputationalBudgetExceeded",
    })
    expect(decodeError([`Program ${STK} failed: SBF program panicked`])).to.include({
      name: "ProgramFailedToComplete",
    })
    expect(decodeError({ InstructionError: [0, { Custom: 77_777 }] })).to.include({
      name: "UnknownProgramError",
    })
  })

  it("find it in what web3.js throws, also as a cause", () => {
    const logs = [`Program ${STK} invoke [1]`, `Program ${STK} failed: custom program error: 0x1770`]
    const thrown = new SendTransactionError({
      action: "simulate",
      signature: "",
      transactionMessage: "refused",
      logs,
    })
    expect(decodeError(thrown)).to.include({ name: "NotAdmin", code: 6000 })
    const wrapped = new Error("while posting", { cause: thrown })
    expect(decodeError(wrapped)).to.include({ name: "NotAdmin" })
    const preflight =
      "Transaction simulation failed: Error processing Instruction 0: custom program error: 0x1770"
    expect(decodeError(new Error(preflight))).to.include({ name: "NotAdmin" })
    expect(decodeError({ value: { err: { InstructionError: [0, { Custom: 6001n }] } } })).to.include({
      name: "NotRegistrar",
    })
  })

  it("tell a refused transaction from a refused instruction", () => {
    const error = decodeError({ err: "BlockhashNotFound" })
    expect(error).to.be.instanceOf(TransactionFailedError).with.property("reason", "BlockhashNotFound")
    expect(decodeError({ err: { InsufficientFundsForRent: { account_index: 0 } } })).to.have.property(
      "reason",
      "InsufficientFundsForRent",
    )
  })

  it("leave alone what is nobody's", () => {
    for (const nothing of [null, undefined, 5, "text", {}, [], new Error("out of memory"), { err: null }]) {
      expect(decodeError(nothing), String(nothing)).to.equal(null)
    }
  })

  it("have name, code, message, details and causes that can be walked", () => {
    const cause = new TypeError("deepest")
    const inner = new InvalidArgumentError("slot", "an integer", { cause, details: ["it is 1.5"] })
    const outer = new StkSdkError("Outer", 1, "Outer sentence", { cause: inner })
    expect(inner).to.include({
      name: "InvalidArgumentError",
      code: SDK_ERROR_CODES.InvalidArgumentError,
      field: "slot",
    })
    expect(inner.message).to.equal("slot must be an integer\n  it is 1.5")
    expect(outer.walk()).to.equal(cause)
    expect(outer.walk((error) => error instanceof InvalidArgumentError)).to.equal(inner)
    expect(outer.walk((error) => error instanceof RangeError)).to.equal(null)
    expect(decodeError(outer)).to.equal(outer)
  })
})
