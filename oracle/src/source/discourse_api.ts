import { createHash } from "node:crypto"
import { z } from "zod"
import type { DiscourseSourceConfig } from "../config/sources"
import { readSecret } from "../config/secret"
import { itemAt } from "../item"
import { fetchPatiently, parseJson, Passing, SourceFailed, type HttpAnswer, type HttpRequest } from "./http"
import { Pacer } from "./pacer"
import type { Cursor, PullContext, PulledRecords, Source } from "./source"

/**
 * Discourse's API (STK-50), as its own source documents it:
 *
 * - `/posts.json?before=` lists public posts, newest id first, fifty at a time. A deleted post is simply no longer there,
 *   so what was listed before and is missing is asked for by itself.
 * - `/user_actions.json?username=&filter=1&offset=` lists the likes that a user gave, newest first. No request lists all
 *   likes, and who gave one was there: `/admin/users/list/active.json?order=seen` tells whom to ask about.
 *
 * Both are read again over a window, since posts are edited and deleted and likes appear late. The cursor remembers what the
 * window held, so that only what is new or different is kept.
 */

const LIKE = 1
/** Lines of one step. */
const STEP = 500
const USER_ACTIONS_AGAIN = 5
const STRANGE_HASH = 16
const MOST_STRANGE = 1000
const MILLISECONDS_PER_HOUR = 3_600_000

/** What scoring sees of a post; a change of anything else, such as its text, is none. */
const postKey = z.tuple([
  z.int(), // number of the walk that saw it last
  z.int(), // post_number
  z.int(), // topic_id
  z.string(), // username
  z.string(), // created_at
  z.string(), // who and what it answers, type, whether it is deleted
])
type PostKey = z.infer<typeof postKey>

const cursorSchema = z.object({
  posts: z.object({
    /** Counts the walks from the newest post down to the floor. */
    walk: z.int(),
    /** The walk under way: oldest moment that is wanted, and the id below which it goes on. */
    open: z.object({ floor: z.number(), before: z.int().nullable() }).nullable(),
    window: z.record(z.string(), postKey),
    /** Who opened the topics that posts of the window answer. */
    authors: z.record(z.string(), z.string()),
  }),
  likes: z.object({
    /** Moment up to which the last complete sweep has seen likes. */
    swept: z.number().nullable(),
    open: z.object({ started: z.number(), floor: z.number(), done: z.array(z.int()) }).nullable(),
    /** Post and liker: when, and whether the post was deleted. */
    window: z.record(z.string(), z.tuple([z.number(), z.boolean()])),
  }),
  /** Hashes of records that are not of the documented form: each is handed on once, for the list of malformed lines. */
  strange: z.array(z.string()),
})
type DiscourseCursor = z.infer<typeof cursorSchema>

const postSchema = z.looseObject({
  id: z.int().positive(),
  post_number: z.int(),
  topic_id: z.int(),
  username: z.string(),
  created_at: z.iso.datetime({ offset: true }),
})
type Post = z.infer<typeof postSchema>
const likeSchema = z.looseObject({
  action_type: z.literal(LIKE),
  post_id: z.int(),
  acting_username: z.string(),
  created_at: z.iso.datetime({ offset: true }),
})
type Like = z.infer<typeof likeSchema>
const userSchema = z.looseObject({
  id: z.int(),
  username: z.string().min(1),
  last_seen_at: z.iso.datetime({ offset: true }).nullish(),
})

export class DiscourseSource implements Source {
  readonly kind = "discourse"
  readonly name: string
  private readonly pacer: Pacer

  constructor(private readonly config: DiscourseSourceConfig) {
    this.name = config.name
    this.pacer = new Pacer(config.requestsPerMinute)
  }

  async *pull(cursor: Cursor | null, context: PullContext): AsyncIterable<PulledRecords> {
    const state: DiscourseCursor =
      cursor === null
        ? {
            posts: { walk: 0, open: null, window: {}, authors: {} },
            likes: { swept: null, open: null, window: {} },
            strange: [],
          }
        : cursorSchema.parse(cursor)
    const batch = new Batch(state)
    yield* this.posts(state, batch, context)
    yield* this.likes(state, batch, context)
    // Also when nothing was new: the walks are complete now.
    yield batch.take()
  }

