import type { Answer, Asked } from "./server"

/** A forum that answers as Discourse's own source does: app/controllers and lib/latest_posts_query.rb. */

export const FORUM_KEY = "d306dfe7ba2bd2ba5f3f8a1c5d6f0a87"
const POSTS_PAGE = 50
const ACTIONS_PAGE = 30
const USERS_PAGE = 100

export interface ForumPost {
  id: number
  post_number: number
  topic_id: number
  username: string
  created_at: string
  reply_to_post_number?: number
  reply_to_user?: { username: string }
  raw?: string
  deleted_at?: string
  user_deleted?: boolean
  /** The record goes out with these fields instead of its own. */
  broken?: Record<string, unknown>
}

export interface ForumLike {
  post_id: number
  acting_username: string
  created_at: string
  /** In a private message. */
  isPrivate?: boolean
}

export class Forum {
  readonly users = new Map<string, { id: number; lastSeen: string | null }>()
  posts: ForumPost[] = []
  likes: ForumLike[] = []
  /** Called before a request is answered: the forum lives while it is read. */
  beforeAnswer: (asked: Asked) => void = () => undefined

  user(username: string, lastSeen: string | null): void {
    this.users.set(username, { id: this.users.size + 1, lastSeen })
  }

  readonly answer = (asked: Asked): Answer => {
    if (asked.headers["api-key"] !== FORUM_KEY || asked.headers["api-username"] !== "system")
      return {
        status: 403,
        body: {
          errors: ["You are not permitted to view the requested resource."],
          error_type: "invalid_access",
        },
      }
    this.beforeAnswer(asked)
    const byId = /^\/posts\/(\d+)\.json$/.exec(asked.path)
    const byNumber = /^\/posts\/by_number\/(\d+)\/(\d+)\.json$/.exec(asked.path)
    if (asked.path === "/posts.json") return { body: { latest_posts: this.latest(asked) } }
    if (asked.path === "/user_actions.json") return this.actions(asked)
    if (asked.path === "/admin/users/list/active.json") return { body: this.seen(asked) }
    const post = this.posts.find((candidate) =>
      byId !== null
        ? candidate.id === Number(byId[1])
        : byNumber !== null &&
          candidate.topic_id === Number(byNumber[1]) &&
          candidate.post_number === Number(byNumber[2]),
    )
    return post === undefined
      ? {
          status: 404,
          body: { errors: ["The requested URL or resource could not be found."], error_type: "not_found" },
        }
      : { body: this.serialize(post) }
  }

  /** The files that a person would save of the same data: pages of posts, and of each user's likes. */
  export(): { posts: unknown[]; likes: unknown[] } {
    const pages = (records: unknown[], size: number, name: string): unknown[] =>
      Array.from({ length: Math.ceil(records.length / size) }, (_, page) => ({
        [name]: records.slice(page * size, (page + 1) * size),
      }))
    return {
      posts: pages(
        this.posts.map((post) => this.serialize(post)),
        POSTS_PAGE,
        "latest_posts",
      ),
      likes: pages(
        this.likes.filter((like) => like.isPrivate !== true).map((like) => this.serializeLike(like)),
        ACTIONS_PAGE,
        "user_actions",
      ),
    }
  }

  private latest(asked: Asked): unknown[] {
    const before = Number(asked.query.get("before") ?? 0)
    return this.posts
      .filter((post) => post.deleted_at === undefined && (before <= 0 || post.id < before))
      .sort((a, b) => b.id - a.id)
      .slice(0, POSTS_PAGE)
      .map((post) => this.serialize(post))
  }

  private seen(asked: Asked): unknown[] {
    const page = Math.max(Number(asked.query.get("page") ?? 1), 1) - 1
    return [...this.users]
      .sort(([, a], [, b]) => Date.parse(b.lastSeen ?? "1970-01-01") - Date.parse(a.lastSeen ?? "1970-01-01"))
      .slice(page * USERS_PAGE, (page + 1) * USERS_PAGE)
      .map(([username, { id, lastSeen }]) => ({
        id,
        username,
        name: username,
        avatar_template: `/letter_avatar_proxy/v4/letter/a/ebca7d/{size}.png`,
        active: true,
        admin: false,
        moderator: false,
        last_seen_at: lastSeen,
        trust_level: 1,
      }))
  }

  private actions(asked: Asked): Answer {
    const username = asked.query.get("username") ?? ""
    const offset = Number(asked.query.get("offset") ?? 0)
    if (!this.users.has(username))
      return { status: 404, body: { errors: ["not found"], error_type: "not_found" } }
    const rows = this.likes
      .filter((like) => like.acting_username === username)
      .sort((a, b) => Date.parse(b.created_at) - Date.parse(a.created_at) || b.post_id - a.post_id)
      .slice(offset, offset + ACTIONS_PAGE)
      .map((like) => this.serializeLike(like))
    return { body: { user_actions: rows } }
  }

  serialize(post: ForumPost): Record<string, unknown> {
    return {
      id: post.id,
      name: "",
      username: post.username,
      avatar_template: "/letter_avatar_proxy/v4/letter/a/ebca7d/{size}.png",
      created_at: post.created_at,
      cooked: `<p>${post.raw ?? "Привет"}</p>`,
      post_number: post.post_number,
      post_type: 1,
      updated_at: post.created_at,
      reply_count: 0,
      reply_to_post_number: post.reply_to_post_number ?? null,
      quote_count: 0,
      incoming_link_count: 0,
      reads: 3,
      score: 0.6,
      topic_id: post.topic_id,
      topic_slug: "welcome",
      display_username: "",
      ...(post.reply_to_user === undefined ? {} : { reply_to_user: post.reply_to_user }),
      actions_summary: [{ id: 2, can_act: true }],
      hidden: false,
      trust_level: 1,
      deleted_at: post.deleted_at ?? null,
      user_deleted: post.user_deleted ?? false,
      raw: post.raw ?? "Привет",
      ...post.broken,
    }
  }

  serializeLike(like: ForumLike): Record<string, unknown> {
    const post = this.posts.find(({ id }) => id === like.post_id)
    if (post === undefined) throw new Error(`no post ${like.post_id}`)
    return {
      excerpt: "Привет",
      action_type: 1,
      created_at: like.created_at,
      avatar_template: "/letter_avatar_proxy/v4/letter/a/ebca7d/{size}.png",
      acting_avatar_template: "/letter_avatar_proxy/v4/letter/b/ebca7d/{size}.png",
      slug: "welcome",
      topic_id: post.topic_id,
      target_user_id: this.users.get(like.acting_username)?.id ?? null,
      target_name: null,
      target_username: like.acting_username,
      post_number: post.post_number,
      post_id: post.id,
      username: post.username,
      name: null,
      user_id: this.users.get(post.username)?.id ?? 0,
      acting_username: like.acting_username,
      acting_name: null,
      acting_user_id: this.users.get(like.acting_username)?.id ?? null,
      title: "Добро пожаловать",
      deleted: post.deleted_at !== undefined,
      hidden: null,
      post_type: 1,
      action_code: null,
      category_id: like.isPrivate === true ? null : 4,
      closed: false,
      archived: false,
    }
  }
}
