//! When a treasury may buy its token back or burn it, and what a buyback pays (section 10, STK-94 and STK-95).
//!
//! A price is billionths of a whole quote token for a whole token: 0.80 is 800,000,000.

/// Days of prices whose mean a fall is measured against.
pub const REFERENCE_DAYS: usize = 30;
/// Longest window of the velocity, in days.
pub const VELOCITY_DAYS: u32 = 365;
/// Fewest daily samples from which a velocity is known.
pub const FEWEST_SAMPLES: u32 = 30;
/// Decimals of a price.
pub const PRICE_DECIMALS: u8 = 9;

/// A price below this part of the reference, in percent, is a fall of over 20%.
const FALLEN_PERCENT: u128 = 80;
const WHOLE_PERCENT: u128 = 100;
/// A velocity below one part in so many, 0.2, is low.
const LOW_VELOCITY_PARTS: u128 = 5;

/// Sum of [`REFERENCE_DAYS`] prices; `None` unless there are exactly so many and none of them is 0, a missing one.
pub fn reference_sum(prices: impl Iterator<Item = u64>) -> Option<u128> {
    let mut sum = 0u128;
    let mut days = 0usize;
    for price in prices {
        if price == 0 || days == REFERENCE_DAYS {
            return None;
        }
        // At most 30 × 2^64.
        sum = sum.wrapping_add(u128::from(price));
        days = days.wrapping_add(1);
    }
    (days == REFERENCE_DAYS).then_some(sum)
}

/// Whether `price` is below 80% of the mean of the 30 prices that sum to `reference_sum`: `price × 100 × 30 < Σ × 80`,
/// so that no division rounds. A price of exactly 80% has not fallen (STK-94).
pub fn has_fallen(price: u64, reference_sum: u128) -> bool {
    // Left at most 2^64 × 3,000, right at most 30 × 2^64 × 80 for a sum that `reference_sum` gave.
    let scaled = u128::from(price).wrapping_mul(WHOLE_PERCENT).wrapping_mul(REFERENCE_DAYS as u128);
    scaled < reference_sum.saturating_mul(FALLEN_PERCENT)
}

/// What was traded over a window of days, and how much circulated in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Activity {
    /// Base units transferred and paid between the first sample and the last.
    pub volume: u64,
    /// Days between the first sample and the last.
    pub days: u32,
    /// Σ of the circulating base units of all samples.
    pub circulating: u128,
    /// Samples in the window, the first and the last included.
    pub samples: u32,
}

impl Activity {
    /// Whether the velocity is known: 30 samples at least, over a year at most.
    pub fn is_known(&self) -> bool {
        self.samples >= FEWEST_SAMPLES && self.days > 0 && self.days <= VELOCITY_DAYS
    }

    /// Whether the velocity, volume a year over the mean that circulated, is known and below 0.2 (STK-95):
    /// `volume × 365 / days / (Σ circulating / samples) < 1 / 5`, multiplied out. Exactly 0.2 is not low.
    pub fn is_slow(&self) -> bool {
        // Both sides stay below 2^96: 64 bits × 365 × 5 × 366, and 366 × 64 bits × 365.
        let traded = u128::from(self.volume)
            .wrapping_mul(u128::from(VELOCITY_DAYS))
            .wrapping_mul(LOW_VELOCITY_PARTS)
            .wrapping_mul(u128::from(self.samples));
        let circulated = self.circulating.saturating_mul(u128::from(self.days));
        self.is_known() && traded < circulated
    }
}

/// Base units of the quote token for `amount` base units at `price`, rounded down in favour of the buyer:
/// `floor(amount × price × 10^quote / 10^(token + 9))`.
///
/// `None` when it does not fit, or when the quote token has over 9 decimals more than the token.
pub fn quote_floor(amount: u64, price: u64, token_decimals: u8, quote_decimals: u8) -> Option<u64> {
    let decimals = token_decimals.checked_add(PRICE_DECIMALS)?.checked_sub(quote_decimals)?;
    let divisor = 10u128.checked_pow(u32::from(decimals))?;
    // Two factors of 64 bits.
    let product = u128::from(amount).wrapping_mul(u128::from(price));
    u64::try_from(product.checked_div(divisor)?).ok()
}

/// A price of `price × 10^exponent` in billionths, rounded down; `None` when it is not positive or does not fit.
pub fn billionths(price: i64, exponent: i32) -> Option<u64> {
    let price = u64::try_from(price).ok()?;
    let shift = exponent.checked_add(i32::from(PRICE_DECIMALS))?;
    // Nothing is left of 64 bits beyond 10^19, which is what a missing power means here.
    let power = 10u64.checked_pow(shift.unsigned_abs());
    let scaled = if shift >= 0 { price.checked_mul(power?)? } else { price.checked_div(power?)? };
    (scaled > 0).then_some(scaled)
}