  private async *posts(
    state: DiscourseCursor,
    batch: Batch,
    context: PullContext,
  ): AsyncIterable<PulledRecords> {
    const { posts } = state
    if (posts.open === null) {
      posts.walk++
      posts.open = {
        floor: this.floor(this.end(context), posts.walk === 1 ? null : this.config.postsOverlapHours),
        before: null,
      }
    }
    const { open } = posts
    let lowest = open.before ?? Number.POSITIVE_INFINITY
    for (;;) {
      const page = await this.postsPage(open.before, context)
      if (page.length === 0) {
        lowest = 0
        break
      }
      const found = page.flatMap((record) => {
        const post = postSchema.safeParse(record)
        if (!post.success) batch.addStrange(record)
        return post.success ? [{ post: post.data, record, at: Date.parse(post.data.created_at) }] : []
      })
      if (found.length === 0)
        throw new SourceFailed(this.name, "invalid", "/posts.json: no post of a page has the documented form")
      for (const { post, record, at } of found) {
        lowest = Math.min(lowest, post.id)
        const before = posts.window[post.id]
        if (at < open.floor) {
          delete posts.window[post.id]
        } else if (at >= context.until * 1000) {
          // It belongs to the next pull, which does not know it yet.
          if (before !== undefined) before[0] = posts.walk
        } else {
          const key = keyOf(posts.walk, post)
          if (before === undefined || isOther(before, key))
            batch.add(await this.withRecipient(state, post, record, context), at)
          posts.window[post.id] = key
        }
      }
      if (found.every(({ at }) => at < open.floor)) break
      open.before = lowest
      if (batch.isFull) yield batch.take()
    }
    await this.checkMissing(state, lowest, batch, context)
    const topics = new Set(Object.values(posts.window).map(([, , topic]) => String(topic)))
    for (const topic of Object.keys(posts.authors)) if (!topics.has(topic)) delete posts.authors[topic]
    posts.open = null
  }

  /**
   * A comment on the topic itself does not name whom it is for, and the topic may be older than anything that is read. So
   * its author is asked for and stands in `reply_to_user`, where Discourse has whom any other comment answers.
   */
  private async withRecipient(
    state: DiscourseCursor,
    post: Post,
    record: unknown,
    context: PullContext,
  ): Promise<unknown> {
    const { authors } = state.posts
    if (post.post_number === 1) authors[post.topic_id] = post.username
    const answersTopic =
      post.post_number > 1 &&
      (post.reply_to_post_number ?? 1) === 1 &&
      (post.reply_to_user === null || post.reply_to_user === undefined)
    if (!answersTopic) return record
    let author = authors[post.topic_id]
    if (author === undefined) {
      const path = `/posts/by_number/${post.topic_id}/1.json`
      const { body } = await this.get(path, {}, context, (json) => postSchema.safeParse(json), [404, 410])
      if (body === null || !body.success) return record
      author = authors[post.topic_id] = body.data.username
    }
    return { ...post, reply_to_user: { username: author } }
  }

  /** Posts of the window that the complete walk did not list: deleted, hidden from the public, or gone for good. */
  private async checkMissing(
    state: DiscourseCursor,
    lowest: number,
    batch: Batch,
    context: PullContext,
  ): Promise<void> {
    const { posts } = state
    for (const [id, key] of Object.entries(posts.window)) {
      if (key[0] === posts.walk) continue
      // Below the walk's end: too old to be looked at again.
      if (Number(id) < lowest) {
        delete posts.window[id]
        continue
      }
      const [, post_number, topic_id, username, created_at] = key
      const { body } = await this.get(`/posts/${id}.json`, {}, context, (json) => ({ json }), [404, 410])
      const found = body === null ? null : postSchema.safeParse(body.json)
      if (body === null || found === null) {
        batch.add(
          { id: Number(id), post_number, topic_id, username, created_at, deleted: true },
          Date.parse(created_at),
        )
        delete posts.window[id]
      } else if (!found.success) {
        batch.addStrange(body.json)
      } else {
        const now = keyOf(posts.walk, found.data)
        if (isOther(key, now)) batch.add(body.json, Date.parse(created_at))
        posts.window[id] = now
      }
    }
  }

