import { PublicKey } from "@solana/web3.js"
import {
  STK_PROGRAM_ID,
  type FundIndex,
  type RoleName,
  type VerdictByValue,
  type WeekStatusValue,
} from "../constants.js"
import { InvalidAccountError } from "../errors/base.js"
import { readDefined, type Defined, type Tuple } from "../idl/codec.js"
import { fundIndex, verdictBy } from "./enumerations.js"
import { closeAccount, fetchAllDecoded, fetchDecoded, openAccount, type AccountReader } from "./read.js"

const DISCRIMINATOR = [9, 71, 93, 255, 152, 187, 170, 154]

/** One kind of event of an economy. */
export interface EventType {
  name: string
  /** Points for one event; 0 for a type that is known but not scored. */
  weight: number
  /** Most counted events of a member in a UTC day. */
  dailyLimit: number
}

/** A band of the redistribution from inactive members. */
export interface RedistributionBand {
  /** From so many days without activity on, up to the next band. */
  days: number
  /** What is taken each quarter, in basis points. */
  bps: number
}

/** A kind of explicit reward: who pays, how long it is frozen and who confirms it. */
export interface RewardKind {
  name: string
  /** 0 for a kind that may be paid at once. */
  minFreezeDays: number
  maxFreezeDays: number
  /** When the validator names none. */
  defaultFreezeDays: number
  /** The fund that pays, and gets a cancelled reward back. */
  fund: FundIndex
  verdictBy: VerdictByValue
}

/** A contribution economy: its rules, roles, emission and the ledger's totals. Amounts are base units. */
export interface Economy {
  name: string
  symbol: string
  decimals: number
  mint: PublicKey
  vault: PublicKey
  bump: number
  paused: boolean
  /** Unix seconds. */
  genesis: number
  emissionFirstYear: bigint
  emissionCap: bigint
  halvingYears: number
  releasedDays: bigint
  minted: bigint
  burnt: bigint
  withdrawn: bigint
  deposited: bigint
  /** By `Fund`. */
  funds: Tuple<bigint, 5>
  fundBps: Tuple<number, 5>
  memberBalances: bigint
  staked: bigint
  frozen: bigint
  unsettled: bigint
  members: number
  pages: number
  /** Index of the week that was opened last; 0 before the first. */
  week: number
  weekStatus: WeekStatusValue
  weekDue: bigint
  weekMembers: number
  weekPages: number
  weekActive: number
  settleDelaySeconds: number
  holdSeconds: number
  eventTypes: readonly EventType[]
  levelTenths: Tuple<number, 8>
  streakHundredths: Tuple<number, 5>
  roles: Record<RoleName, PublicKey>
  /** Whom a role was offered to; null for nobody. */
  proposed: Record<RoleName, PublicKey | null>
  /** Services created so far. */
  services: number
  /** Transferred and paid between members since genesis, modulo 2^64. */
  volume: bigint
  /** Spent from the Team fund since genesis. */
  teamSpent: bigint
  /** Spent in `spentWeek`, by `Fund`. */
  spent: Tuple<bigint, 5>
  /** Most that may be spent in a calendar week, by `Fund`. */
  spendingLimits: Tuple<bigint, 5>
  /** Seconds since genesis before which nothing of the Team fund may be spent. */
  teamCliffSeconds: number
  /** Seconds since genesis over which the Team fund becomes spendable. */
  teamVestingSeconds: number
  spentWeek: number
  escrowPages: number
  /** Number of the latest snapshot of balances; a page behind it must be kept by `snapshot_page` first. */
  snapshot: number
  /** Unix second in which it was taken, in which nothing can be withdrawn; 0 before the first. */
  snapshotTakenAt: number
  /** Proposals created so far. */
  proposals: number
  transferFeeBps: number
  /** 10,000 for the whole scheduled emission. */
  emissionFactorBps: number
  /** By rising days. */
  bands: Tuple<RedistributionBand, 3>
  rewardKinds: readonly RewardKind[]
}

/** UTF-8 without its padding. */
export function unpad(bytes: Uint8Array): string {
  const end = bytes.indexOf(0)
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end))
}

