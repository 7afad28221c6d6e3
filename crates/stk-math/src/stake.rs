//! Terms of stakes (STK-136).

/// The terms for which tokens can be staked, in days.
pub const TERMS_DAYS: [u16; 4] = [30, 90, 180, 365];

/// Seconds of a day.
const SECONDS_PER_DAY: i64 = 86_400;

/// The first second at which a stake made at `staked_at` for `term_days` may be taken back: the term is counted in
/// seconds from the stake, not in calendar days. `None` beyond `i64`.
pub fn unlocks_at(staked_at: i64, term_days: u16) -> Option<i64> {
    // u16::MAX × 86,400 is far below i64::MAX.
    staked_at.checked_add(i64::from(term_days).wrapping_mul(SECONDS_PER_DAY))
}
