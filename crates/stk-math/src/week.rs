//! Calendar weeks, Monday 00:00:00 UTC to the next Monday (STK-54).

/// Seconds of a week.
pub const SECONDS_PER_WEEK: i64 = 604_800;
/// 1970-01-05T00:00:00Z, the Monday that starts week 0.
pub const FIRST_MONDAY: i64 = 345_600;

/// Index of the week that holds `unix_seconds`; `None` before week 0 or beyond `u32`.
pub fn week_of(unix_seconds: i64) -> Option<u32> {
    let since = unix_seconds.checked_sub(FIRST_MONDAY)?;
    u32::try_from(since.checked_div_euclid(SECONDS_PER_WEEK)?).ok()
}

/// The second at which `week` begins.
pub fn week_start(week: u32) -> i64 {
    // u32::MAX × 604,800 is far below i64::MAX.
    i64::from(week).wrapping_mul(SECONDS_PER_WEEK).wrapping_add(FIRST_MONDAY)
}

/// The first second after `week`: scores may be submitted from here on (STK-55).
pub fn week_end(week: u32) -> i64 {
    week_start(week).wrapping_add(SECONDS_PER_WEEK)
}

/// Days since 1970-01-01 of `unix_seconds`; `None` before it or beyond `u32`.
pub fn unix_day(unix_seconds: i64) -> Option<u32> {
    u32::try_from(unix_seconds.checked_div_euclid(86_400)?).ok()
}
