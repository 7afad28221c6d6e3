//! Splitting an amount by basis points (STK-12 to STK-17).

/// Basis points of the whole.
pub const WHOLE_BPS: u64 = 10_000;
/// Amounts of so many bits times 10,000 fit `u64`.
const SMALL_BITS: u32 = 50;

/// `floor(amount × bps / 10,000)`, exact for every `u64` amount and `bps` ≤ 10,000 without wider arithmetic.
pub fn share_floor(amount: u64, bps: u16) -> u64 {
    floor_of_bps(amount, bps.into())
}

/// [`share_floor`] for a loop that has widened `bps` ≤ 10,000 before.
#[inline(always)]
pub(crate) fn floor_of_bps(amount: u64, bps: u64) -> u64 {
    // Amounts below 2^50 leave room for the product, and are the rule.
    if amount >> SMALL_BITS == 0 {
        return amount.wrapping_mul(bps) / WHOLE_BPS;
    }
    let whole = (amount / WHOLE_BPS).wrapping_mul(bps);
    let part = (amount % WHOLE_BPS).wrapping_mul(bps) / WHOLE_BPS;
    whole.wrapping_add(part)
}

/// Splits `amount` by `bps`: every share is floored and the remainder goes to the first (STK-17: the Rewards Pool).
///
/// `None` unless the basis points sum to exactly 10,000. The shares always sum to `amount`.
pub fn split<const N: usize>(amount: u64, bps: &[u16; N]) -> Option<[u64; N]> {
    if bps.iter().map(|part| u64::from(*part)).sum::<u64>() != WHOLE_BPS {
        return None;
    }
    let mut shares = bps.map(|part| share_floor(amount, part));
    let given = shares.iter().try_fold(0u64, |sum, share| sum.checked_add(*share))?;
    let first = shares.first_mut()?;
    *first = first.checked_add(amount.checked_sub(given)?)?;
    Some(shares)
}

/// A price that is paid out share by share; what is left at the end is the Treasury's (STK-71).
///
/// Every share is floored, so their sum never exceeds the price as long as the basis points do not exceed the whole.
#[derive(Clone, Copy, Debug)]
pub struct PriceSplit {
    price: u64,
    rest: u64,
}

impl PriceSplit {
    /// Nothing of `price` is paid out yet.
    pub fn new(price: u64) -> Self {
        Self { price, rest: price }
    }

    /// Takes `floor(price × bps / 10,000)`; `None` when less than that is left.
    pub fn take_floor(&mut self, bps: u16) -> Option<u64> {
        let share = share_floor(self.price, bps);
        self.rest = self.rest.checked_sub(share)?;
        Some(share)
    }

    /// What no share has taken.
    pub fn rest(&self) -> u64 {
        self.rest
    }
}
