import { Fund, PAGE_SLOTS, unpackCounts, type EconomyPreset, type StkEvent } from "@stk/sdk"

interface ReplayedMember {
  wallet: string
  balance: bigint
  pending: bigint
  level: number
  streak: number
  lastActiveWeek: number
}

/**
 * An economy rebuilt from its rules and its events alone, as an indexer would: no account is ever read. Throws when an
 * event contradicts those before it.
 */
export class Replay {
  readonly funds: [bigint, bigint, bigint, bigint, bigint] = [0n, 0n, 0n, 0n, 0n]
  readonly members: ReplayedMember[] = []
  minted = 0n
  withdrawn = 0n
  deposited = 0n
  unsettled = 0n
  private due = 0n
  private payable = 0n

  constructor(private readonly preset: EconomyPreset) {}

  get balances(): bigint[] {
    return this.members.map((member) => member.balance)
  }

  apply(event: StkEvent): void {
    switch (event.name) {
      case "EmissionReleased":
        event.data.shares.forEach((share, fund) => this.book(fund, share))
        this.minted += event.data.amount
        this.expect(this.minted === event.data.minted, event)
        break
      case "MembersRegistered":
        this.register(
          event.data.page * PAGE_SLOTS + event.data.firstSlot,
          event.data.wallets.map(String),
          event,
        )
        break
      case "LevelsSet":
        event.data.slots.forEach((slot, index) => {
          this.member(event.data.page * PAGE_SLOTS + slot).level = event.data.levels[index] ?? 0
        })
        break
      case "WeekOpened":
        this.due = 0n
        this.expect(event.data.members === this.members.length, event)
        break
      case "ScoresSubmitted":
        this.due += this.score(event.data)
        break
      case "WeekSealed":
        this.payable = event.data.payable
        this.unsettled = event.data.payable
        this.book(Fund.RewardsPool, -event.data.payable)
        this.expect(this.due === event.data.due, event)
        this.expect(this.funds[Fund.RewardsPool] === event.data.rewardsPool, event)
        break
      case "PageSettled": {
        const paid = this.settle(event.data.page)
        this.unsettled -= paid
        this.expect(paid === event.data.paid, event)
        break
      }
      case "WeekSettled":
        this.expect(this.unsettled === event.data.returned, event)
        this.book(Fund.RewardsPool, event.data.returned)
        this.unsettled = 0n
        break
      case "Deposited":
        this.deposited += event.data.amount
        this.move(String(event.data.wallet), event.data.amount, event.data.balance, event)
        break
      case "Withdrawn":
        this.withdrawn += event.data.amount
        this.move(String(event.data.wallet), -event.data.amount, event.data.balance, event)
        break
      case "SurplusAbsorbed":
        this.deposited += event.data.amount
        this.book(Fund.RewardsPool, event.data.amount)
        this.expect(this.funds[Fund.RewardsPool] === event.data.rewardsPool, event)
        break
      default:
        break // roles, pages and pauses move no tokens
    }
  }

  private expect(holds: boolean, event: StkEvent): void {
    if (!holds) throw new Error(`${event.name} contradicts the events before it`)
  }

  private member(index: number): ReplayedMember {
    const member = this.members[index]
    if (member === undefined) throw new Error(`no event registered member ${index}`)
    return member
  }

  private book(fund: number, amount: bigint): void {
    this.funds[fund] = (this.funds[fund] ?? 0n) + amount
  }

  private register(first: number, wallets: readonly string[], event: StkEvent): void {
    this.expect(first === this.members.length, event)
    for (const wallet of wallets) {
      this.members.push({ wallet, balance: 0n, pending: 0n, level: 1, streak: 0, lastActiveWeek: 0 })
    }
  }

  private score(batch: Extract<StkEvent, { name: "ScoresSubmitted" }>["data"]): bigint {
    const scored = this.preset.eventTypes.filter((eventType) => eventType.weight > 0)
    let due = 0n
    let rest = batch.counts
    const active = batch.bitmap.reduce((sum, byte) => sum + byte.toString(2).replaceAll("0", "").length, 0)
    const width = active === 0 ? 0 : batch.counts.length / active
    for (let bit = 0; bit < 8 * batch.bitmap.length; bit++) {
      if ((((batch.bitmap[bit >> 3] ?? 0) >> (bit & 7)) & 1) === 0) continue
      const counts = unpackCounts(this.preset, rest.subarray(0, width))
      rest = rest.subarray(width)
      const points = scored.reduce((sum, { weight }, type) => sum + weight * (counts[type] ?? 0), 0)
      const member = this.member(batch.page * PAGE_SLOTS + batch.firstSlot + bit)
      member.streak = member.lastActiveWeek === batch.week - 1 ? Math.min(member.streak + 1, 5) : 1
      member.lastActiveWeek = batch.week
      const tenths = BigInt(this.preset.levels[member.level - 1]?.tenths ?? 0)
      const hundredths = BigInt(this.preset.streakHundredths[member.streak - 1] ?? 0)
      member.pending = BigInt(points) * tenths * hundredths * 10n ** BigInt(this.preset.decimals - 3)
      due += member.pending
    }
    return due
  }

  private settle(page: number): bigint {
    let paid = 0n
    for (const member of this.members.slice(page * PAGE_SLOTS, (page + 1) * PAGE_SLOTS)) {
      if (member.pending === 0n) continue
      const share = (member.pending * this.payable) / this.due
      member.balance += share
      member.pending = 0n
      paid += share
    }
    return paid
  }

  private move(wallet: string, amount: bigint, balance: bigint, event: StkEvent): void {
    const member = this.members.find((candidate) => candidate.wallet === wallet)
    if (member === undefined) throw new Error(`no event registered ${wallet}`)
    member.balance += amount
    this.expect(member.balance === balance, event)
  }
}
