import type { Random } from "../../utils/random"

/** How somebody takes part. */
export interface Role {
  readonly habit: "loyal" | "seasonal" | "casual" | "dropout" | "lurker"
  /** The first week without them, of dropouts. */
  readonly leaves: number
  /** Where in their cycle of weeks seasonal members begin. */
  readonly phase: number
}

/** Of seasonal members: half a cycle of weeks there, half away, which is longer than the grace period. */
const CYCLE = 34
/** The most that can be counted of each scored event of STK in a week: seven times its daily limit. */
const CAPS = [35, 35, 7, 35, 70, 35, 35] as const

/** Who takes part how: loyal members, seasonal and casual ones, those who drop out, and those who only registered. */
export class Cast {
  readonly roles: Role[] = []

  constructor(private readonly random: Random) {}

  /** Gives `count` new members a part, from this week on. */
  join(count: number, week: number): void {
    for (let added = 0; added < count; added++) {
      const draw = this.random.below(100)
      const habit =
        draw < 40 ? "loyal" : draw < 65 ? "seasonal" : draw < 80 ? "casual" : draw < 95 ? "dropout" : "lurker"
      this.roles.push({
        habit,
        leaves: week + 3 + this.random.below(45),
        phase: this.random.below(CYCLE),
      })
    }
  }

  role(index: number): Role {
    const role = this.roles[index]
    if (role === undefined) throw new Error(`nobody plays member ${index}`)
    return role
  }

  /** Whether somebody trades, stakes, buys and votes: the quiet ones do nothing but leave. */
  takesPart(index: number): boolean {
    const { habit } = this.role(index)
    return habit !== "dropout" && habit !== "lurker"
  }

  /** What a member did in a week, by scored event; null for nothing. */
  countsOf(index: number, week: number): number[] | null {
    const word = this.random.word()
    const percent = Number(word & 0x7fn) % 100
    if (percent >= this.chance(this.role(index), week)) return null
    // Terms of twenty weeks, with six weeks of holidays between them.
    const intensity = week % 26 < 20 ? 100 : 25
    const counts = CAPS.map((cap, type) => {
      const byte = Number((word >> BigInt(8 * (type + 1))) & 0xffn)
      return Math.floor((byte * (cap + 1) * intensity) / 25_600)
    })
    return counts.some((count) => count > 0) ? counts : null
  }

  private chance({ habit, leaves, phase }: Role, week: number): number {
    if (habit === "loyal") return 92
    if (habit === "seasonal") return (week + phase) % CYCLE < CYCLE / 2 ? 85 : 0
    if (habit === "casual") return 40
    return habit === "dropout" && week < leaves ? 95 : 0
  }
}
