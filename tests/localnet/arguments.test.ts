import { Keypair } from "@solana/web3.js"
import { expect } from "chai"
import { testValidatorArguments } from "../../toolchain/localnet/src/runtime/command"

describe("the arguments of solana-test-validator", () => {
  it("name the ports, the payer, and every program with its address", () => {
    const payer = Keypair.generate()
    const program = { name: "stk", address: Keypair.generate().publicKey, path: "/deploy/stk.so" }
    const options = {
      host: "127.0.0.1",
      port: 8899,
      wsPort: 8900,
      slotTimeMs: 50,
      blockProductionMode: "clock",
      payer,
      programs: [program],
      ledger: null,
    } as const

    expect(testValidatorArguments(options, "/ledger", 9900).join(" ")).to.equal(
      "--reset --quiet --ledger /ledger --bind-address 127.0.0.1 --rpc-port 8899 --faucet-port 9900 " +
        `--mint ${payer.publicKey.toBase58()} --bpf-program ${program.address.toBase58()} /deploy/stk.so`,
    )
  })
})
