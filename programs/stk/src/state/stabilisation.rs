use {
    crate::error::StkError,
    anchor_lang::prelude::*,
    stk_math::stabilisation::{has_fallen, reference_sum, Activity, REFERENCE_DAYS},
};

/// Daily samples that are kept: those of a year and the one before it.
pub const SAMPLES: usize = 366;

/// What is known of one day; a day without a price has none.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, bytemuck::Pod, bytemuck::Zeroable, IdlType)]
pub struct DaySample {
    /// Billionths of a whole quote token for a whole token; 0 for none.
    pub price: u64,
    /// `Economy::volume` when the price was posted.
    pub volume: u64,
    /// `Economy::circulating` when the price was posted.
    pub circulating: u64,
}

/// Prices of the token, and what the treasury holds to buy it back (section 10).
///
/// Created by `create_stabilisation`, never closed. The sample of unix day `d` stands at `d mod 366`; days without a
/// price are cleared when a later one is posted, so a place says of which day it is.
#[account]
pub struct Stabilisation {
    /// Base units of the quote token that are booked; the quote vault holds at least that much.
    pub quote_balance: u64,
    /// Most base units of the quote token that one buyback may spend.
    pub buyback_limit: u64,
    /// What the last buyback pays, in billionths of a whole quote token for a whole token.
    pub order_price: u64,
    /// Base units of the quote token that the last buyback has left to spend.
    pub order_quote_left: u64,
    /// Unix second from which on the last buyback is over: the end of the day on which it was opened.
    pub order_expires_at: i64,
    /// When the last buyback was opened; 0 for never.
    pub order_opened_at: i64,
    /// Seconds between the openings of two buybacks.
    pub cooldown_seconds: u32,
    /// Unix day of the last price; 0 before the first.
    pub last_day: u32,
    /// The economy that this belongs to.
    pub economy: Address,
    /// The token that prices are quoted in and buybacks pay with, such as USDC.
    pub quote_mint: Address,
    /// Token account of the quote mint; its authority is the economy.
    pub quote_vault: Address,
    /// Account of a price feed that `read_price` reads; zero for none.
    pub feed_account: Address,
    /// The feed that this account must be about.
    pub feed_id: [u8; 32],
    /// Decimals of the quote token.
    pub quote_decimals: u8,
    pub bump: u8,
    pub _reserved: [u8; 62],
    /// The samples by day.
    pub samples: [DaySample; SAMPLES],
}

/// Place of a day among the samples.
fn place_of(day: u32) -> usize {
    // `SAMPLES` is not 0.
    day as usize % SAMPLES
}

impl Stabilisation {
    pub const SEED: &'static [u8] = b"stabilisation";
    pub const QUOTE_VAULT_SEED: &'static [u8] = b"quote-vault";

    /// Writes the sample of `day`, which must lie behind the last one and not behind `today`.
    #[inline(never)]
    pub fn record(&mut self, day: u32, today: u32, sample: DaySample) -> Result<()> {
        require!(day > self.last_day && day <= today, StkError::PriceDayOutOfOrder);
        require!(sample.price > 0, StkError::BadPrice);

        // Days that were passed over; before the first price there is nothing to clear.
        let first = if self.last_day == 0 { day } else { self.last_day.saturating_add(1) };
        let skipped = first..day;
        for passed in skipped.rev().take(SAMPLES) {
            if let Some(place) = self.samples.get_mut(place_of(passed)) {
                place.price = 0;
            }
        }
        if let Some(place) = self.samples.get_mut(place_of(day)) {
            *place = sample;
        }
        self.last_day = day;
        Ok(())
    }

    /// The samples of the 366 days up to that of the last price, in two parts: the newer ones, which end with that day,
    /// and the older ones before them. Both run from old to new: the place behind the newest holds the oldest.
    fn by_age(&self) -> (&[DaySample], &[DaySample]) {
        self.samples.split_at(place_of(self.last_day).saturating_add(1))
    }

    /// Today's price; `None` when none was posted.
    pub fn price_of(&self, today: u32) -> Option<u64> {
        let sample = self.samples.get(place_of(today))?;
        (self.last_day == today && sample.price > 0).then_some(sample.price)
    }

    /// Σ of the prices of the 30 days before today; `None` unless all of them and today's were posted.
    pub fn reference_sum(&self, today: u32) -> Option<u128> {
        self.price_of(today)?;
        let (newer, older) = self.by_age();
        let before = newer.iter().rev().chain(older.iter().rev()).skip(1);
        reference_sum(before.take(REFERENCE_DAYS).map(|sample| sample.price))
    }

    /// Whether today's price is below 80% of the mean of the 30 days before (STK-94).
    pub fn has_fallen(&self, today: u32) -> bool {
        let prices = self.price_of(today).zip(self.reference_sum(today));
        prices.is_some_and(|(price, sum)| has_fallen(price, sum))
    }

