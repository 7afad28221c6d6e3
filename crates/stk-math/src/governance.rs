//! Voting: quorum, outcome and when a new snapshot of balances is taken (STK-137).

use crate::split::WHOLE_BPS;

/// `ceil(circulating × bps / 10,000)`: how many base units must vote. Rounded up, so that a quorum is never easier than
/// its share; at most `circulating` for `bps` ≤ 10,000.
pub fn quorum_ceil(circulating: u64, bps: u16) -> u64 {
    let bps = u64::from(bps);
    let whole = (circulating / WHOLE_BPS).wrapping_mul(bps);
    // Below 10,000 × 65,536: the sum cannot wrap.
    let part = (circulating % WHOLE_BPS).wrapping_mul(bps).div_ceil(WHOLE_BPS);
    whole.saturating_add(part)
}

/// Whether a proposal passes: more votes for it than against, and the quorum reached by both together.
pub fn is_passed(yes: u64, no: u64, quorum: u64) -> bool {
    yes > no && yes.saturating_add(no) >= quorum
}

/// Whether a proposal of now takes a new snapshot: the latest, of `taken_at`, is `voting_seconds` old, and no vote still
/// runs on the one before it, whose place the new one takes. `other_votes_end` is when the last such vote ends.
///
/// Without the first rule every proposal would make all pages be copied again; without the second a vote would lose its
/// weights while it runs.
pub fn takes_snapshot(now: i64, taken_at: i64, voting_seconds: u32, other_votes_end: i64) -> bool {
    now >= taken_at.saturating_add(i64::from(voting_seconds)) && now >= other_votes_end
}
