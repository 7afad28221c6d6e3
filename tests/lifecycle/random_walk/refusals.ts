import { absorb, depositOf, withdrawalOf } from "../../utils/actions"
import { releaseEmission, seal, settlePage } from "../../utils/economy"
import { expectError } from "../../utils/expect"
import { spendingOf } from "../../utils/funds"
import { unstakeOf } from "../../utils/staking"
import { redistributionOf, transferOf } from "../../utils/transfers"
import { quarterAt, weekAt } from "../rules/calendar"
import { SPENDABLE } from "./balances"
import { resolutionOf } from "./rewards"
import type { Walk } from "./walk"

/** Tries something that must be refused as things stand. */
export async function refuse(walk: Walk): Promise<void> {
  const { chain, economy, emission, escrow, ledger, random, weeks, now } = walk
  const index = random.below(walk.members)
  const account = walk.tokenAccount(index)
  const { balance, tokens } = ledger.person(index)
  const key = [walk.key(index)]
  const treasurer = [economy.actors.treasurer]
  const attempts: [action: () => unknown, error: string][] = [
    [() => chain.send(withdrawalOf(economy, index, account, balance + 1n), key), "BalanceTooSmall"],
    [() => chain.send(withdrawalOf(economy, index, account, 0n), key), "AmountIsZero"],
    [() => chain.send(depositOf(economy, index, account, tokens + 1n), key), "TokenInsufficientFunds"],
    [() => chain.send(transferOf(economy, index, walk.other(index), balance + 1n), key), "BalanceTooSmall"],
    [() => chain.send(transferOf(economy, index, index, 1n), key), "SameMember"],
  ]
  for (const fund of SPENDABLE) {
    const amount = ledger.fund(fund) + 1n
    const error = walk.spending.refusal(ledger, fund, amount, now)
    if (error !== null)
      attempts.push([() => chain.send(spendingOf(economy, { fund, amount, index }), treasurer), error])
  }
  const frozen = escrow.frozen.find(({ endsAt }) => endsAt > now)
  if (frozen !== undefined) attempts.push([() => chain.send(resolutionOf(walk, [frozen])), "RewardIsFrozen"])
  const locked = walk.stakes.pages.flat().find(({ amount, unlockAt }) => amount > 0n && unlockAt > now)
  if (locked !== undefined) {
    const { member, place, id } = locked
    attempts.push([
      () => chain.send(unstakeOf(economy, member, place, id), [walk.key(member)]),
      "StakeIsLocked",
    ])
  }
  if (emission.daysEnded(now) === emission.releasedDays) {
    attempts.push([() => releaseEmission(chain, economy), "NothingDue"])
  }
  if (ledger.surplus === 0n) attempts.push([() => absorb(chain, economy), "NoSurplus"])
  if (weeks.week > 0) {
    if (weeks.status !== "sealed") attempts.push([() => settlePage(chain, economy), "WeekNotSealed"])
    if (weeks.status !== "open") attempts.push([() => seal(chain, economy), "WeekNotOpen"])
    const error = refusalOfRedistribution(walk)
    if (error !== null) attempts.push([() => chain.send(redistributionOf(chain, economy)), error])
  }
  const [action, error] = random.pick(attempts)
  await expectError(action, walk.isPaused ? "Paused" : error)
  walk.refused++
}

function refusalOfRedistribution({ now, quarter, weeks }: Walk): string | null {
  if (weeks.status === "open") return "WeekIsOpen"
  if (weeks.week + 1 < weekAt(now)) return "WeeksBehind"
  return quarterAt(now) === quarter ? "AlreadyRedistributed" : null
}
