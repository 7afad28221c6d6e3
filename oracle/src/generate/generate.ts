import { isoWeek, SECONDS_PER_DAY, weekStart } from "@stk/sdk/math"
import { itemAt } from "../item"
import { existsSync, readFileSync } from "node:fs"
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises"
import { basename, dirname, join, resolve } from "node:path"
import { OutputRefused } from "../failure"
import { fileHash } from "../score/hash"
import { aggregationEnd } from "../score/weeks"
import { ACTIONS, Activity, COMMENT, LIKE, POST } from "./activity"
import { Community } from "./community"
import { Forum, type Post } from "./forum"
import { mix, Random, seedNumber } from "./random"
import { isoTime, PagedFile, TextFile, uuidOf } from "./writers"

export interface GenerateParameters {
  members: number
  /** Index of the first week. */
  week: number
  weeks: number
  out: string
  seed: string
  /** Average events of a member and week, received likes and comments included. */
  eventsPerMember: number
  /** Shares of 1,000 PostHog events. */
  late: number
  duplicates: number
  unknown: number
  /** Broken lines added to each week's PostHog file. */
  malformed: number
  /** Members whose keypair files are written. */
  keypairs: number
  onProgress?: (stage: string, done: number, total: number) => void
}

export interface GeneratedWeek {
  name: string
  members: number
  /** Events in the files: a like or a comment counts for both sides; likes that are repeated count once. */
  events: number
  posthog_lines: number
  posts: number
  likes: number
  /** SHA-256 of each file. */
  files: Record<string, string>
}

export interface Manifest {
  format: typeof FORMAT
  parameters: Record<string, string | number>
  weeks: GeneratedWeek[]
}

const FORMAT = "stk-oracle/generate/1"
const MANIFEST = "generate.json"
const POSTS_PER_PAGE = 50
const ACTIONS_PER_PAGE = 60
const WALLETS_PER_STEP = 2000
/** A repeated line follows its original by about this many lines. */
const REPEAT_DISTANCE = 200
const UNKNOWN_TYPES = ["$autocapture", "$identify", "VideoWatched"]

