//! The weekly score: packed counts → points → reward (STK-22 to STK-31, STK-43 to STK-45).
//!
//! A member's week is one integer that holds the counted events of each scored type side by side, the first type in
//! the lowest bits. The width of a count is the bit length of its weekly cap, so it follows from the rules alone.

/// Most event types of an economy.
pub const MAX_EVENT_TYPES: usize = 16;
/// Days of a week: the weekly cap of a type is seven times its daily limit.
pub const DAYS_PER_WEEK: u64 = 7;
/// Bytes of one type's daily counts of a week: seven little-endian `u16`.
pub const BYTES_OF_DAILY_COUNTS: usize = 14;
/// Qualification levels, counted from 1.
pub const LEVELS: usize = 8;
/// Steps of the consistency coefficient; further weeks in a row keep the last.
pub const STREAK_STEPS: usize = 5;
/// Most members of one page, and so of one batch.
pub const PAGE_SLOTS: u64 = 1_024;

/// Why rules cannot be an economy's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RulesError {
    /// No event type has a weight, or there are more than [`MAX_EVENT_TYPES`].
    EventTypes,
    /// A scored type has a daily limit of zero.
    DailyLimit,
    /// The counts of a week need more than 64 bits.
    CountsTooWide,
    /// The coefficient of level 1 or of a step of the consistency is zero.
    Coefficient,
    /// Decimals outside 3 to 9: below 3 a reward would need rounding.
    Decimals,
    /// The highest weekly points or reward do not fit their fields.
    RewardTooLarge,
}

/// One event type as the score sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventWeight {
    /// Points for one event; 0 for a type that is not scored.
    pub weight: u32,
    /// Most counted events in a UTC day.
    pub daily_limit: u16,
}

/// The rules of the weekly score.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'a> {
    /// All event types; those with a weight are scored, in this order.
    pub event_types: &'a [EventWeight],
    /// Qualification coefficient of levels 1 to 8 in tenths; 0 for a level that the economy does not have.
    pub level_tenths: &'a [u16; LEVELS],
    /// Consistency coefficient of 1, 2, 3, 4 and 5 or more weeks in a row, in hundredths.
    pub streak_hundredths: &'a [u16; STREAK_STEPS],
    /// Decimals of the token.
    pub decimals: u8,
}

/// Rules prepared for scoring many members: what can be computed once is.
#[derive(Clone, Debug)]
pub struct Scorer {
    scored: usize,
    bits: u32,
    width: [u32; MAX_EVENT_TYPES],
    factor: [u64; MAX_EVENT_TYPES],
    /// Highest valid packed value: bounds the topmost count and everything above it.
    highest: u64,
    even: Overflow,
    odd: Overflow,
    /// Base units a point is worth, by `level × 8 + streak`.
    unit: [u64; (LEVELS + 1) * 8],
}

/// Finds counts above their cap, all fields of one parity at once: adding `2^width − 1 − cap` to a count carries out of
/// its field exactly when it is above the cap, and the neighbours that would be hit are masked out.
#[derive(Clone, Copy, Debug, Default)]
struct Overflow {
    mask: u64,
    addend: u64,
    carry: u64,
}

impl Overflow {
    #[inline(always)]
    fn found(&self, packed: u64) -> bool {
        (packed & self.mask).wrapping_add(self.addend) & self.carry != 0
    }
}

/// Ones in the lowest `bits` bits.
fn low_ones(bits: u32) -> u64 {
    u64::MAX.checked_shr(64u32.saturating_sub(bits)).unwrap_or(0)
}

impl Scorer {
    /// Prepares `rules`, refusing those that don't add up or don't fit.
    pub fn new(rules: &Rules) -> Result<Self, RulesError> {
        let mut scorer = Self {
            scored: 0,
            bits: 0,
            width: [0; MAX_EVENT_TYPES],
            factor: [0; MAX_EVENT_TYPES],
            highest: 0,
            even: Overflow::default(),
            odd: Overflow::default(),
            unit: [0; (LEVELS + 1) * 8],
        };
        let highest_points = scorer.lay_out(rules.event_types)?;
        let highest_unit = scorer.price(rules)?;
        // One page of members at the maximum must fit, so that nothing overflows inside a batch.
        highest_points
            .checked_mul(highest_unit)
            .and_then(|reward| reward.checked_mul(PAGE_SLOTS))
            .ok_or(RulesError::RewardTooLarge)?;
        Ok(scorer)
    }

