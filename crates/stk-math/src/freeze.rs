//! Frozen rewards: when they end, what confirms them, what becomes of them (STK-77 to STK-85).

use crate::week::{week_end, week_start};

const SECONDS_PER_DAY: i64 = 86_400;
/// How long a reward without a verdict stays frozen past its end: the time to object, 30 days.
pub const OBJECTION_SECONDS: i64 = 2_592_000;
/// Lowest rating of a counterparty.
pub const LOWEST_RATING: u8 = 1;
/// Highest rating of a counterparty.
pub const HIGHEST_RATING: u8 = 5;
/// A rating from here on confirms a reward, one below rejects it (STK-81).
pub const CONFIRMING_RATING: u8 = 3;

/// What somebody who may decide has said about a frozen reward.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    Confirmed,
    Rejected,
}

/// What is to be done with a frozen reward.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// It has not ended: nothing changes (STK-85).
    Frozen,
    /// It has ended without a verdict, and there is still time to object.
    Undecided,
    /// The amount goes to the member (STK-83).
    Active,
    /// The amount goes back to the fund that it was paid from (STK-84).
    Cancelled,
}

/// The second from which on a reward that was granted at `created_at` for whole `days` may be resolved.
pub fn freeze_end(created_at: i64, days: u16) -> Option<i64> {
    created_at.checked_add(i64::from(days).checked_mul(SECONDS_PER_DAY)?)
}

/// What becomes of a reward at `now`. At `ends_at` exactly it is processed; without a verdict 30 days later.
pub fn outcome(ends_at: i64, verdict: Option<Verdict>, now: i64) -> Outcome {
    if now < ends_at {
        return Outcome::Frozen;
    }
    match verdict {
        Some(Verdict::Confirmed) => Outcome::Active,
        Some(Verdict::Rejected) => Outcome::Cancelled,
        None if now < ends_at.saturating_add(OBJECTION_SECONDS) => Outcome::Undecided,
        None => Outcome::Active,
    }
}

/// What a counterparty's rating says; `None` when there is no such rating.
pub fn rating_verdict(rating: u8) -> Option<Verdict> {
    match rating {
        CONFIRMING_RATING..=HIGHEST_RATING => Some(Verdict::Confirmed),
        LOWEST_RATING..CONFIRMING_RATING => Some(Verdict::Rejected),
        _ => None,
    }
}

/// What the activity of a counterparty says about a reward that is frozen from `created_at` to `ends_at` (STK-82).
///
/// `last_active_week` is the counterparty's (0 for none); `scored_week` is the last week of which every score is known
/// (0 for none). A week counts when it and the freeze have a second in common. `None` while it cannot be told: the weeks
/// of the freeze are not all scored, or the last active week lies after it and says nothing about those before.
pub fn activity_verdict(
    created_at: i64,
    ends_at: i64,
    last_active_week: u32,
    scored_week: u32,
) -> Option<Verdict> {
    let was_active_since = last_active_week > 0 && week_end(last_active_week) > created_at;
    if was_active_since {
        return (week_start(last_active_week) < ends_at).then_some(Verdict::Confirmed);
    }
    // A week's scores come after it: an early look must not take away what a late one confirms.
    (scored_week > 0 && week_end(scored_week) >= ends_at).then_some(Verdict::Rejected)
}
