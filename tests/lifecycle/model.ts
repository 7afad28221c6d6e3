import type { EconomyPreset } from "@stk/sdk"

export interface ModelMember {
  balance: bigint
  pending: bigint
  points: number
  level: number
  streak: number
  lastActiveWeek: number
  /** In the member's own token account. */
  tokens: bigint
}

/**
 * The economy as the specification describes it, in plain bigint and independent of the SDK's mathematics: what the
 * chain must agree with after every operation.
 */
export class Model {
  readonly funds: bigint[] = [0n, 0n, 0n, 0n, 0n]
  readonly members: ModelMember[] = []
  releasedDays = 0
  minted = 0n
  deposited = 0n
  withdrawn = 0n
  unsettled = 0n
  /** In the vault, sent past the program. */
  surplus = 0n
  week = 0
  status: "settled" | "open" | "sealed" = "settled"
  weekMembers = 0
  cursor = 0
  due = 0n
  payable = 0n
  active = 0
  settleFrom = 0
  isHeld = false
  isPaused = false

  constructor(
    readonly preset: EconomyPreset,
    readonly genesis: number,
  ) {}

  get memberBalances(): bigint {
    return this.members.reduce((sum, member) => sum + member.balance, 0n)
  }

  get pending(): bigint {
    return this.members.reduce((sum, member) => sum + member.pending, 0n)
  }

  /** What the vault holds: everything inside, and what strangers sent. */
  get vault(): bigint {
    return this.minted + this.deposited - this.withdrawn + this.surplus
  }

  daysEnded(now: number): number {
    return Math.max(0, Math.floor((now - this.genesis) / 86_400))
  }

  /** Everything that is due after so many days: whole years, and of the running one the floor by the day. */
  private emitted(days: number): bigint {
    const { emissionFirstYear, halvingYears } = this.preset
    let sum = 0n
    for (let year = 0; year < Math.floor(days / 365); year++) {
      sum += emissionFirstYear >> BigInt(Math.floor(year / halvingYears))
    }
    const running = emissionFirstYear >> BigInt(Math.floor(days / 365 / halvingYears))
    return sum + (running * BigInt(days % 365)) / 365n
  }

  release(now: number): void {
    const days = this.daysEnded(now)
    const amount = this.emitted(days) - this.emitted(this.releasedDays)
    const shares = this.preset.fundBps.map((bps) => (amount * BigInt(bps)) / 10_000n)
    const left = amount - shares.reduce((sum, share) => sum + share, 0n)
    shares.forEach((share, fund) => this.book(fund, share + (fund === 0 ? left : 0n)))
    this.releasedDays = days
    this.minted += amount
  }

  register(count: number): void {
    for (let index = 0; index < count; index++) {
      this.members.push({
        balance: 0n,
        pending: 0n,
        points: 0,
        level: 1,
        streak: 0,
        lastActiveWeek: 0,
        tokens: 0n,
      })
    }
  }

  member(index: number): ModelMember {
    const member = this.members[index]
    if (member === undefined) throw new Error(`the model has no member ${index}`)
    return member
  }

  open(week: number): void {
    Object.assign(this, { week, status: "open", weekMembers: this.members.length })
    Object.assign(this, { cursor: 0, due: 0n, active: 0, isHeld: false, settleFrom: 0 })
  }

  /** Scores the members from the cursor on. */
  submit(scores: readonly (readonly number[] | null)[]): void {
    const scored = this.preset.eventTypes.filter((eventType) => eventType.weight > 0)
    for (const counts of scores) {
      const member = this.member(this.cursor)
      this.cursor++
      const points = counts?.reduce((sum, count, type) => sum + count * (scored[type]?.weight ?? 0), 0) ?? 0
      if (points === 0) continue
      member.streak = member.lastActiveWeek === this.week - 1 ? Math.min(member.streak + 1, 5) : 1
      member.lastActiveWeek = this.week
      member.points = points
      const thousandths =
        BigInt(this.preset.levels[member.level - 1]?.tenths ?? 0) *
        BigInt(this.preset.streakHundredths[member.streak - 1] ?? 0)
      member.pending = (BigInt(points) * thousandths * 10n ** BigInt(this.preset.decimals)) / 1_000n
      this.due += member.pending
      this.active++
    }
  }

  seal(now: number): void {
    const pool = this.funds[0] ?? 0n
    this.payable = this.due < pool ? this.due : pool
    this.unsettled = this.payable
    this.book(0, -this.payable)
    this.status = this.weekMembers === 0 ? "settled" : "sealed"
    this.settleFrom = now + this.preset.settleDelaySeconds + (this.isHeld ? this.preset.holdSeconds : 0)
  }

  hold(): void {
    this.isHeld = true
    if (this.status === "sealed") this.settleFrom += this.preset.holdSeconds
  }

  /** Settles a week of a single page. */
  settle(): void {
    for (const member of this.members) {
      if (member.pending === 0n) continue
      const share = (member.pending * this.payable) / this.due
      member.balance += share
      member.pending = 0n
      this.unsettled -= share
    }
    this.book(0, this.unsettled)
    this.unsettled = 0n
    this.status = "settled"
  }

  withdraw(index: number, amount: bigint): void {
    const member = this.member(index)
    member.balance -= amount
    member.tokens += amount
    this.withdrawn += amount
  }

  deposit(index: number, amount: bigint): void {
    const member = this.member(index)
    member.balance += amount
    member.tokens -= amount
    this.deposited += amount
  }

  /** A member sends tokens to the vault, past the program. */
  donate(index: number, amount: bigint): void {
    this.member(index).tokens -= amount
    this.surplus += amount
  }

  absorb(): void {
    this.deposited += this.surplus
    this.book(0, this.surplus)
    this.surplus = 0n
  }

  private book(fund: number, amount: bigint): void {
    this.funds[fund] = (this.funds[fund] ?? 0n) + amount
  }
}