  private async postsPage(before: number | null, context: PullContext): Promise<unknown[]> {
    const answer = await this.get(
      "/posts.json",
      before === null ? {} : { before: String(before) },
      context,
      (json) => {
        const page = listOf(json, "latest_posts")
        const ids = page.map((post) => (post as { id?: unknown } | null)?.id)
        if (before !== null && page.length > 0 && !ids.some((id) => typeof id === "number" && id < before))
          throw new Passing("invalid", `answered a page that has nothing below post ${before}`)
        return page
      },
    )
    return answer.body ?? []
  }

  private async *likes(
    state: DiscourseCursor,
    batch: Batch,
    context: PullContext,
  ): AsyncIterable<PulledRecords> {
    const { likes } = state
    likes.open ??= {
      started: this.end(context),
      floor: this.floor(
        likes.swept ?? this.end(context),
        likes.swept === null ? null : this.config.likesOverlapHours,
      ),
      done: [],
    }
    const { open } = likes
    const done = new Set(open.done)
    for await (const user of this.usersSeenSince(open.floor, context)) {
      if (done.has(user.id)) continue
      for (const { like, record } of await this.likesOf(user.username, open.floor, batch, context)) {
        const at = Date.parse(like.created_at)
        if (at < open.floor || at >= context.until * 1000) continue
        const key = `${like.post_id}:${like.acting_username.toLowerCase()}`
        const isDeleted = like.deleted === true
        const before = likes.window[key]
        if (before === undefined || before[1] !== isDeleted) batch.add(record, at)
        likes.window[key] = [at, isDeleted]
      }
      done.add(user.id)
      open.done.push(user.id)
      if (batch.isFull) yield batch.take()
    }
    for (const [key, [at]] of Object.entries(likes.window)) if (at < open.floor) delete likes.window[key]
    likes.swept = open.started
    likes.open = null
  }

  /** Users who were there, latest first. While this reads, a user can only move forward: seen twice, not missed. */
  private async *usersSeenSince(
    floor: number,
    context: PullContext,
  ): AsyncIterable<z.infer<typeof userSchema>> {
    let previous = ""
    for (let page = 1; ; page++) {
      const { body } = await this.get(
        "/admin/users/list/active.json",
        { order: "seen", page: String(page) },
        context,
        (json) => {
          if (!Array.isArray(json))
            throw new Passing("invalid", "answered something else than a list of users")
          const text = JSON.stringify(json)
          if (page > 1 && json.length > 0 && text === previous)
            throw new Passing("invalid", `answered page ${page - 1} again`)
          if (json.length > 0 && !json.some((user) => userSchema.safeParse(user).success))
            throw new Passing("invalid", "answered a list of something else than users")
          previous = text
          return json as unknown[]
        },
      )
      if (body === null || body.length === 0) return
      for (const record of body) {
        const user = userSchema.safeParse(record)
        if (!user.success) {
          context.log.warn({ source: this.name }, "a user without id or name is left out")
          continue
        }
        const seen = user.data.last_seen_at
        if (seen === null || seen === undefined || Date.parse(seen) < floor) return
        yield user.data
      }
    }
  }

  /** Likes that one user gave since `floor`. An offset shifts when a like is withdrawn in between: then it reads again. */
  private async likesOf(
    username: string,
    floor: number,
    batch: Batch,
    context: PullContext,
  ): Promise<{ like: Like; record: unknown }[]> {
    for (let attempt = 1; attempt <= USER_ACTIONS_AGAIN; attempt++) {
      const found = await this.likesInOneGo(username, floor, batch, context)
      if (found !== null) return found
    }
    throw new SourceFailed(
      this.name,
      "invalid",
      `/user_actions.json: the likes of ${username} changed ${USER_ACTIONS_AGAIN} times while they were read`,
    )
  }

  private async likesInOneGo(
    username: string,
    floor: number,
    batch: Batch,
    context: PullContext,
  ): Promise<{ like: Like; record: unknown }[] | null> {
    const found = new Map<string, { like: Like; record: unknown }>()
    let last: string | null = null
    for (let offset = 0; ; ) {
      const answer = await this.get(
        "/user_actions.json",
        { username, filter: String(LIKE), offset: String(offset) },
        context,
        (json) => listOf(json, "user_actions"),
        [404],
      )
      // Deleted or renamed since the list was read; a renamed user is in the next list.
      if (answer.body === null) {
        context.log.info({ source: this.name, username }, "the forum does not know this user any more")
        return [...found.values()]
      }
      const rows = answer.body.map((record) => ({ record, text: JSON.stringify(record) }))
      // Each page begins with the last row of the one before; where it does not, rows have moved.
      if (last !== null && !rows.some(({ text }) => text === last)) return null
      const count = found.size
      let isOver = rows.length <= (last === null ? 0 : 1)
      for (const { record, text } of rows) {
        const like = likeSchema.safeParse(record)
        if (!like.success) {
          batch.addStrange(record)
        } else if (Date.parse(like.data.created_at) < floor) {
          isOver = true
        } else if (like.data.category_id !== null) {
          // Only private messages have no category: they are nobody's business.
          found.set(text, { like: like.data, record })
        }
      }
      if (isOver) return [...found.values()]
      const lastRow = itemAt(rows, rows.length - 1).text
      if (lastRow === last && found.size === count) return null
      last = lastRow
      offset += rows.length - 1
    }
  }

