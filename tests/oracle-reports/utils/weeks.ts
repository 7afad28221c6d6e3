import { expect } from "chai"
import { join } from "node:path"
import { cli, type Folder } from "../../oracle/utils/fixtures"

export * from "../../oracle/utils/fixtures"

/** Weeks of a generated community, scored one after the other; the folders of the scored weeks. */
export async function scoredCommunity(
  folder: Folder,
  { members, weeks, seed }: { members: number; weeks: readonly string[]; seed: string },
): Promise<string[]> {
  const run = async (...args: string[]): Promise<void> => {
    const { code, stderr } = await cli(args)
    expect(code, stderr).to.equal(0)
  }
  const [first = ""] = weeks
  const data = folder.at("data")
  await run(
    "generate",
    "--members",
    String(members),
    "--week",
    first,
    "--weeks",
    String(weeks.length),
    "--out",
    data,
    "--seed",
    seed,
  )
  const scored: string[] = []
  for (const week of weeks) {
    const at = (name: string): string => join(data, week, name)
    const out = folder.at(`weeks/${week}`)
    const previous = scored.at(-1)
    await run(
      ...[
        "score",
        "--week",
        week,
        "--events",
        at("posthog.jsonl"),
        at("discourse-posts.json"),
        at("discourse-likes.json"),
      ],
      ...["--members", at("members.csv"), "--out", out],
      ...(previous === undefined ? [] : ["--previous", previous]),
    )
    scored.push(out)
  }
  return scored
}
