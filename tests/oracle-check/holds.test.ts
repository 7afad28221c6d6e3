import { expect } from "chai"
import { eq } from "drizzle-orm"
import { checkScoredWeek } from "../../oracle/src/check/step"
import { fraudParameters, overrideHold, releaseHolds } from "../../oracle/src/check/decisions"
import { checksConfigSchema } from "../../oracle/src/config/checks"
import type { OracleConfig } from "../../oracle/src/config/config"
import { createLogger } from "../../oracle/src/log"
import { decisions, findings, heldEvents, weeks } from "../../oracle/src/store/schema"
import { openStore, type Store } from "../../oracle/src/store/store"
import { scoreWeek, STK_RULES } from "stk-oracle"
import { Folder, lines, membersCsv, WEEK, WEEK_INDEX } from "../oracle/utils/fixtures"
import { acts, noon } from "./utils/planted"

describe("a week that is held", () => {
  let folder: Folder
  let store: Store
  const log = createLogger("silent")

  before(async () => {
    folder = new Folder()
    store = await openStore(folder.at("db"))
  })
  after(async () => {
    await store.close()
    folder.remove()
  })

  it("[STK-140] holds events and week, passes by an override of exactly this week, and counts what is released", async () => {
    const checks = checksConfigSchema.parse({})
    const events = folder.file(
      "events.jsonl",
      lines(
        acts(
          "anna",
          Array.from({ length: 30 }, (_, n) => noon(1) + n * 1000),
        ),
      ),
    )
    const members = folder.file("members.csv", membersCsv([{ user: "anna", level: 1 }]))
    const directory = folder.at(`weeks/${WEEK}`)
    await store.database.insert(weeks).values({ week: WEEK_INDEX, name: WEEK })
    const scoreAndCheck = async () => {
      const fraud = await fraudParameters(checks, store.database, WEEK_INDEX)
      if (fraud === undefined) throw new Error("the rules are off")
      await scoreWeek({ week: WEEK_INDEX, events: [events], members, out: `${directory}/score`, fraud })
      const config = { checks } as OracleConfig
      const context = { week: WEEK_INDEX, config, rules: STK_RULES, store, directory, log, dryRun: false }
      const report = await checkScoredWeek(context, {
        events: [{ source: "posthog", path: events, sha256: "" }],
        members,
      })
      await store.database
        .update(weeks)
        .set({ summarySha256: report.summary_sha256 })
        .where(eq(weeks.week, WEEK_INDEX))
      return report
    }
    const row = async () => (await store.database.select().from(weeks).where(eq(weeks.week, WEEK_INDEX)))[0]

    const first = await scoreAndCheck()
    expect(first.recount.outcome).to.equal("agrees")
    expect(first.held_because).to.contain("30 events of 1 members follow each other faster than people act")
    expect((await row())?.heldBecause).to.equal(first.held_because)
    expect(await store.database.select().from(heldEvents)).to.have.length(30)
    expect((await store.database.select().from(findings)).map((each) => each.rule)).to.include("held-burst")

    await overrideHold(store, { week: WEEK_INDEX, reason: "a workshop, seen by two of us", log })
    const [decision] = await store.database.select().from(decisions)
    expect(decision?.detail).to.include({ summary_sha256: first.summary_sha256 })
    expect((await row())?.overriddenBy).to.equal(decision?.id)
    await scoreAndCheck()
    expect((await row())?.overriddenBy, "the same week again").to.equal(decision?.id)

    const id = (await store.database.select().from(heldEvents))[0]?.sourceId ?? ""
    await releaseHolds(store, { week: WEEK_INDEX, choice: { sourceId: id }, reason: "asked her", log })
    const again = await scoreAndCheck()
    expect(again.figures.held).to.equal(29)
    expect((await row())?.overriddenBy, "another week than the one that was decided on").to.equal(null)
    expect((await row())?.heldBecause).to.not.equal(null)
  })
})
