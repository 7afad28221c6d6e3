import { createHash } from "node:crypto"
import { createReadStream } from "node:fs"
import type { PreparedFile } from "../source/intake"
import { MAX_USER_ID_CHARACTERS } from "../source/members"
import { aggregationEnd } from "../score/weeks"
import type { EconomyRules } from "../score/rules"
import { VOIDED, XAPI_EVENTS } from "../source/xapi"

/**
 * The sources' formats read a second time, record by record and without SQL: what `score` counted is compared with it
 * before a week is posted, and a member's events are explained from it.
 */

/** An event as a source tells it, before anything is decided about it. */
export interface RawEvent {
  isPosthog: boolean
  file: number
  /** From 1, in the file's lines. */
  line: number
  sourceId: string
  /** Name by the rules; the source's own one where they do not know it. */
  type: string
  isKnown: boolean
  userId: string
  /** The other side of a like or a comment, where the source tells. */
  counterpart: string | null
  /** Microseconds since 1970. */
  moment: number
  /** It arrived when the week was closed already. */
  isLate: boolean
  /** Why the source itself excludes it. */
  reason: string | null
}

/** What the files hold, beside events. */
export interface RecordTotals {
  malformed: number
  empty: number
}

type Json = Record<string, unknown>

const TIME =
  /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,12}))?)?([Zz]|[+-]\d{2}(?::?\d{2})?)?$/
const CONTROL = /[\u0000-\u001f\u007f]/
const NEWLINE = 10
const CHUNK = 4 * 1024 * 1024
const MICROSECONDS = 1_000_000

/** An ISO 8601 time in microseconds since 1970; null when it is none. Without an offset it is UTC. */
export function microsecondsOf(text: unknown): number | null {
  if (typeof text !== "string") return null
  const match = TIME.exec(text)
  if (match === null) return null
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map((part) => Number(part ?? 0))
  if (hour > 23 || minute > 59 || second > 59) return null
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null
  const fraction = Number((match[7] ?? "").slice(0, 6).padEnd(6, "0"))
  const zone = match[8] ?? "Z"
  const offset =
    zone.toUpperCase() === "Z"
      ? 0
      : (zone.startsWith("-") ? -1 : 1) *
        (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3).replace(":", "") || 0))
  const seconds = date.getTime() / 1000 + hour * 3600 + (minute - offset) * 60 + second
  return seconds * MICROSECONDS + fraction
}

function isName(value: unknown): value is string {
  return (
    typeof value === "string" &&
    value !== "" &&
    !CONTROL.test(value) &&
    (value.length <= MAX_USER_ID_CHARACTERS || [...value].length <= MAX_USER_ID_CHARACTERS)
  )
}

/** JSON of one line; undefined when it is none. Halves of surrogate pairs are refused, which `JSON.parse` lets pass. */
export function parseLine(text: string): unknown {
  if (/\\u[dD][89a-fA-F]/.test(text) && hasLoneSurrogate(text)) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function hasLoneSurrogate(text: string): boolean {
  let high = -1
  for (const match of text.matchAll(/\\(?:u([0-9a-fA-F]{4})|[^u])/g)) {
    const unit = match[1] === undefined ? 0 : parseInt(match[1], 16)
    const follows = high !== -1 && match.index === high + 6
    if (unit >= 0xdc00 && unit <= 0xdfff) {
      if (!follows) return true
      high = -1
    } else {
      if (high !== -1) return true
      if (unit >= 0xd800 && unit <= 0xdbff) high = match.index
    }
  }
  return high !== -1
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : []
}

/** Every line of a file with its number from 1. `mentions`: only lines with one of these bytes in them. */
export async function* linesOf(
  path: string,
  mentions?: readonly Buffer[],
): AsyncGenerator<{ text: string; line: number }> {
  let rest: Buffer = Buffer.alloc(0)
  let line = 0
  const take = function* (block: Buffer): Generator<{ text: string; line: number }> {
    if (mentions !== undefined && !mentions.some((mention) => block.includes(mention))) {
      for (let at = block.indexOf(NEWLINE); at !== -1; at = block.indexOf(NEWLINE, at + 1)) line++
      return
    }
    let start = 0
    for (let end = block.indexOf(NEWLINE); end !== -1; end = block.indexOf(NEWLINE, start)) {
      line++
      const bytes = block.subarray(start, end)
      if (mentions === undefined || mentions.some((mention) => bytes.includes(mention)))
        yield { text: bytes.toString("utf8"), line }
      start = end + 1
    }
  }
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK }) as AsyncIterable<Buffer>) {
    const block = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    const end = block.lastIndexOf(NEWLINE) + 1
    yield* take(block.subarray(0, end))
    rest = Buffer.from(block.subarray(end))
  }
  if (rest.length > 0) yield* take(Buffer.concat([rest, Buffer.from([NEWLINE])]))
}