    /// Places the counts; returns the highest points of a week.
    fn lay_out(&mut self, event_types: &[EventWeight]) -> Result<u64, RulesError> {
        if event_types.len() > MAX_EVENT_TYPES {
            return Err(RulesError::EventTypes);
        }
        let mut highest_points = 0u64;
        let mut previous = 0u64;
        let places = self.width.iter_mut().zip(self.factor.iter_mut());
        for ((width_place, factor), event_type) in places.zip(event_types.iter().filter(|t| t.weight > 0)) {
            let weight = u64::from(event_type.weight);
            let cap = u64::from(event_type.daily_limit).wrapping_mul(DAYS_PER_WEEK);
            if cap == 0 {
                return Err(RulesError::DailyLimit);
            }
            let width = 64u32.saturating_sub(cap.leading_zeros());
            let shift = self.bits;
            self.bits = shift.saturating_add(width);
            if self.bits > 64 {
                return Err(RulesError::CountsTooWide);
            }
            let points = cap.checked_mul(weight).ok_or(RulesError::RewardTooLarge)?;
            highest_points = highest_points.checked_add(points).ok_or(RulesError::RewardTooLarge)?;

            *width_place = width;
            // With t_i = packed >> shift_i, count_i = t_i − (t_(i+1) << width_i): summed with the weights, every t_i
            // appears once, times this factor. Needs no masks; modulo 2^64 throughout, and the sum itself fits.
            *factor = weight.wrapping_sub(previous);
            previous = weight.checked_shl(width).unwrap_or(0);

            let field = low_ones(width).checked_shl(shift).unwrap_or(0);
            let parity = if self.scored.is_multiple_of(2) { &mut self.even } else { &mut self.odd };
            parity.mask |= field;
            parity.addend |= low_ones(width).wrapping_sub(cap).checked_shl(shift).unwrap_or(0);
            parity.carry |= 1u64.checked_shl(self.bits).unwrap_or(0);
            self.highest = cap.checked_shl(shift).unwrap_or(0) | low_ones(shift);
            self.scored = self.scored.saturating_add(1);
        }
        if self.scored == 0 {
            return Err(RulesError::EventTypes);
        }
        match u32::try_from(highest_points) {
            Ok(_) => Ok(highest_points),
            Err(_) => Err(RulesError::RewardTooLarge),
        }
    }

    /// Fills in what a point is worth: `level_tenths × streak_hundredths × 10^(decimals − 3)` base units, exact since
    /// tenths times hundredths are thousandths (STK-45). Returns the highest.
    fn price(&mut self, rules: &Rules) -> Result<u64, RulesError> {
        let fraction = match rules.decimals {
            decimals @ 3..=9 => 10u64.pow(u32::from(decimals).wrapping_sub(3)),
            _ => return Err(RulesError::Decimals),
        };
        if rules.level_tenths[0] == 0 || rules.streak_hundredths.contains(&0) {
            return Err(RulesError::Coefficient);
        }
        let mut highest = 0;
        for (row, level) in self.unit.chunks_exact_mut(8).skip(1).zip(rules.level_tenths) {
            for (unit, streak) in row.iter_mut().skip(1).zip(rules.streak_hundredths) {
                // u16 × u16 × 10^6 is below 2^53.
                *unit = u64::from(*level).wrapping_mul(u64::from(*streak)).wrapping_mul(fraction);
                highest = highest.max(*unit);
            }
        }
        Ok(highest)
    }

    /// Bytes that an active member takes in a batch.
    pub fn bytes(&self) -> usize {
        self.bits.div_ceil(8) as usize
    }

    /// Bits of the packed counts.
    pub fn bits(&self) -> u32 {
        self.bits
    }

    /// How many event types are scored.
    pub fn scored(&self) -> usize {
        self.scored
    }

    /// Points of packed weekly counts: `Σ count × weight`, or `None` when a count is above seven times its daily limit
    /// (STK-30). `N` is a bound of the number of scored types: the loop is unrolled.
    #[inline(always)]
    pub fn points<const N: usize>(&self, packed: u64) -> Option<u64> {
        if packed > self.highest || self.even.found(packed) || self.odd.found(packed) {
            return None;
        }
        let mut points = 0u64;
        let mut rest = packed;
        for (width, factor) in self.width.iter().zip(&self.factor).take(N) {
            points = points.wrapping_add(rest.wrapping_mul(*factor));
            rest = rest.wrapping_shr(*width);
        }
        Some(points)
    }

    /// Base units that a point is worth at `level` (1 to 8) and `streak` (1 to 5); 0 for any other.
    #[inline(always)]
    pub fn unit(&self, level: u8, streak: u8) -> u64 {
        self.unit
            .get(usize::from(level).wrapping_mul(8).wrapping_add(usize::from(streak & 7)))
            .copied()
            .unwrap_or(0)
    }
}

/// Weeks in a row including `week`: one more when the week before was active, else 1; counted up to 5 (STK-43, STK-44).
#[inline(always)]
pub fn streak_after(streak: u8, last_active_week: u32, week: u32) -> u8 {
    if last_active_week.wrapping_add(1) != week {
        1
    } else if streak < STREAK_STEPS as u8 {
        streak.wrapping_add(1)
    } else {
        STREAK_STEPS as u8
    }
}

/// Points of a week's daily counts with the daily limits applied: `Σ weight × min(count, daily_limit)` (STK-30).
///
/// `daily` holds little-endian `u16` counts, day by day from Monday, of the scored types in the order of the rules;
/// `None` when its length is not `7 × scored × 2`.
pub fn points_of_days(event_types: &[EventWeight], daily: &[u8]) -> Option<u64> {
    let scored = event_types.iter().filter(|event_type| event_type.weight > 0);
    let counts = daily.chunks_exact(2).map(|pair| pair.try_into().map_or(0, u16::from_le_bytes));
    let expected = scored.clone().count().checked_mul(BYTES_OF_DAILY_COUNTS)?;
    if daily.len() != expected {
        return None;
    }
    counts.zip(scored.cycle()).try_fold(0u64, |sum, (count, event_type)| {
        let counted = u64::from(count.min(event_type.daily_limit));
        sum.checked_add(counted.checked_mul(u64::from(event_type.weight))?)
    })
}