/** Writes a data set that looks like a community's exports; the same parameters give the same bytes. @throws {OutputRefused} */
export async function generateDataSet(p: GenerateParameters): Promise<Manifest> {
  const out = resolve(p.out)
  await checkFree(out)
  await mkdir(dirname(out), { recursive: true })
  const work = await mkdtemp(join(dirname(out), `.${basename(out)}-`))
  try {
    const target = join(work, "out")
    await mkdir(target)
    const steps = p.weeks + 1
    const community = new Community(p.seed, p.members, p.weeks)
    for (let from = 0; from < p.members; from += WALLETS_PER_STEP) {
      const to = Math.min(from + WALLETS_PER_STEP, p.members)
      p.onProgress?.("wallets", to / p.members, steps)
      community.deriveWallets(from, to)
      await new Promise(setImmediate)
    }
    const manifest: Manifest = {
      format: FORMAT,
      parameters: {
        members: p.members,
        week: isoWeek(p.week),
        weeks: p.weeks,
        seed: p.seed,
        events_per_member: p.eventsPerMember,
        late: p.late,
        duplicates: p.duplicates,
        unknown: p.unknown,
        malformed: p.malformed,
        keypairs: p.keypairs,
      },
      weeks: [],
    }
    const forum = new Forum(community)
    for (let number = 0; number < p.weeks; number++) {
      p.onProgress?.(isoWeek(p.week + number), 1 + number, steps)
      manifest.weeks.push(await writeWeek(p, community, forum, number, target))
    }
    if (p.keypairs > 0) await writeKeypairs(p, community, target)
    await writeFile(join(target, MANIFEST), JSON.stringify(manifest, null, 2) + "\n")
    if (existsSync(out)) await rename(out, join(work, "replaced"))
    await rename(target, out)
    return manifest
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

async function checkFree(out: string): Promise<void> {
  if (!existsSync(out) || (await readdir(out)).length === 0) return
  try {
    const manifest = JSON.parse(readFileSync(join(out, MANIFEST), "utf8")) as Manifest
    if (manifest.format === FORMAT) return
  } catch {
    // Not ours: refused below.
  }
  throw new OutputRefused(out, "is not empty and not an output of stk-oracle generate")
}

/** Writes a week's files: members.csv, posthog.jsonl, discourse-posts.json, discourse-likes.json. */
async function writeWeek(
  p: GenerateParameters,
  community: Community,
  forum: Forum,
  number: number,
  target: string,
): Promise<GeneratedWeek> {
  const week = p.week + number
  const directory = join(target, isoWeek(week))
  await mkdir(directory)
  const result: GeneratedWeek = {
    name: isoWeek(week),
    members: 0,
    events: 0,
    posthog_lines: 0,
    posts: 0,
    likes: 0,
    files: {},
  }

  const members = new TextFile(join(directory, "members.csv"))
  members.write("user_id,wallet,level\n")
  for (let member = 0; member < community.size; member++) {
    if (community.joined(member) > number) continue
    members.write(
      `${community.userId(member)},${community.wallet(member)},${community.level(member, number)}\n`,
    )
    result.members++
    if (members.isFull) await members.flush()
  }
  await members.close()

  const activity = new Activity(community, week, number, p.seed, p.eventsPerMember)
  const random = new Random(p.seed, "records", number)
  const posthog = new PosthogFile(join(directory, "posthog.jsonl"), p, community, week, random, activity.size)
  const posts = new PagedFile(join(directory, "discourse-posts.json"), "latest_posts", POSTS_PER_PAGE)
  const likes = new PagedFile(join(directory, "discourse-likes.json"), "user_actions", ACTIONS_PER_PAGE)
  for (const { milliseconds, member, action } of activity.inOrder()) {
    if (action < POST) {
      posthog.add(itemAt(ACTIONS, action).name, member, milliseconds)
    } else if (action === LIKE) {
      const post = forum.like(member, random)
      if (post !== null) {
        const given = likeRecord(community, post, member, milliseconds)
        likes.add(`{"action_type":1,${given}`)
        // The author's stream shows the same like again, as received.
        if (random.permille(p.duplicates)) likes.add(`{"action_type":2,${given}`)
        result.likes++
        result.events += 2
      }
    } else {
      const post =
        (action === COMMENT ? forum.createComment(member, random) : null) ?? forum.createTopic(member)
      posts.add(postRecord(community, post, milliseconds))
      result.posts++
      result.events += post.number === 1 ? 1 : 2
    }
    if (posthog.file.isFull) await posthog.file.flush()
    if (posts.file.isFull) await posts.file.flush()
    if (likes.file.isFull) await likes.file.flush()
  }
  await posthog.close()
  await posts.close()
  await likes.close()
  result.posthog_lines = posthog.lines
  result.events += posthog.events
  for (const name of (await readdir(directory)).sort())
    result.files[name] = await fileHash(join(directory, name))
  return result
}

/** PostHog's batch export: one JSON object a line, with the faults that real exports have. */
class PosthogFile {
  readonly file: TextFile
  lines = 0
  events = 0
  private repeats: string[] = []
  private readonly brokenEvery: number
  private broken = 0

  constructor(
    path: string,
    private readonly p: GenerateParameters,
    private readonly community: Community,
    private readonly week: number,
    private readonly random: Random,
    expectedLines: number,
  ) {
    this.file = new TextFile(path)
    this.brokenEvery = p.malformed === 0 ? 0 : Math.max(1, Math.floor(expectedLines / (2 * p.malformed)))
  }

  add(type: string, member: number, milliseconds: number): void {
    const { random, p } = this
    const offset = this.community.offset(member)
    let event = type === "PageView" ? "$pageview" : type
    let user = this.community.userId(member)
    let at = milliseconds
    let arrived = milliseconds + 200 + random.below(30_000)
    const fate = random.below(1000)
    if (fate < p.late) {
      // Half of the late ones belong to the week before, half were on their way for too long.
      if (fate % 2 === 0) at = weekStart(this.week) * 1000 - 1 - random.below(3 * SECONDS_PER_DAY) * 1000
      else arrived = aggregationEnd(this.week) * 1000 + random.below(SECONDS_PER_DAY) * 1000
    } else if (fate < p.late + p.unknown) {
      if (fate % 2 === 0) event = itemAt(UNKNOWN_TYPES, random.below(UNKNOWN_TYPES.length))
      else user = `guest-${random.next().toString(16)}`
    }
    const uuid = uuidOf(random.next(), random.next(), random.next(), random.next())
    const properties =
      event === "$pageview"
        ? `{"$lib":"web","$current_url":"https://aisystant.example/course/${random.below(40)}"}`
        : `{"$lib":"web","course":${random.below(40)},"item":${random.below(500)}}`
    const timestamp = isoTime(at, random.permille(700) ? offset : null)
    const line =
      `{"uuid":"${uuid}","event":"${event}","distinct_id":"${user}","timestamp":"${timestamp}",` +
      `"created_at":"${isoTime(arrived, null)}","properties":${properties}}\n`
    this.write(line)
    this.events++
    if (random.permille(p.duplicates)) this.repeats.push(line)
    if (this.repeats.length > 0 && random.below(REPEAT_DISTANCE) === 0) this.repeat()
    if (this.brokenEvery > 0 && this.broken < p.malformed && this.lines % this.brokenEvery === 0)
      this.breakLine(line)
  }

  private write(line: string): void {
    this.file.write(line)
    this.lines++
  }

  private repeat(): void {
    const line = this.repeats.shift()
    if (line === undefined) return
    this.write(line)
    this.events++
  }

  /** A broken line of one of four kinds. */
  private breakLine(line: string): void {
    const kinds = [
      line.slice(0, line.length >> 1) + "\n",
      line.replace(/"timestamp":"[^"]*"/, '"timestamp":"yesterday"'),
      line.replace(/"uuid":"[^"]*",/, ""),
      line.replace(/"distinct_id":"[^"]*"/, '"distinct_id":""'),
    ]
    this.write(itemAt(kinds, this.broken % kinds.length))
    this.broken++
  }

  async close(): Promise<void> {
    while (this.repeats.length > 0) this.repeat()
    while (this.broken < this.p.malformed) this.breakLine("{}\n")
    await this.file.close()
  }
}

function postRecord(community: Community, post: Post, milliseconds: number): string {
  const user = community.userId(post.author)
  const at = isoTime(milliseconds, null)
  const answers = post.answers
  // Discourse leaves both fields out of the way when a post answers the topic as a whole.
  const direct = answers !== undefined && answers.number > 1
  const reply = direct
    ? `"reply_to_post_number":${answers.number},"reply_to_user":{"id":${answers.author + 1},"username":"${community.userId(answers.author)}","avatar_template":"/a/{size}.png"}`
    : `"reply_to_post_number":null`
  // A topic of an earlier week is not in this week's file: its author is known by the answer only.
  const topicAuthor =
    answers !== undefined && !direct
      ? `,"reply_to_user":{"id":${answers.author + 1},"username":"${community.userId(answers.author)}","avatar_template":"/a/{size}.png"}`
      : ""
  return (
    `{"id":${post.id},"username":"${user}","avatar_template":"/a/{size}.png","created_at":"${at}","cooked":"<p>${post.id}</p>",` +
    `"post_number":${post.number},"post_type":1,"updated_at":"${at}","reply_count":0,${reply}${topicAuthor},"topic_id":${post.topic},` +
    `"topic_slug":"topic-${post.topic}","user_id":${post.author + 1},"user_deleted":false,"hidden":false,"version":1}`
  )
}

/** A row of user_actions after its action_type; the stream's owner is who liked. */
function likeRecord(community: Community, post: Post, liker: number, milliseconds: number): string {
  const author = community.userId(post.author)
  const acting = community.userId(liker)
  return (
    `"created_at":"${isoTime(milliseconds, null)}","slug":"topic-${post.topic}","topic_id":${post.topic},` +
    `"target_user_id":${liker + 1},"target_username":"${acting}","post_number":${post.number},"post_id":${post.id},` +
    `"username":"${author}","user_id":${post.author + 1},"acting_username":"${acting}","acting_user_id":${liker + 1},` +
    `"deleted":false,"hidden":null,"post_type":1}`
  )
}

/** Keypair files of the first members, as `solana-keygen` writes them, and a list of whose they are. */
async function writeKeypairs(p: GenerateParameters, community: Community, target: string): Promise<void> {
  const directory = join(target, "keypairs")
  await mkdir(directory, { mode: 0o700 })
  const list = ["user_id,wallet,file"]
  for (let member = 0; member < Math.min(p.keypairs, p.members); member++) {
    const name = `member-${member + 1}.json`
    await writeFile(join(directory, name), JSON.stringify(community.keypair(member)) + "\n", { mode: 0o600 })
    list.push(`${community.userId(member)},${community.wallet(member)},${name}`)
  }
  await writeFile(join(directory, "keypairs.csv"), list.join("\n") + "\n")
}

/** A short seed for those who give none: the same for equal parameters, so that a run can be repeated. */
export function defaultSeed(members: number, week: number): string {
  return mix(seedNumber("stk"), members, week).toString(16).padStart(8, "0")
}