/** One post or user action of a forum. */
interface ForumItem {
  file: number
  line: number
  isPost: boolean
  id: number | null
  postId: number | null
  actionType: number | null
  postNumber: number
  topic: number
  username: string
  acting: string
  target: string | null
  moment: number
  answeredNumber: number
  answeredUser: string | null
  baseReason: string | null
}

const POST_TYPES_WITHOUT_CONTENT = [3, 4]
const [LIKE_GIVEN, LIKE_RECEIVED, TOPIC, REPLY, RESPONSE] = [1, 2, 4, 5, 6]

/** Turns the lines of a week's files into events. */
export class RecordReader {
  readonly totals: RecordTotals = { malformed: 0, empty: 0 }
  private readonly names: ReadonlyMap<string, string>
  private readonly lateFrom: number
  private readonly items: ForumItem[] = []

  /** @param users user id by lower-case Discourse username; null when a username is the user id */
  constructor(
    private readonly rules: EconomyRules,
    week: number,
    private readonly users: ReadonlyMap<string, string> | null,
    /** User id by SHA-1 of an address; null when the address is the user id. */
    private readonly addresses: ReadonlyMap<string, string> | null,
    private readonly onEvent: (event: RawEvent) => void,
  ) {
    this.lateFrom = aggregationEnd(week) * MICROSECONDS
    const known = [...rules.events.map((event) => event.name), ...rules.ingested]
    this.names = new Map([...known.map((name) => [name, name] as const), ...Object.entries(rules.aliases)])
  }

  async read(prepared: PreparedFile, file: number, mentions?: readonly Buffer[]): Promise<void> {
    this.totals.malformed += prepared.unreadable.length
    this.totals.empty -= prepared.unreadable.length
    for await (const { text, line } of linesOf(prepared.readable, mentions)) {
      if (text.trim() === "") this.totals.empty++
      else if (prepared.kind === "posthog") this.posthog(text, file, line)
      else if (prepared.kind === "xapi") this.xapi(text, file, line)
      else this.discourse(text, file, line)
    }
  }

  private posthog(text: string, file: number, line: number): void {
    const record = parseLine(text)
    const moment = isObject(record) ? microsecondsOf(record.timestamp) : null
    if (!isObject(record) || moment === null) return this.refuse()
    const { uuid, event, distinct_id: userId } = record
    if (!isName(uuid) || !isName(event) || !isName(userId)) return this.refuse()
    const arrived = microsecondsOf(record.created_at)
    this.onEvent({
      isPosthog: true,
      file,
      line,
      sourceId: uuid,
      type: this.names.get(event) ?? event,
      isKnown: this.names.has(event),
      userId,
      counterpart: null,
      moment,
      isLate: arrived !== null && arrived >= this.lateFrom,
      reason: null,
    })
  }