function weekStatus(value: number): WeekStatusValue {
  if (value === 0 || value === 1 || value === 2) return value
  throw new InvalidAccountError("Economy", `there is no week status ${value}`)
}

function offers(roles: Defined<"roles">): Record<RoleName, PublicKey | null> {
  const { admin, registrar, oracle, validator, treasurer, guardian } = roles
  const known = (address: PublicKey): PublicKey | null => (address.equals(PublicKey.default) ? null : address)
  return {
    admin: known(admin),
    registrar: known(registrar),
    oracle: known(oracle),
    validator: known(validator),
    treasurer: known(treasurer),
    guardian: known(guardian),
  }
}

/** Decodes an economy's account data. @throws {InvalidAccountError} */
export function decodeEconomy(data: Uint8Array): Economy {
  const reader = openAccount(data, "Economy", DISCRIMINATOR)
  const raw = readDefined(reader, "economy")
  closeAccount(reader, "Economy")
  return {
    name: unpad(raw.name),
    symbol: unpad(raw.symbol),
    decimals: raw.decimals,
    mint: raw.mint,
    vault: raw.vault,
    bump: raw.bump,
    paused: raw.paused !== 0,
    genesis: raw.genesis,
    emissionFirstYear: raw.emissionFirstYear,
    emissionCap: raw.emissionCap,
    halvingYears: raw.halvingYears,
    releasedDays: raw.releasedDays,
    minted: raw.minted,
    burnt: raw.burnt,
    withdrawn: raw.withdrawn,
    deposited: raw.deposited,
    funds: raw.funds,
    fundBps: raw.fundBps,
    memberBalances: raw.memberBalances,
    staked: raw.staked,
    frozen: raw.frozen,
    unsettled: raw.unsettled,
    members: raw.members,
    pages: raw.pages,
    week: raw.week,
    weekStatus: weekStatus(raw.weekStatus),
    weekDue: raw.weekDue,
    weekMembers: raw.weekMembers,
    weekPages: raw.weekPages,
    weekActive: raw.weekActive,
    settleDelaySeconds: raw.settleDelaySeconds,
    holdSeconds: raw.holdSeconds,
    eventTypes: raw.eventTypes
      .slice(0, raw.eventTypeCount)
      .map(({ name, weight, dailyLimit }) => ({ name: unpad(name), weight, dailyLimit })),
    levelTenths: raw.levelTenths,
    streakHundredths: raw.streakHundredths,
    roles: raw.roles,
    proposed: offers(raw.proposed),
    services: raw.services,
    volume: raw.volume,
    teamSpent: raw.teamSpent,
    spent: raw.spent,
    spendingLimits: raw.spendingLimits,
    teamCliffSeconds: raw.teamCliffSeconds,
    teamVestingSeconds: raw.teamVestingSeconds,
    spentWeek: raw.spentWeek,
    escrowPages: raw.escrowPages,
    snapshot: raw.snapshot,
    snapshotTakenAt: raw.snapshotTakenAt,
    proposals: raw.proposals,
    transferFeeBps: raw.transferFeeBps,
    emissionFactorBps: raw.emissionFactorBps,
    bands: raw.bands,
    rewardKinds: raw.rewardKinds
      .slice(0, raw.rewardKindCount)
      .map(({ name, fund, verdictBy: by, ...freeze }) => ({
        ...freeze,
        name: unpad(name),
        fund: fundIndex(fund, "Economy"),
        verdictBy: verdictBy(by, "Economy"),
      })),
  }
}

/** The economy at `address`; null when there is none. @throws {InvalidAccountError} */
export function fetchEconomy(
  connection: AccountReader,
  address: PublicKey,
  programId: PublicKey = STK_PROGRAM_ID,
): Promise<Economy | null> {
  return fetchDecoded(connection, address, "Economy", decodeEconomy, programId)
}

/** The economies at `addresses`, in their order. @throws {InvalidAccountError} */
export function fetchAllEconomies(
  connection: AccountReader,
  addresses: readonly PublicKey[],
  programId: PublicKey = STK_PROGRAM_ID,
): Promise<(Economy | null)[]> {
  return fetchAllDecoded(connection, addresses, "Economy", decodeEconomy, programId)
}
