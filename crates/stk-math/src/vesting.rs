//! A linear schedule by which a fund becomes spendable.

/// `floor(received × elapsed / vesting)`: what of `received` base units may have been spent `elapsed` seconds after
/// genesis. Nothing before `cliff`, all from `vesting` on. What the floor leaves becomes spendable later.
///
/// Exact without wider arithmetic: with `received = q × vesting + r` it is `q × elapsed + floor(r × elapsed / vesting)`,
/// where `q × elapsed` is below `received` and `r × elapsed` below 2^64, both factors being below 2^32.
pub fn vested_floor(received: u64, elapsed: i64, cliff: u32, vesting: u32) -> u64 {
    if elapsed < i64::from(cliff) {
        return 0;
    }
    if elapsed >= i64::from(vesting) {
        return received;
    }
    let (elapsed, vesting) = (elapsed.unsigned_abs(), u64::from(vesting));
    // `vesting` is above `elapsed`, which is not negative: it is no zero.
    let (Some(whole), Some(rest)) = (received.checked_div(vesting), received.checked_rem(vesting)) else {
        return received;
    };
    let part = rest.wrapping_mul(elapsed).checked_div(vesting).unwrap_or(0);
    whole.wrapping_mul(elapsed).wrapping_add(part)
}
