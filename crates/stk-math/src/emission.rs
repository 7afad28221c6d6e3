//! The emission curve: a yearly amount that halves every few years, released by the day (STK-05 to STK-11).

/// Days of an emission year; it counts from genesis and knows no leap days (STK-08).
pub const DAYS_PER_YEAR: u64 = 365;
/// Seconds of a day.
pub const SECONDS_PER_DAY: u64 = 86_400;

/// A halving emission curve.
///
/// Invariant: `first_year × 365` and the whole series fit `u64`, so none of the methods can overflow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EmissionCurve {
    first_year: u64,
    halving_years: u64,
}

impl EmissionCurve {
    /// A curve that emits `first_year` base units in each of the first `halving_years` years, then half of it, and so on.
    ///
    /// `None` when either is zero, or when the sum of the series is above `cap` or does not fit `u64`.
    pub fn new(first_year: u64, halving_years: u8, cap: u64) -> Option<Self> {
        let curve = Self::accepted(first_year, halving_years);
        let fits_a_year = first_year.checked_mul(DAYS_PER_YEAR).is_some();
        let total = curve.total()?;
        (first_year > 0 && halving_years > 0 && fits_a_year && total <= cap).then_some(curve)
    }

    /// The curve of numbers that [`Self::new`] accepted before: summing the series again would cost more than a release.
    pub fn accepted(first_year: u64, halving_years: u8) -> Self {
        Self { first_year, halving_years: u64::from(halving_years) }
    }

    /// Base units of emission year `year`, counted from 0: `first_year >> (year / halving_years)`; 0 once the shift
    /// leaves nothing (STK-05, STK-11).
    pub fn year_amount(&self, year: u64) -> u64 {
        let halvings = year.checked_div(self.halving_years).unwrap_or(u64::MAX);
        u32::try_from(halvings).ok().and_then(|by| self.first_year.checked_shr(by)).unwrap_or(0)
    }

    /// Base units due when `days` whole days have ended since genesis.
    ///
    /// Within a year the sum up to day `d` is `floor(E × d / 365)`, so the days of a year add up to `E` exactly and any
    /// number of missed days can be released together without drift (STK-07, STK-10).
    pub fn cumulative(&self, days: u64) -> u64 {
        let (year, day) = (days / DAYS_PER_YEAR, days % DAYS_PER_YEAR);
        let periods = year.checked_div(self.halving_years).unwrap_or(0);
        let years_of_period = year.checked_rem(self.halving_years).unwrap_or(0);

        let mut sum = 0u64;
        let mut amount = self.first_year;
        let mut period = 0u64;
        while period < periods && amount > 0 {
            sum = sum.wrapping_add(amount.wrapping_mul(self.halving_years));
            amount >>= 1;
            period = period.wrapping_add(1);
        }
        // Bounded by `total`, which `new` checked; the product by `first_year × 365`, checked too.
        sum.wrapping_add(amount.wrapping_mul(years_of_period))
            .wrapping_add(amount.wrapping_mul(day) / DAYS_PER_YEAR)
    }

    /// Base units of the whole series: the most that can ever be minted (STK-09). `None` when it does not fit `u64`.
    pub fn total(&self) -> Option<u64> {
        let mut sum = 0u64;
        let mut amount = self.first_year;
        while amount > 0 {
            sum = sum.checked_add(amount.checked_mul(self.halving_years)?)?;
            amount >>= 1;
        }
        Some(sum)
    }
}

/// Whole days that have ended between `genesis` and `now` (unix seconds); 0 before genesis.
pub fn days_ended(genesis: i64, now: i64) -> u64 {
    now.checked_sub(genesis).and_then(|elapsed| u64::try_from(elapsed).ok()).unwrap_or(0) / SECONDS_PER_DAY
}
