import { itemAt } from "../item"
import type { Community } from "./community"
import type { Random } from "./random"

/** The forum's posts over all weeks: what likes and comments refer to. */

export interface Post {
  id: number
  topic: number
  number: number
  author: number
  /** Post that this one answers; undefined for a topic's first post. */
  answers?: Post
}

/** How far back members look for something to like or to answer. */
const RECENT = 4000
/** Slots for remembered likes, per member and at least. */
const LIKE_SLOTS_PER_MEMBER = 8
const LEAST_LIKE_SLOTS = 1 << 16

export class Forum {
  private readonly recent: Post[] = []
  private readonly lastPost = new Map<number, Post>()
  private readonly topicLength = new Map<number, number>()
  private posts = 0
  private topics = 0
  /** Hashes of (post, liker); a rare false hit only skips a like. */
  private liked: Uint32Array
  private likes = 0

  constructor(private readonly community: Community) {
    this.liked = new Uint32Array(Math.max(LEAST_LIKE_SLOTS, LIKE_SLOTS_PER_MEMBER * community.size))
  }

  /** Opens a topic. */
  createTopic(author: number): Post {
    this.topics++
    return this.keep({ id: ++this.posts, topic: this.topics, number: 1, author })
  }

  /** Answers a recent post; null while the forum is empty. */
  createComment(author: number, random: Random): Post | null {
    const answers = this.choose(random)
    if (answers === null) return null
    const number = (this.topicLength.get(answers.topic) ?? 1) + 1
    this.topicLength.set(answers.topic, number)
    return this.keep({ id: ++this.posts, topic: answers.topic, number, author, answers })
  }

  /** A recent post of somebody else that the member has not liked yet, or null. */
  like(member: number, random: Random): Post | null {
    const accomplice = this.community.accomplice(member)
    for (let attempt = 0; attempt < 3; attempt++) {
      const friend = accomplice >= 0 && random.permille(700) ? this.lastPost.get(accomplice) : undefined
      const post = friend ?? this.choose(random)
      if (post === null) return null
      if (post.author !== member && this.remember(post.id, member)) return post
    }
    return null
  }

  private keep(post: Post): Post {
    if (this.recent.length < RECENT) this.recent.push(post)
    else this.recent[post.id % RECENT] = post
    if (this.community.accomplice(post.author) >= 0) this.lastPost.set(post.author, post)
    // What nobody sees any more needs no further posts.
    if (this.topicLength.size > 4 * RECENT)
      for (const topic of this.topicLength.keys())
        if (topic < this.topics - 4 * RECENT) this.topicLength.delete(topic)
    return post
  }

  /** Product of two uniform numbers: a few posts get most of the attention. */
  private choose(random: Random): Post | null {
    const length = this.recent.length
    if (length === 0) return null
    const popular = Math.floor((random.below(length) * random.below(length)) / length)
    const post = itemAt(this.recent, (popular + this.posts) % length)
    // A chain of answers must not keep every old post in memory.
    if (post.answers !== undefined) delete post.answers
    return post
  }

  private remember(post: number, member: number): boolean {
    const slots = this.liked.length
    if (this.likes > slots / 2) {
      this.liked = new Uint32Array(slots)
      this.likes = 0
    }
    let hash = Math.imul(post, 0x9e3779b1) ^ Math.imul(member + 1, 0x85ebca6b)
    hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2ae35)
    hash = (hash ^ (hash >>> 13)) >>> 0 || 1
    for (let slot = hash % slots; ; slot = (slot + 1) % slots) {
      if (this.liked[slot] === hash) return false
      if (this.liked[slot] === 0) {
        this.liked[slot] = hash
        this.likes++
        return true
      }
    }
  }
}