  private xapi(text: string, file: number, line: number): void {
    const record = parseLine(text)
    if (!isObject(record)) return this.refuse()
    const at = (...path: string[]): unknown =>
      path.reduce<unknown>((value, key) => (isObject(value) ? value[key] : undefined), record)
    const textAt = (...path: string[]): string | null => {
      const value = at(...path)
      return typeof value === "string" ? value : null
    }
    const account = textAt("actor", "account", "name")
    const mail = textAt("actor", "mbox")?.toLowerCase() ?? ""
    const mbox = mail.startsWith("mailto:") ? mail : null
    const sha1 = textAt("actor", "mbox_sha1sum")?.toLowerCase() ?? null
    const actor = account ?? mbox?.slice("mailto:".length) ?? sha1 ?? textAt("actor", "openid")
    const [id, verb, object] = [textAt("id"), textAt("verb", "id"), textAt("object", "id")]
    const moment = microsecondsOf(textAt("timestamp") ?? textAt("stored"))
    const arrived = microsecondsOf(textAt("stored"))
    const isLate = arrived !== null && arrived >= this.lateFrom
    const voids = verb === VOIDED && textAt("object", "objectType") === "StatementRef" && !isLate
    if (!isName(id) || !isName(actor) || !isName(verb) || moment === null || (voids && !isName(object)))
      return this.refuse()
    const { events, accountHomePages } = this.rules.xapi ?? XAPI_EVENTS
    const activityType = textAt("object", "definition", "type")
    const ofVerb = events.filter((event) => event.verb === verb)
    const mapped =
      ofVerb.find((event) => event.activityType !== null && event.activityType === activityType) ??
      ofVerb.find((event) => event.activityType === null)
    const type = mapped?.event ?? verb
    const isForeign =
      accountHomePages.length > 0 &&
      account !== null &&
      !accountHomePages.includes(textAt("actor", "account", "homePage") ?? "")
    const address =
      account !== null
        ? null
        : (sha1 ?? (mbox === null ? null : createHash("sha1").update(mbox).digest("hex")))
    const user = address === null ? undefined : this.addresses?.get(address)
    const isStranger =
      textAt("actor", "objectType") === "Group" ||
      isForeign ||
      (this.addresses !== null && address !== null && user === undefined)
    this.onEvent({
      isPosthog: false,
      file,
      line,
      sourceId: `xapi:${voids ? (object ?? "") : id}`,
      type: this.names.get(type) ?? type,
      isKnown: !voids && this.names.has(type),
      userId: user ?? actor,
      counterpart: null,
      moment,
      isLate,
      reason: voids ? "deleted" : isStranger ? "unknown_member" : null,
    })
  }

  private refuse(): void {
    this.totals.malformed++
  }

  private discourse(text: string, file: number, line: number): void {
    const page = parseLine(text)
    if (page === undefined) return this.refuse()
    for (const item of itemsOf(page)) {
      const read = readItem(item, file, line)
      if (read === null) this.refuse()
      else this.items.push(read)
    }
  }

  /** Forum items become events when all files are read: whom a comment answers may stand in another file. */
  finish(): void {
    const authors = new Map<string, string>()
    for (const item of this.items) {
      if (!item.isPost) continue
      const place = `${item.topic}/${item.postNumber}`
      const known = authors.get(place)
      if (known === undefined || Buffer.compare(Buffer.from(item.username), Buffer.from(known)) < 0)
        authors.set(place, item.username)
    }
    for (const item of this.items) {
      if (item.isPost) this.post(item, authors)
      else this.action(item)
    }
    this.items.length = 0
  }

  private post(item: ForumItem, authors: ReadonlyMap<string, string>): void {
    const { topicCreated, commentCreated, commentReceived } = this.rules.discourse
    if (item.postNumber === 1) {
      this.emit(item, `discourse:topic:${item.topic}`, topicCreated, item.username, null, null)
      return
    }
    const recipient = item.answeredUser ?? authors.get(`${item.topic}/${item.answeredNumber}`) ?? null
    this.emit(item, `discourse:comment:${item.id}`, commentCreated, item.username, recipient, null)
    const reason = recipient === null ? "unknown_recipient" : isSame(recipient, item.username) ? "self" : null
    this.emit(
      item,
      `discourse:comment-received:${item.id}`,
      commentReceived,
      recipient,
      item.username,
      reason,
    )
  }

  private action(item: ForumItem): void {
    const types = this.rules.discourse
    const { acting, username, target, postId, topic } = item
    switch (item.actionType) {
      case LIKE_GIVEN:
      case LIKE_RECEIVED: {
        const like = `${postId}:${acting.toLowerCase()}`
        const reason = isSame(acting, username) ? "self" : null
        this.emit(item, `discourse:like:${like}`, types.likeGiven, acting, username, reason)
        this.emit(item, `discourse:like-received:${like}`, types.likeReceived, username, acting, reason)
        return
      }
      case TOPIC:
        return this.emit(item, `discourse:topic:${topic}`, types.topicCreated, acting, null, null)
      case REPLY:
        return this.emit(item, `discourse:comment:${postId}`, types.commentCreated, acting, null, null)
      case RESPONSE: {
        const reason = target !== null && isSame(acting, target) ? "self" : null
        return this.emit(
          item,
          `discourse:comment-received:${postId}`,
          types.commentReceived,
          target,
          acting,
          reason,
        )
      }
      default: {
        const id = `discourse:action:${item.actionType}:${postId ?? topic}:${acting.toLowerCase()}`
        this.emit(item, id, `discourse action ${item.actionType}`, acting, null, "unknown_type")
      }
    }
  }

