import { fetchWeek, type Week } from "../accounts/week.js"
import { auditScoreInstruction, type AuditScoreParameters } from "../instructions/weeks/audit_score.js"
import { holdWeekInstruction } from "../instructions/weeks/hold_week.js"
import { openWeekInstruction } from "../instructions/weeks/open_week.js"
import { sealWeekInstruction } from "../instructions/weeks/seal_week.js"
import type { MemberCounts } from "../math/batch.js"
import { weekPda } from "../pdas.js"
import { ESTIMATED_COMPUTE_UNITS } from "../plan/estimate.js"
import { pageProgress, planScores } from "../plan/scores.js"
import { planSettlement } from "../plan/settlement.js"
import { pagesBehindSnapshot } from "../plan/snapshot.js"
import { MembersClient } from "./members.js"
import type { SentTransaction } from "./send.js"

/** A week from its opening to the audit of what it paid. */
export abstract class WeeksClient extends MembersClient {
  /** A week's record; null when it was not opened. */
  fetchWeek(week: number): Promise<Week | null> {
    return fetchWeek(this.connection, weekPda(this.economy, week, this.programId)[0], this.programId)
  }

  /**
   * Opens a week; `detailRoot` was computed over the leaves of `members` members.
   * @throws {WeekNotOver} @throws {WeekOutOfOrder} @throws {MembersChanged}
   */
  openWeek(week: number, members: number, detailRoot: Uint8Array): Promise<SentTransaction> {
    const oracle = this.signer.publicKey
    const instruction = openWeekInstruction({ ...this.at, oracle, week, members, detailRoot })
    return this.sendEstimated(`opening of week ${week}`, [instruction], ESTIMATED_COMPUTE_UNITS.openWeek)
  }

  /** Posts what is missing of the open week's scores: counts by the member's global index. */
  async submitScores(
    countsOf: (index: number) => MemberCounts,
    onSent?: (sent: SentTransaction) => void,
  ): Promise<SentTransaction[]> {
    const economy = await this.fetchEconomy()
    const { week, weekMembers: members } = economy
    const progress = (await this.fetchPages()).map((page) => pageProgress(page.header, week))
    const oracle = this.signer.publicKey
    const plan = planScores({ ...this.planned, oracle, rules: economy, week, members, countsOf, progress })
    return this.execute(plan, onSent)
  }

  /** Seals the open week. @throws {WeekNotOpen} @throws {ScoresMissing} */
  async sealWeek(): Promise<SentTransaction> {
    const { week } = await this.fetchEconomy()
    const instruction = sealWeekInstruction({ ...this.at, oracle: this.signer.publicKey, week })
    return this.sendEstimated(`sealing of week ${week}`, [instruction], ESTIMATED_COMPUTE_UNITS.sealWeek)
  }

  /** Delays the settling of the current week, once, as the guardian. @throws {NoHoldLeft} */
  async holdWeek(): Promise<SentTransaction> {
    const { week } = await this.fetchEconomy()
    const instruction = holdWeekInstruction({ ...this.at, guardian: this.signer.publicKey, week })
    return this.sendEstimated(`hold of week ${week}`, [instruction], ESTIMATED_COMPUTE_UNITS.holdWeek)
  }

  /** Settles what is not settled of the sealed week. @throws {WeekNotSealed} @throws {WeekIsHeld} */
  async settleWeek(onSent?: (sent: SentTransaction) => void): Promise<SentTransaction[]> {
    const economy = await this.fetchEconomy()
    const { week, weekMembers: members, snapshot } = economy
    const record = await this.fetchWeek(week)
    const pages = await this.fetchPages()
    const settled = pages
      .filter(({ header }) => header.settledWeek === week)
      .map(({ header }) => header.index)
    const isShort = record !== null && record.payable < record.due
    const payer = this.signer.publicKey
    const behind = pagesBehindSnapshot(
      pages.map(({ header }) => header),
      economy,
    )
    const snapshotDue = { snapshot, pages: behind }
    const settlement = { payer, week, members, isShort, settled, snapshotDue }
    return this.execute(planSettlement({ ...this.planned, ...settlement }), onSent)
  }

  /** Has a member's score recomputed on chain. @throws {AuditIsOver} @throws {ProofDoesNotMatch} */
  auditScore(audit: Omit<AuditScoreParameters, "economy" | "programId">): Promise<SentTransaction> {
    const description = `audit of page ${audit.page} slot ${audit.slot}`
    return this.sendEstimated(
      description,
      [auditScoreInstruction({ ...this.at, ...audit })],
      ESTIMATED_COMPUTE_UNITS.auditScore,
    )
  }
}
