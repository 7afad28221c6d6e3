import { itemAt } from "../item"
import { createHash, createPrivateKey, createPublicKey, type KeyObject } from "node:crypto"
import { encodeAddress } from "../base58"
import { cumulate, mix, pick, seedNumber } from "./random"

/** The people of a generated community: who they are, where they live, how active they are. All follows from the seed. */

/** How much somebody does; shares of 1,000 members, weekly presence of 1,000, typical actions of an active week. */
export const HABITS = [
  { name: "idle", share: 400, presence: 200, actions: 2 },
  { name: "light", share: 380, presence: 650, actions: 5 },
  { name: "regular", share: 180, presence: 900, actions: 19 },
  { name: "devoted", share: 37, presence: 970, actions: 60 },
  { name: "bot", share: 3, presence: 950, actions: 420 },
] as const
const HABIT_SHARES = cumulate(HABITS.map((habit) => habit.share))
export const BOT = HABITS.length - 1

/** Where members live, as minutes east of UTC, with shares of 1,000. */
const OFFSETS = [
  { minutes: 180, share: 380 },
  { minutes: 0, share: 90 },
  { minutes: 60, share: 130 },
  { minutes: 120, share: 90 },
  { minutes: 240, share: 50 },
  { minutes: 300, share: 80 },
  { minutes: 330, share: 30 },
  { minutes: 420, share: 40 },
  { minutes: 600, share: 20 },
  { minutes: 765, share: 5 },
  { minutes: -180, share: 20 },
  { minutes: -300, share: 40 },
  { minutes: -480, share: 20 },
  { minutes: -570, share: 5 },
]
const OFFSET_SHARES = cumulate(OFFSETS.map((offset) => offset.share))

/** Level at joining, shares of 1,000 for levels 1 to 8. */
const LEVEL_SHARES = cumulate([520, 230, 120, 60, 35, 20, 10, 5])

const LATIN_FIRST =
  "anna boris clara david elena felix greta henry ida jonas karin leon maria nils olga paul".split(" ")
const LATIN_LAST =
  "adler berg costa dahl evans fischer garcia hansen ivanova jansen keller lind moreau novak petrov ricci".split(
    " ",
  )
const CYRILLIC_FIRST =
  "анна борис вера глеб дарья егор жанна иван ксения лев мария никита ольга пётр софья юрий".split(" ")
const CYRILLIC_LAST =
  "белов волкова громов дёмина ершов зайцева ильин козлова лебедев морозова орлов павлова рябов соколова фёдоров щукина".split(
    " ",
  )

const enum Purpose {
  habit,
  offset,
  name,
  joining,
  level,
  promotion,
  ring,
}

/**
 * Members whose wallet has a key: deriving one takes up to half a millisecond. The wallets of all others are hashes,
 * good addresses to score and to pay, but nobody can sign for them.
 */
export const MOST_KEYPAIRS = 20_000

/** PKCS #8 wrapping of a raw ed25519 seed. */
const PKCS8_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex")

export class Community {
  private readonly seed: number
  private readonly wallets: Buffer

  constructor(
    private readonly seedText: string,
    /** Members by the end of the last week. */
    readonly size: number,
    readonly weeks: number,
  ) {
    this.seed = seedNumber(seedText)
    this.wallets = Buffer.alloc(size * 32)
  }

  /** Derives the wallets of some members, in steps, so that the caller can show progress. */
  deriveWallets(from: number, to: number): void {
    for (let member = from; member < to; member++) {
      if (member >= MOST_KEYPAIRS) {
        this.keySeed(member).copy(this.wallets, member * 32)
        continue
      }
      const spki = createPublicKey(this.privateKey(member)).export({ format: "der", type: "spki" })
      spki.copy(this.wallets, member * 32, spki.length - 32)
    }
  }

  wallet(member: number): string {
    return encodeAddress(this.wallets.subarray(member * 32, member * 32 + 32))
  }

  /** The 64 bytes of a Solana keypair file: seed, then public key. */
  keypair(member: number): number[] {
    return [...this.keySeed(member), ...this.wallets.subarray(member * 32, member * 32 + 32)]
  }

  private keySeed(member: number): Buffer {
    return createHash("sha256").update(`stk-oracle generate\u0000${this.seedText}\u0000${member}`).digest()
  }

  private privateKey(member: number): KeyObject {
    return createPrivateKey({
      key: Buffer.concat([PKCS8_PREFIX, this.keySeed(member)]),
      format: "der",
      type: "pkcs8",
    })
  }

  userId(member: number): string {
    const name = mix(this.seed, member, Purpose.name)
    const [first, last] = name % 10 < 3 ? [CYRILLIC_FIRST, CYRILLIC_LAST] : [LATIN_FIRST, LATIN_LAST]
    return `${itemAt(first, (name >>> 8) & 15)}.${itemAt(last, (name >>> 12) & 15)}.${member + 1}`
  }

  habit(member: number): number {
    return pick(HABIT_SHARES, mix(this.seed, member, Purpose.habit) % 1000)
  }

  /** Minutes east of UTC. */
  offset(member: number): number {
    return itemAt(OFFSETS, pick(OFFSET_SHARES, mix(this.seed, member, Purpose.offset) % 1000)).minutes
  }

  /** Week, from 0, in which somebody joins: most are there from the start. */
  joined(member: number): number {
    const joining = mix(this.seed, member, Purpose.joining)
    return this.weeks > 1 && joining % 100 >= 85 ? 1 + ((joining >>> 8) % (this.weeks - 1)) : 0
  }

  /** Level in a week: now and then somebody rises, rarely somebody falls. */
  level(member: number, week: number): number {
    let level = 1 + pick(LEVEL_SHARES, mix(this.seed, member, Purpose.level) % 1000)
    for (let w = 1; w <= week; w++) {
      const change = mix(this.seed, member, Purpose.promotion + 16 * w) % 1000
      if (change < 25) level = Math.min(level + 1, 8)
      else if (change < 27) level = Math.max(level - 1, 1)
    }
    return level
  }

  /** The other half of a pair that likes each other's posts, or -1. */
  accomplice(member: number): number {
    const pair = member >>> 1
    const other = member ^ 1
    return mix(this.seed, pair, Purpose.ring) % 1000 < 8 && other < this.size ? other : -1
  }
}