  private emit(
    item: ForumItem,
    sourceId: string,
    type: string,
    who: string | null,
    other: string | null,
    reason: string | null,
  ): void {
    const user = who === null ? undefined : this.users?.get(who.toLowerCase())
    const own = item.baseReason ?? reason
    const isUnknown = this.users !== null && user === undefined
    this.onEvent({
      isPosthog: false,
      file: item.file,
      line: item.line,
      sourceId,
      type: this.names.get(type) ?? type,
      isKnown: this.names.has(type),
      userId: user ?? who ?? "",
      counterpart:
        other === null ? null : this.users === null ? other : (this.users.get(other.toLowerCase()) ?? null),
      moment: item.moment,
      isLate: false,
      reason: own ?? (isUnknown ? "unknown_member" : null),
    })
  }
}

function isSame(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase()
}

/** Posts and actions of a page, of several pages in an array, or one of them alone. */
function itemsOf(page: unknown): unknown[] {
  const isList = Array.isArray(page)
  const pages = isList ? listOf(page) : [page]
  const first = pages[0]
  const isPage =
    isObject(first) &&
    ("latest_posts" in first ||
      "user_actions" in first ||
      (isList ? "post_stream" in first : isObject(first.post_stream) && "posts" in first.post_stream))
  if (!isPage) return pages
  const objects = pages.filter(isObject)
  return [
    ...objects.flatMap((each) => listOf(each.latest_posts)),
    ...objects.flatMap((each) => listOf(each.user_actions)),
    ...objects.flatMap((each) => (isObject(each.post_stream) ? listOf(each.post_stream.posts) : [])),
  ]
}

/** A post or an action with all that its kind needs; null when something is missing. */
function readItem(item: unknown, file: number, line: number): ForumItem | null {
  if (!isObject(item)) return null
  const whole = (value: unknown): number | null =>
    typeof value === "number" && Number.isInteger(value) && Math.abs(value) < 1e15 ? value : null
  const text = (value: unknown): string | null => (typeof value === "string" ? value : null)
  const isAction = item.action_type !== undefined
  if (!isAction && item.post_number === undefined) return null
  const moment = microsecondsOf(item.created_at)
  const topic = whole(item.topic_id)
  const [id, postId, actionType] = [whole(item.id), whole(item.post_id), whole(item.action_type)]
  const postNumber = whole(item.post_number) ?? 0
  const { username, acting_username: acting, target_username: target } = item
  if (moment === null || topic === null || !isName(username)) return null
  if (isAction) {
    if (actionType === null || !isName(acting)) return null
    const needsPost = [LIKE_GIVEN, LIKE_RECEIVED, REPLY, RESPONSE].includes(actionType)
    if (needsPost && postId === null) return null
    if (actionType === RESPONSE && !isName(target)) return null
  } else if (id === null || postNumber < 1) return null
  const isDeleted =
    (item.deleted_at !== undefined && item.deleted_at !== null) ||
    item.user_deleted === true ||
    item.deleted === true
  const postType = whole(item.post_type)
  const hasNoContent = postType !== null && POST_TYPES_WITHOUT_CONTENT.includes(postType)
  return {
    file,
    line,
    isPost: !isAction,
    id,
    postId,
    actionType,
    postNumber,
    topic,
    username,
    acting: text(acting) ?? "",
    target: text(target),
    moment,
    answeredNumber: whole(item.reply_to_post_number) ?? 1,
    answeredUser: isObject(item.reply_to_user) ? text(item.reply_to_user.username) : null,
    baseReason: isDeleted ? "deleted" : hasNoContent ? "unknown_type" : null,
  }
}
