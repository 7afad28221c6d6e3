import type { PublicKey } from "@solana/web3.js"
import { unpad } from "../accounts/economy.js"
import { ROLE_NAMES, WeekStatus, type RoleName } from "../constants.js"
import type { StkEvents } from "../events.js"
import { economyPda } from "../pdas.js"
import { LedgerContradictionError } from "../errors/base.js"
import type { LedgerState } from "./state.js"

function everyRole<Value>(value: Value): Record<RoleName, Value> {
  return {
    admin: value,
    registrar: value,
    oracle: value,
    validator: value,
    treasurer: value,
    guardian: value,
  }
}

/** The state of a new economy: its rules are those of the event. */
export function economyCreated(event: StkEvents["EconomyCreated"], programId: PublicKey): LedgerState {
  const eventTypes = event.eventTypes.slice(0, event.eventTypeCount)
  return {
    address: event.economy,
    programId,
    pages: [],
    weeks: new Map(),
    stakePages: new Map(),
    snapshots: new Map(),
    escrowPages: [],
    services: new Map(),
    activations: new Map(),
    reserve: null,
    stabilisation: null,
    governance: null,
    proposals: new Map(),
    ballots: new Map(),
    startups: new Map(),
    places: new Map(),
    economy: {
      name: unpad(event.name),
      symbol: unpad(event.symbol),
      decimals: event.decimals,
      mint: event.mint,
      vault: event.vault,
      bump: economyPda(event.mint, programId)[1],
      paused: false,
      genesis: event.genesis,
      emissionFirstYear: event.emissionFirstYear,
      emissionCap: event.emissionCap,
      halvingYears: event.halvingYears,
      releasedDays: 0n,
      minted: 0n,
      burnt: 0n,
      withdrawn: 0n,
      deposited: 0n,
      funds: [0n, 0n, 0n, 0n, 0n],
      fundBps: event.fundBps,
      memberBalances: 0n,
      staked: 0n,
      frozen: 0n,
      unsettled: 0n,
      members: 0,
      pages: 0,
      week: 0,
      weekStatus: WeekStatus.Settled,
      weekDue: 0n,
      weekMembers: 0,
      weekPages: 0,
      weekActive: 0,
      settleDelaySeconds: event.settleDelaySeconds,
      holdSeconds: event.holdSeconds,
      eventTypes: eventTypes.map(({ name, weight, dailyLimit }) => ({
        name: unpad(name),
        weight,
        dailyLimit,
      })),
      levelTenths: event.levelTenths,
      streakHundredths: event.streakHundredths,
      roles: everyRole(event.admin),
      proposed: everyRole<PublicKey | null>(null),
      services: 0,
      volume: 0n,
      teamSpent: 0n,
      spent: [0n, 0n, 0n, 0n, 0n],
      spendingLimits: [0n, 0n, 0n, 0n, 0n],
      teamCliffSeconds: 0,
      teamVestingSeconds: 0,
      spentWeek: 0,
      escrowPages: 0,
      snapshot: 0,
      snapshotTakenAt: 0,
      proposals: 0,
      transferFeeBps: 0,
      emissionFactorBps: 10_000,
      bands: [
        { days: 0, bps: 0 },
        { days: 0, bps: 0 },
        { days: 0, bps: 0 },
      ],
      rewardKinds: [],
    },
  }
}

export function pauseChanged({ economy }: LedgerState, event: StkEvents["PauseChanged"]): void {
  economy.paused = event.paused
}

function roleName(event: string, role: number): RoleName {
  const name = ROLE_NAMES[role]
  if (name === undefined) throw new LedgerContradictionError(event, "role", role, "no such role")
  return name
}

export function roleProposed({ economy }: LedgerState, event: StkEvents["RoleProposed"]): void {
  const isNobody = event.proposed.toBytes().every((byte) => byte === 0)
  economy.proposed[roleName("RoleProposed", event.role)] = isNobody ? null : event.proposed
}

export function roleAccepted({ economy }: LedgerState, event: StkEvents["RoleAccepted"]): void {
  const name = roleName("RoleAccepted", event.role)
  economy.roles[name] = event.holder
  economy.proposed[name] = null
}