  /** Where this pull ends: what is posted later belongs to the next one. */
  private end(context: PullContext): number {
    return Math.min(Date.now(), context.until * 1000)
  }

  private floor(end: number, overlapHours: number | null): number {
    const since = this.config.since === undefined ? null : Date.parse(this.config.since)
    if (overlapHours === null) return since ?? end - this.config.postsOverlapHours * MILLISECONDS_PER_HOUR
    return Math.max(since ?? 0, end - overlapHours * MILLISECONDS_PER_HOUR)
  }

  /** The body is null where the status is one of `gone`. */
  private async get<T>(
    path: string,
    query: Record<string, string>,
    context: PullContext,
    read: (json: unknown) => T,
    gone: readonly number[] = [],
  ): Promise<HttpAnswer<T | null>> {
    await this.pacer.turn(context.signal)
    const url = new URL(this.config.url.replace(/\/+$/, "") + path)
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
    const request: HttpRequest = {
      source: this.name,
      url,
      headers: {
        accept: "application/json",
        "Api-Key": readSecret(this.config.key, `sources.${this.name}.key`),
        "Api-Username": this.config.username,
      },
      accept: gone,
      hint: "the key needs all users and the scopes of docs/operator/platforms.md",
      patience: this.config.patienceSeconds * 1000,
      signal: context.signal,
      log: context.log,
    }
    return fetchPatiently(request, (text, headers, status) =>
      gone.includes(status) ? null : read(parseJson(text, headers)),
    )
  }
}

/** What the records of a step are gathered in. */
class Batch {
  private lines: string[] = []
  private first: number | null = null
  private last: number | null = null

  constructor(private readonly state: DiscourseCursor) {}

  get isFull(): boolean {
    return this.lines.length >= STEP
  }

  add(record: unknown, at: number): void {
    this.lines.push(JSON.stringify(record))
    this.first = Math.min(this.first ?? at, at)
    this.last = Math.max(this.last ?? at, at)
  }

  addStrange(record: unknown): void {
    const line = JSON.stringify(record)
    const hash = createHash("sha256").update(line).digest("hex").slice(0, STRANGE_HASH)
    if (this.state.strange.includes(hash)) return
    this.state.strange = [...this.state.strange, hash].slice(-MOST_STRANGE)
    this.lines.push(line)
  }

  take(): PulledRecords {
    const { lines, first, last } = this
    this.lines = []
    this.first = this.last = null
    return {
      lines,
      cursor: structuredClone(this.state),
      firstAt: microseconds(first),
      lastAt: microseconds(last),
    }
  }
}

function microseconds(milliseconds: number | null): bigint | null {
  return milliseconds === null ? null : BigInt(milliseconds) * 1000n
}

function keyOf(walk: number, post: Post): PostKey {
  const rest = [
    post.reply_to_post_number ?? null,
    (post.reply_to_user as { username?: unknown } | null | undefined)?.username ?? null,
    post.post_type ?? null,
    (post.deleted_at ?? null) !== null || post.user_deleted === true,
  ]
  return [walk, post.post_number, post.topic_id, post.username, post.created_at, JSON.stringify(rest)]
}

function isOther(a: PostKey, b: PostKey): boolean {
  return a.slice(1).join("\0") !== b.slice(1).join("\0")
}

/** The list that a page carries under a name. */
function listOf(json: unknown, name: string): unknown[] {
  const list = (json as Record<string, unknown> | null)?.[name]
  if (!Array.isArray(list)) throw new Passing("invalid", `answered no list ${name}`)
  return list as unknown[]
}
