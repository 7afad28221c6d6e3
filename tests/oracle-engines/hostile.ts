import type { Random } from "../utils/random"

/** Lines and pages that real exports hardly have, but that nobody can rule out. */

export const MEMBERS = [
  "anna",
  "boris",
  "мария",
  'quo"te',
  "com,ma",
  "#hash",
  "back\\slash",
  "İstanbul",
  "ΑΣ",
  "\\N",
  "emoji 😀",
]
const TYPES = [
  "SectionCompleted",
  "ExerciseSave",
  "ClubPostCreated",
  "$pageview",
  "CourseCompleted",
  "Unheard\u2028of",
  "o'clock",
]
const TIMES = [
  "2025-12-15T00:00:00Z",
  "2025-12-14T23:59:59.999999Z",
  "2025-12-21T23:59:59.9999999Z",
  "2025-12-22T00:00:00.000000Z",
  "2025-12-22T10:00:00Z",
  "2025-12-21T24:00:00Z",
  "2025-12-21T24:00:01Z",
  "2025-12-20t10:00:00,123456789z",
  "2025-12-20 10:00+0530",
  "2025-12-20 10:00:00-23:59",
  "2025-12-20 10:00:00+99:99",
  "2025-12-20T10:00:60Z",
  "2025-02-30T10:00:00Z",
  "0000-01-01T00:00:00Z",
  "9999-12-31T23:59:59.999999Z",
  "2025-12-20T10:00:00Z\n",
  "2025-12-20",
  "tomorrow",
]
const VALUES = [
  "null",
  "1",
  "-0",
  "1e3",
  "123456789012345",
  "1234567890123456",
  "9".repeat(60),
  "1E400",
  "true",
  "{}",
  "[]",
  '""',
]
const BROKEN = [
  "",
  "   ",
  "\u00a0",
  "\t",
  "nan",
  "null",
  '"text"',
  "[1,]",
  "{a:1}",
  "{'a':1}",
  '{"uuid":',
  '{"a":01}',
  '{"a":"\\ud800"}',
  '{"a":"\\\\ud800"}',
  '{"a":"x\ty"}',
]

function time(random: Random): string {
  if (random.chance(30)) return random.pick(TIMES)
  return new Date(Date.UTC(2025, 11, 14) + random.below(16 * 86_400) * 1000).toISOString()
}

/** One line of a PostHog file; a third of them is damaged in some way. */
export function hostileLine(random: Random): string {
  if (random.chance(10)) return random.pick(BROKEN)
  const record = {
    uuid: `id ${random.below(300)}${random.pick(["", "", '"', "'", "\\", "\u2028", "é"])}`,
    event: random.pick(TYPES),
    distinct_id: random.pick([...MEMBERS, ...MEMBERS, "stranger", "line\nbreak", "", "x".repeat(401)]),
    timestamp: time(random),
    ...(random.chance(30) ? { created_at: time(random) } : {}),
    properties: { text: "a, b] nan, }", deep: [[[{ n: 1 }]]] },
  }
  const text = JSON.stringify(record)
  if (random.chance(70)) return text
  const field = random.pick(["uuid", "event", "distinct_id", "timestamp", "created_at"])
  return random.pick([
    () => JSON.stringify({ ...record, [field]: "@" }).replace('"@"', random.pick(VALUES)),
    () => text.replaceAll("a", "\\u0061"),
    () => `${text},`,
    () => `${text}]`,
    () => `${text}} {`,
    () => text.replace(/}$/, ",}"),
    () => text.replace('"properties":', '"extra":-Infinity ,"properties":'),
    () => text.replace('"properties":', '"extra":nan,"properties":'),
    () => text.slice(0, random.below(text.length)),
    () => `\t${text}`,
    () => `  ${text}  `,
    () => `[${text}]`,
  ])()
}

/** One line of a Discourse file: a page, an array of records, a record alone, or something broken. */
export function hostilePage(random: Random): string {
  if (random.chance(15)) return random.pick(BROKEN)
  const items = Array.from({ length: random.below(6) }, () => item(random))
  return random.pick([
    `{"latest_posts":[${items.join(",")}]}`,
    `{"user_actions":[${items.join(",")}]}`,
    `{"post_stream":{"posts":[${items.join(",")}]}}`,
    `[{"latest_posts":[${items.join(",")}]},{"user_actions":[${item(random)}]}]`,
    `[${items.join(",")}]`,
    '{"latest_posts":null}',
    '{"latest_posts":{}}',
    item(random),
  ])
}

function item(random: Random): string {
  if (random.chance(10)) return random.pick(VALUES)
  const id = 1 + random.below(30)
  const user = (): string => random.pick([...MEMBERS, "Anna", "BORIS", "ασ", "stranger"])
  const record = random.chance(50)
    ? {
        id,
        post_number: random.below(4),
        topic_id: 1 + random.below(5),
        username: user(),
        created_at: time(random),
        ...(random.chance(30) ? { reply_to_user: { username: user() } } : {}),
        ...(random.chance(10) ? { deleted_at: random.chance(50) ? null : "2025-12-20" } : {}),
        ...(random.chance(10) ? { user_deleted: random.pick([true, false, "true"]) } : {}),
        ...(random.chance(10) ? { post_type: random.pick([1, 2, 3, 4]) } : {}),
      }
    : {
        action_type: random.pick([1, 1, 2, 4, 5, 6, 12]),
        post_id: id,
        topic_id: 1 + random.below(5),
        username: user(),
        acting_username: user(),
        target_username: user(),
        created_at: time(random),
      }
  const text = JSON.stringify(record)
  return random.chance(90) ? text : text.replace(/"(id|post_id|topic_id)":\d+/, `"$1":${random.pick(VALUES)}`)
}
