import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs"
import { hostname } from "node:os"
import { expect } from "chai"
import { Locked, NotReady } from "../../oracle/src/chain/failures"
import { FileJournal, type RunEntry, type SentEntry } from "../../oracle/src/chain/journal"
import { DirectoryLock } from "../../oracle/src/chain/lock"
import { InputRefused } from "../../oracle/src/failure"
import { Folder, jsonLines } from "../oracle/utils/fixtures"

const HEADER: RunEntry = {
  type: "run",
  at: "2025-12-22T06:00:00.000Z",
  command: "post",
  version: "0.1.0",
  pid: 1,
  economy: "economy",
  week: 2919,
  genesis_hash: "hash",
  summary_sha256: null,
}

function sent(signature: string): Omit<SentEntry, "type" | "at"> {
  return {
    kind: "submit_scores",
    what: "page 0",
    signature,
    blockhash: "blockhash",
    last_valid_block_height: 100,
    fee: 5000,
    compute_units: 1000,
    transaction: "AQ==",
  }
}

describe("the journal of a week", () => {
  let folder: Folder
  let path: string

  beforeEach(() => {
    folder = new Folder()
    path = folder.at("journal.jsonl")
  })
  afterEach(() => folder.remove())

  const open = async (): Promise<FileJournal> => {
    const journal = FileJournal.open(path)
    await journal.begin(HEADER)
    return journal
  }

  it("makes no file until something is sent, and has it on disk when sent returns", async () => {
    const journal = await open()
    expect(existsSync(path)).to.equal(false)

    await journal.sent(sent("a"))

    const lines = jsonLines<{ type: string }>(readFileSync(path, "utf8"))
    expect(lines.map((line) => line.type)).to.deep.equal(["run", "sent"])
    await journal.close()
  })

  it("knows after a crash what may still be on its way", async () => {
    const journal = await open()
    await journal.sent(sent("a"))
    await journal.sent(sent("b"))
    await journal.sent(sent("c"))
    await journal.sent(sent("d"))
    await journal.outcome({ signature: "b", status: "confirmed", slot: 7, error: null })
    await journal.outcome({ signature: "c", status: "failed", slot: 7, error: "WeekNotOpen" })
    await journal.outcome({ signature: "d", status: "confirmed", slot: 7, error: null })
    await journal.outcome({ signature: "d", status: "finalized", slot: 7, error: null })

    // What is confirmed a fork may still take back.
    expect(
      FileJournal.open(path)
        .unresolved()
        .map((entry) => entry.signature),
    ).to.deep.equal(["a", "b"])
    await journal.close()
  })

  it("counts the fees of what landed or may have, and not of what expired", async () => {
    const journal = await open()
    for (const name of ["a", "b", "c"]) await journal.sent(sent(name))
    await journal.outcome({ signature: "a", status: "expired", slot: null, error: null })
    await journal.outcome({ signature: "b", status: "failed", slot: 7, error: "WeekNotOpen" })
    await journal.close()

    expect(FileJournal.open(path).spent()).to.equal(10_000n)
  })

  it("lets no run on another cluster or economy touch what is on its way", async () => {
    const journal = await open()
    await journal.sent(sent("a"))
    await journal.close()

    for (const other of [{ genesis_hash: "other" }, { economy: "other" }]) {
      const refused: unknown = await FileJournal.open(path)
        .begin({ ...HEADER, ...other })
        .catch((error: unknown) => error)
      expect(refused).to.be.instanceOf(NotReady)
    }
  })

  it("writes no second header and no outcome of an earlier run away when it is opened again", async () => {
    const first = await open()
    await first.sent(sent("a"))
    await first.close()
    const second = await open()
    await second.outcome({ signature: "a", status: "expired", slot: null, error: null })
    await second.sent(sent("b"))
    await second.close()

    const entries = FileJournal.open(path).entries
    expect(entries.map((entry) => entry.type)).to.deep.equal(["run", "sent", "run", "outcome", "sent"])
    expect(
      FileJournal.open(path)
        .unresolved()
        .map((entry) => entry.signature),
    ).to.deep.equal(["b"])
  })

  it("drops a line that a crash has cut off at any byte, and goes on behind the last whole one", async () => {
    const journal = await open()
    await journal.sent(sent("a"))
    await journal.close()
    const whole = readFileSync(path)
    const torn = Buffer.from(JSON.stringify({ type: "sent", at: "", ...sent("torn") }))
    for (let cut = 1; cut <= torn.length; cut += 13) {
      writeFileSync(path, Buffer.concat([whole, torn.subarray(0, cut)]))

      const again = FileJournal.open(path)
      expect(again.unresolved().map((entry) => entry.signature)).to.deep.equal(["a"])
      await again.sent(sent("b"))
      await again.close()

      expect(
        FileJournal.open(path)
          .unresolved()
          .map((entry) => entry.signature),
      ).to.deep.equal(["a", "b"])
    }
  })

  it("refuses a file that is no journal, with its line", async () => {
    const journal = await open()
    await journal.sent(sent("a"))
    await journal.close()
    appendFileSync(path, "not json\n")

    expect(() => FileJournal.open(path)).to.throw(
      InputRefused,
      `${path}:3: journal: is not an entry of a journal`,
    )
  })
})

describe("the lock of a week's directory", () => {
  let folder: Folder

  beforeEach(() => (folder = new Folder()))
  afterEach(() => folder.remove())

  const lockWith = (holder: object): string => folder.file("post.lock", JSON.stringify(holder))

  it("keeps a second run out until the first has ended", async () => {
    const lock = DirectoryLock.take(folder.path)
    expect(() => DirectoryLock.take(folder.path)).to.throw(Locked, `process ${process.pid} is working`)

    lock.release()
    DirectoryLock.take(folder.path).release()
    expect(existsSync(folder.at("post.lock"))).to.equal(false)
  })

  it("takes over from a process that is gone, or whose number another process has now", async () => {
    // Process numbers end far below this.
    lockWith({ pid: 2 ** 30, host: hostname(), started: "1" })
    DirectoryLock.take(folder.path).release()

    lockWith({ pid: process.pid, host: hostname(), started: "1" })
    DirectoryLock.take(folder.path).release()
  })

  it("does not take over from another machine, and says what to do", async () => {
    lockWith({ pid: 1, host: "elsewhere", started: null })

    expect(() => DirectoryLock.take(folder.path)).to.throw(
      Locked,
      "on elsewhere; if that is gone, delete the file",
    )
  })
})
