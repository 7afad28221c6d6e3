//! The redistribution from members who have long been inactive: days, bands and amounts (STK-86 to STK-93).

use crate::split::floor_of_bps;

/// How many bands an economy has.
pub const BANDS: usize = 3;
/// The earliest day from which on a band may take anything.
pub const FEWEST_DAYS: u16 = 30;
/// The most that a band may take in a quarter, in basis points.
pub const MOST_BPS: u16 = 2_500;
/// The unix day of the Sunday that closes week 0.
const FIRST_SUNDAY: u64 = 10;
const DAYS_OF_WEEK: u64 = 7;

/// From `days` without activity on, up to the next band, `bps` of the base are taken each quarter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Band {
    pub days: u16,
    pub bps: u16,
}

/// Bands are by rising days from [`FEWEST_DAYS`] on, with shares that never fall, up to [`MOST_BPS`]; or all zero, which
/// takes nothing from anybody.
pub fn is_accepted(bands: &[Band; BANDS]) -> bool {
    let [first, second, third] = bands;
    let is_off = bands.iter().all(|band| band.days == 0 && band.bps == 0);
    let is_rising = first.days < second.days && second.days < third.days;
    let never_falls = first.bps <= second.bps && second.bps <= third.bps;
    is_off || (first.days >= FEWEST_DAYS && is_rising && never_falls && third.bps <= MOST_BPS)
}

/// Whole days from a member's last activity to `today`, unix days: the later of the Sunday that closes `last_active_week`
/// (0 for none) and `last_reward_day`, which is the day of the registration before any reward. 0 when that lies ahead.
#[inline(always)]
pub fn inactive_days(today: u32, last_active_week: u32, last_reward_day: u32) -> u32 {
    // At most `today`, which is a `u32`.
    u64::from(today).saturating_sub(last_activity_day(last_active_week, last_reward_day)) as u32
}

/// The later of the Sunday that closes `last_active_week` (0 for none) and `last_reward_day`.
#[inline(always)]
fn last_activity_day(last_active_week: u32, last_reward_day: u32) -> u64 {
    // In 64 bits, where nothing wraps and the virtual machine cuts nothing off.
    let (week, reward_day) = (u64::from(last_active_week), u64::from(last_reward_day));
    let sunday = week.wrapping_mul(DAYS_OF_WEEK).wrapping_add(FIRST_SUNDAY);
    if week != 0 && sunday > reward_day {
        sunday
    } else {
        reward_day
    }
}

/// Which band `days` without activity fall into; `None` before the first (STK-86: the grace period).
#[inline(always)]
pub fn band_of(bands: &[Band; BANDS], days: u32) -> Option<usize> {
    let [first, second, third] = bands;
    if days < u32::from(first.days) {
        None
    } else if days < u32::from(second.days) {
        Some(0)
    } else if days < u32::from(third.days) {
        Some(1)
    } else {
        Some(2)
    }
}

/// The bands as they stand on one day, prepared for many members: a member's last activity lies in a band when it lies
/// before the band's `ends`, which spares every member the subtraction and the casts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BandsOfDay {
    /// The first unix days of activity that is too recent for each band; falling.
    ends: [u64; BANDS],
    bps: [u64; BANDS],
}

impl BandsOfDay {
    /// The bands on `today`, a unix day.
    pub fn new(bands: &[Band; BANDS], today: u32) -> Self {
        let tomorrow = u64::from(today).wrapping_add(1);
        let end = |days: u16| tomorrow.saturating_sub(days.into());
        Self { ends: bands.map(|band| end(band.days)), bps: bands.map(|band| band.bps.into()) }
    }

    /// Which band the member falls into, as [`band_of`] says it for [`inactive_days`], and what the band takes in basis
    /// points.
    #[inline(always)]
    pub fn band(&self, last_active_week: u32, last_reward_day: u32) -> Option<(usize, u64)> {
        let last = last_activity_day(last_active_week, last_reward_day);
        let [first, second, third] = self.ends;
        let [of_first, of_second, of_third] = self.bps;
        if last >= first {
            None
        } else if last >= second {
            Some((0, of_first))
        } else if last >= third {
            Some((1, of_second))
        } else {
            Some((2, of_third))
        }
    }
}

/// What is taken of `balance` and of `staked`: together the floor of `bps` of both, from the balance first, so that a stake
/// is no shelter. The fraction of a base unit that the floor leaves stays with the member.
///
/// `balance + staked` must fit `u64`, as parts of one supply do.
#[inline(always)]
pub fn redistributed_floor(balance: u64, staked: u64, bps: u64) -> (u64, u64) {
    let amount = floor_of_bps(balance.wrapping_add(staked), bps);
    if amount <= balance {
        (amount, 0)
    } else {
        (balance, amount.wrapping_sub(balance))
    }
}
