import { isoWeek } from "@stk/sdk/math"
import { expect } from "chai"
import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { readConfig } from "../../oracle/src/config/config"
import { createLogger } from "../../oracle/src/log"
import { reportStep } from "../../oracle/src/report/step"
import { STK_RULES } from "../../oracle/src/score/rules"
import { scoreWeek } from "../../oracle/src/score/score"
import { members, results, weeks } from "../../oracle/src/store/schema"
import type { WeekContext } from "../../oracle/src/week/step"
import { eachStore } from "../utils/postgres"
import { textsOf } from "./utils/pdf"
import { event, events, Folder, lines, membersCsv, wallet, WEEK, WEEK_INDEX } from "./utils/weeks"

const ECONOMY = wallet("economy")

describe("Step of the reports", () => {
  const folder = new Folder()
  after(() => folder.remove())
  let runs = 0

  eachStore((stores) => {
    it("[STK-58] [STK-63] writes names and credits of the store, and records each hash once", async () => {
      const store = await stores.open()
      const data = `data-${runs++}`
      const config = readConfig(
        folder.file(
          `${data}.json`,
          JSON.stringify({
            data,
            chain: { economy: ECONOMY, rpc: ["http://127.0.0.1:1"], oracle: "key.json" },
            sources: [{ name: "posthog", kind: "files", folder: "drop" }],
            reports: { community: "Клуб", language: "ru" },
          }),
        ),
      )
      const score = async (
        week: number,
        count: number,
        timestamp: string,
        previous?: string,
      ): Promise<string> => {
        const out = folder.at(`${data}/weeks/${isoWeek(week)}/score`)
        await scoreWeek({
          week,
          events: [
            folder.file(
              `${data}/${week}.jsonl`,
              lines(events(count, { timestamp }), event({ timestamp, distinct_id: "boris" })),
            ),
          ],
          members: folder.file(
            `${data}/members.csv`,
            membersCsv([
              { user: "anna", level: 3 },
              { user: "boris", level: 1 },
            ]),
          ),
          out,
          ...(previous === undefined ? {} : { previous }),
        })
        return out
      }
      const first = await score(WEEK_INDEX - 1, 1, "2025-12-08T10:00:00Z")
      await score(WEEK_INDEX, 3, "2025-12-15T10:00:00Z", first)
      const base = { level: 1, streak: 2, weightSum: 0, points: "0", reward: 0n, week: WEEK_INDEX }
      await store.database.insert(weeks).values({ week: WEEK_INDEX, name: WEEK })
      await store.database.insert(members).values([
        { userId: "anna", wallet: wallet("anna"), level: 3, displayName: "Anna <b>", language: "en" },
        { userId: "boris", wallet: wallet("boris"), level: 1, displayName: "Борис" },
      ])
      await store.database.insert(results).values([
        { ...base, userId: "anna", wallet: wallet("anna"), memberIndex: 0, credited: 229_500_000n },
        { ...base, userId: "boris", wallet: wallet("boris"), memberIndex: 1 },
      ])
      const context: WeekContext = {
        week: WEEK_INDEX,
        firstWeek: WEEK_INDEX - 1,
        config,
        rules: STK_RULES,
        store,
        directory: folder.at(`${data}/weeks/${WEEK}`),
        now: () => 0,
        log: createLogger("silent"),
        signal: new AbortController().signal,
        dryRun: false,
        shadow: false,
        onProgress: () => undefined,
      }
      expect(await reportStep({ ...context, dryRun: true })).to.deep.equal({ statements: 2 })
      const result = await reportStep(context)
      expect(result).to.deep.include({ statements: 2, written: 2 })

      const sha256 = (file: string): string =>
        createHash("sha256")
          .update(readFileSync(join(context.directory, "reports", file)))
          .digest("hex")
      const [row] = await store.database.select().from(weeks)
      expect(row?.reportsSha256).to.equal(sha256("manifest.json")).and.to.equal(result.manifest_sha256)
      const manifest = JSON.parse(
        readFileSync(join(context.directory, "reports", "manifest.json"), "utf8"),
      ) as {
        statements: { user_id: string; file: string }[]
      }
      const recorded = Object.fromEntries(
        (await store.database.select().from(results)).map((r) => [r.userId, r.reportSha256]),
      )
      for (const { user_id, file } of manifest.statements) expect(recorded[user_id]).to.equal(sha256(file))

      const texts = async (place: number): Promise<string[]> =>
        textsOf(readFileSync(join(context.directory, "reports", manifest.statements[place]?.file ?? "")))
      const anna = await texts(0)
      expect(anna).to.include.members([
        "Клуб",
        "Anna <b>",
        "Credited on chain: 229.5 STK",
        "229.5 STK",
        ECONOMY,
      ])
      expect(anna).to.include("Compared with 2025-W50")
      expect(await texts(1)).to.include.members(["Борис", "Сравнение с 2025-W50"])

      expect(await reportStep(context)).to.deep.equal({ ...result, written: 0, unchanged: 2 })
    })
  })
})