    /// What was traded and circulated over the samples of the 365 days up to today; nothing unless today has a price.
    #[inline(never)]
    pub fn activity(&self, today: u32) -> Activity {
        let mut activity = Activity::default();
        let Some(newest) = self.samples.get(place_of(today)).filter(|_| self.price_of(today).is_some())
        else {
            return activity;
        };
        let mut oldest = None;
        let mut days = SAMPLES as u32;
        // Two plain loops: one over both parts costs half as much again for each sample.
        let (newer, older) = self.by_age();
        for part in [older, newer] {
            for sample in part {
                // 366 places: from 365 days before today down to 0.
                days = days.wrapping_sub(1);
                if sample.price == 0 {
                    continue;
                }
                if oldest.is_none() {
                    oldest = Some((sample.volume, days));
                }
                activity.circulating = activity.circulating.wrapping_add(u128::from(sample.circulating));
                activity.samples = activity.samples.wrapping_add(1);
            }
        }
        if let Some((volume, days)) = oldest {
            // The counter wraps; its difference is right as long as less than 2^64 is traded in a year.
            activity.volume = newest.volume.wrapping_sub(volume);
            activity.days = days;
        }
        activity
    }

    /// What the open buyback has left to spend; 0 when none is open.
    pub fn open_quote(&self, now: i64) -> u64 {
        if now < self.order_expires_at {
            self.order_quote_left
        } else {
            0
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::arithmetic_side_effects,
        clippy::unwrap_used,
        clippy::indexing_slicing,
        reason = "tests"
    )]

    use super::*;

    fn empty() -> Box<Stabilisation> {
        Box::new(bytemuck::Zeroable::zeroed())
    }

    fn sample(price: u64, volume: u64, circulating: u64) -> DaySample {
        DaySample { price, volume, circulating }
    }

    #[test]
    fn a_skipped_day_leaves_no_price_of_the_year_before() {
        let mut state = empty();
        for day in 20_000..20_400 {
            state.record(day, day, sample(5, 0, 0)).unwrap();
        }
        assert_eq!(state.reference_sum(20_399), Some(150));
        state.record(20_401, 20_401, sample(5, 0, 0)).unwrap();
        assert_eq!(state.reference_sum(20_401), None, "20,400 has no price");
        for day in 20_402..20_431 {
            state.record(day, day, sample(5, 0, 0)).unwrap();
            assert_eq!(state.reference_sum(day), None, "{day}");
        }
        state.record(20_431, 20_431, sample(5, 0, 0)).unwrap();
        assert_eq!(state.reference_sum(20_431), Some(150));
        assert_eq!(state.reference_sum(20_432), None, "tomorrow has no price");
    }

    #[test]
    fn a_long_silence_clears_everything() {
        let mut state = empty();
        for day in 20_000..20_366 {
            state.record(day, day, sample(5, 7, 9)).unwrap();
        }
        assert_eq!(state.activity(20_365).samples, 366);
        state.record(u32::MAX, u32::MAX, sample(5, 7, 9)).unwrap();
        assert_eq!(state.activity(u32::MAX).samples, 1);
        assert_eq!(state.samples.iter().filter(|each| each.price > 0).count(), 1);
    }

    #[test]
    fn activity_reaches_back_365_days_and_not_further() {
        let mut state = empty();
        for day in 20_000..=20_366 {
            state.record(day, day, sample(1, u64::from(day) * 10, 1_000)).unwrap();
        }
        let expected = Activity { volume: 3_650, days: 365, circulating: 366_000, samples: 366 };
        assert_eq!(state.activity(20_366), expected);
        assert_eq!(state.activity(20_367), Activity::default(), "no price of that day");
    }

    #[test]
    fn activity_survives_a_counter_that_wraps() {
        let mut state = empty();
        state.record(10, 10, sample(1, u64::MAX - 4, 3)).unwrap();
        state.record(12, 12, sample(1, 5, 5)).unwrap();
        assert_eq!(state.activity(12), Activity { volume: 10, days: 2, circulating: 8, samples: 2 });
    }

    #[test]
    fn prices_are_recorded_in_the_order_of_days_up_to_today() {
        let mut state = empty();
        assert!(state.record(0, 10, sample(1, 0, 0)).is_err());
        assert!(state.record(11, 10, sample(1, 0, 0)).is_err());
        assert!(state.record(10, 10, sample(0, 0, 0)).is_err());
        state.record(10, 10, sample(1, 0, 0)).unwrap();
        assert!(state.record(10, 10, sample(1, 0, 0)).is_err());
        assert!(state.record(9, 10, sample(1, 0, 0)).is_err());
        assert_eq!(state.price_of(10), Some(1));
    }
}
