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

/// Words of prepared rules, see [`prepare`].
pub const PREPARED_WORDS: usize = UNITS + UNIT_WORDS;

// Places of the prepared rules.
const SCORED: usize = 0;
const BITS: usize = 1;
const HIGHEST: usize = 2;
const ADDEND: usize = 3;
const CARRIES: usize = 4;
const NO_CARRY: usize = 5;
const SUM_SHIFT: usize = 6;
const MASKS: usize = 7;
const WEIGHTS: usize = MASKS + MAX_EVENT_TYPES;
const UNITS: usize = WEIGHTS + MAX_EVENT_TYPES;
/// Shift of sums in rules that are not aligned.
const NOT_ALIGNED: u32 = 64;
/// Distance of the units of two levels: a power of two above the steps of the consistency.
const UNITS_OF_LEVEL: usize = 8;
/// More than the levels need, and a power of two: a mask then keeps an index inside, for less than a comparison.
const UNIT_WORDS: usize = 128;

/// Ones in the lowest `bits` bits.
fn low_ones(bits: u32) -> u64 {
    u64::MAX.checked_shr(64u32.saturating_sub(bits)).unwrap_or(0)
}

/// Prepares `rules` for scoring many members, refusing those that don't add up or don't fit.
///
/// What follows from the rules alone is computed here once, when an economy is created, and stored with it: preparing
/// for every batch would cost more than a tenth of the batch. [`Scorer`] reads the words; those of an account are
/// written in place, since a copy would not fit the program's stack. `words` are zeros before.
pub fn prepare(rules: &Rules, words: &mut [u64; PREPARED_WORDS]) -> Result<(), RulesError> {
    let (head, units) = words.split_at_mut(UNITS);
    let highest_points = lay_out(rules.event_types, head)?;
    let highest_unit = price(rules, units)?;
    // One page of members at the maximum must fit, so that nothing overflows inside a batch.
    highest_points
        .checked_mul(highest_unit)
        .and_then(|reward| reward.checked_mul(PAGE_SLOTS))
        .ok_or(RulesError::RewardTooLarge)?;
    Ok(())
}

/// Places the counts; returns the highest points of a week.
fn lay_out(event_types: &[EventWeight], head: &mut [u64]) -> Result<u64, RulesError> {
    if event_types.len() > MAX_EVENT_TYPES {
        return Err(RulesError::EventTypes);
    }
    let (places, weights) = head.split_at_mut(WEIGHTS);
    let (summary, masks) = places.split_at_mut(MASKS);
    let (mut bits, mut scored, mut last_shift) = (0u32, 0u64, 0u32);
    let (mut highest, mut addend, mut carries, mut highest_points) = (0u64, 0u64, 0u64, 0u64);
    for ((mask, weight), event_type) in masks
        .iter_mut()
        .zip(weights.iter_mut())
        .zip(event_types.iter().filter(|event_type| event_type.weight > 0))
    {
        let cap = u64::from(event_type.daily_limit).wrapping_mul(DAYS_PER_WEEK);
        if cap == 0 {
            return Err(RulesError::DailyLimit);
        }
        let width = 64u32.saturating_sub(cap.leading_zeros());
        let shift = bits;
        bits = shift.saturating_add(width);
        if bits > 64 {
            return Err(RulesError::CountsTooWide);
        }
        let points = cap.checked_mul(u64::from(event_type.weight)).ok_or(RulesError::RewardTooLarge)?;
        highest_points = highest_points.checked_add(points).ok_or(RulesError::RewardTooLarge)?;

        *mask = low_ones(width).wrapping_shl(shift);
        *weight = u64::from(event_type.weight);
        highest = cap.wrapping_shl(shift) | low_ones(shift);
        addend |= low_ones(width).wrapping_sub(cap).wrapping_shl(shift);
        carries |= 1u64.checked_shl(bits).unwrap_or(0);
        last_shift = shift;
        scored = scored.saturating_add(1);
    }
    if scored == 0 {
        return Err(RulesError::EventTypes);
    }
    if u32::try_from(highest_points).is_err() {
        return Err(RulesError::RewardTooLarge);
    }
    // Bits that fill the last byte are a count that must be zero.
    let filled = bits.next_multiple_of(8);
    addend |= low_ones(filled.saturating_sub(bits)).checked_shl(bits).unwrap_or(0);
    carries |= 1u64.checked_shl(filled).unwrap_or(0);
    // Where the products fit above the topmost count, counts are weighed in groups.
    let room_for_points = highest_points.leading_zeros();
    let is_aligned = last_shift <= room_for_points && filled < 64;
    let sum_shift = if is_aligned { room_for_points } else { NOT_ALIGNED };
    if is_aligned {
        group(masks, weights, sum_shift).ok_or(RulesError::EventTypes)?;
    }
    summary.copy_from_slice(&[
        scored,
        u64::from(bits),
        highest,
        addend,
        carries,
        addend & carries,
        u64::from(sum_shift),
    ]);
    Ok(highest_points)
}

/// Gathers counts that one multiplication can weigh together: masks and weights of the types become those of groups.
///
/// A weight is moved so that the product with its own count begins at `sum_shift`, above which there is room for the
/// points and nothing else: whatever lies higher leaves the word. In a group every count also meets the weights of the
/// others. With that of a lower count it must leave the word, so counts of a group begin at least the width of the points
/// apart; with that of a higher count it falls below `sum_shift`, and all of these together must not carry into it.
///
/// `None` never, since groups are no more than types.
fn group(masks: &mut [u64], weights: &mut [u64], sum_shift: u32) -> Option<()> {
    let width = 64u32.saturating_sub(sum_shift);
    let mut room = 1u64.wrapping_shl(sum_shift);
    // Mask, weight and the start of the highest count of each group.
    let mut groups = [(0u64, 0u64, 0u32); MAX_EVENT_TYPES];
    let mut used = 0usize;
    for (mask, weight) in masks.iter().zip(weights.iter()).filter(|(mask, _)| **mask != 0) {
        let start = mask.trailing_zeros();
        let moved = weight.wrapping_shl(sum_shift.wrapping_sub(start));
        let carried = |group: u64| group.checked_mul(moved).filter(|below| *below < room);
        let takes = |(group, _, highest): &(u64, u64, u32)| {
            start.saturating_sub(*highest) >= width && carried(*group).is_some()
        };
        let place = groups.get(..used)?.iter().position(takes).unwrap_or(used);
        used = used.max(place.saturating_add(1));
        let (group, factor, highest) = groups.get_mut(place)?;
        room = room.wrapping_sub(carried(*group)?);
        (*group, *factor, *highest) = (*group | mask, factor.wrapping_add(moved), start);
    }
    for ((mask, weight), (group, factor, _)) in masks.iter_mut().zip(weights).zip(groups) {
        (*mask, *weight) = (group, factor);
    }
    Some(())
}

/// Fills in what a point is worth: `level_tenths × streak_hundredths × 10^(decimals − 3)` base units, exact since
/// tenths times hundredths are thousandths (STK-45). Returns the highest.
fn price(rules: &Rules, units: &mut [u64]) -> Result<u64, RulesError> {
    let fraction = match rules.decimals {
        decimals @ 3..=9 => 10u64.pow(u32::from(decimals).wrapping_sub(3)),
        _ => return Err(RulesError::Decimals),
    };
    if rules.level_tenths.first() == Some(&0) || rules.streak_hundredths.contains(&0) {
        return Err(RulesError::Coefficient);
    }
    let mut highest = 0;
    for (row, level) in units.chunks_exact_mut(UNITS_OF_LEVEL).skip(1).zip(rules.level_tenths) {
        for (unit, streak) in row.iter_mut().skip(1).zip(rules.streak_hundredths) {
            // u16 × u16 × 10^6 is below 2^53.
            *unit = u64::from(*level).wrapping_mul(u64::from(*streak)).wrapping_mul(fraction);
            highest = highest.max(*unit);
        }
    }
    Ok(highest)
}

/// Scores members by prepared rules.
#[derive(Clone, Copy, Debug)]
pub struct Scorer<'a>(&'a [u64; PREPARED_WORDS]);

impl<'a> Scorer<'a> {
    /// A scorer over the words that [`prepare`] made.
    pub fn new(prepared: &'a [u64; PREPARED_WORDS]) -> Self {
        Self(prepared)
    }

    /// How many event types are scored.
    pub fn scored(&self) -> usize {
        self.0[SCORED] as usize
    }

    /// Bits of the packed counts.
    pub fn bits(&self) -> u32 {
        self.0[BITS] as u32
    }

    /// Bytes that an active member takes in a batch.
    pub fn bytes(&self) -> usize {
        self.bits().div_ceil(8) as usize
    }

    /// Multiplications that [`Self::points_aligned`] needs.
    pub fn groups(&self) -> usize {
        self.0[WEIGHTS..UNITS].iter().take_while(|weight| **weight > 0).count()
    }

    /// Whether [`Self::points_aligned`] may be used: the counts fit seven bytes and their products fit above them.
    pub fn is_aligned(&self) -> bool {
        self.0[SUM_SHIFT] != u64::from(NOT_ALIGNED)
    }

    /// Whether no count is above its cap, all at once: adding `2^width − 1 − cap` to a count carries out of its field
    /// exactly when the count is above the cap or a lower count was, and a carry flips the sum bit that it reaches.
    /// Sees neither a carry that leaves the word nor bits above the last byte of the counts.
    #[inline(always)]
    fn within_caps(&self, packed: u64) -> bool {
        (packed.wrapping_add(self.0[ADDEND]) ^ packed) & self.0[CARRIES] == self.0[NO_CARRY]
    }

    /// Points of packed weekly counts: `Σ count × weight`, or `None` when a count is above seven times its daily limit
    /// (STK-30).
    pub fn points(&self, packed: u64) -> Option<u64> {
        // The comparison covers the topmost count and all bits above it.
        if packed > self.0[HIGHEST] || !self.within_caps(packed) {
            return None;
        }
        if self.is_aligned() {
            return self.points_aligned::<MAX_EVENT_TYPES>(packed);
        }
        let mut shift = 0u32;
        let mut points = 0u64;
        for (mask, weight) in self.0[MASKS..WEIGHTS].iter().zip(&self.0[WEIGHTS..UNITS]).take(self.scored()) {
            let count = (packed & mask).wrapping_shr(shift);
            points = points.wrapping_add(count.wrapping_mul(*weight));
            shift = shift.wrapping_add(mask.count_ones());
        }
        Some(points)
    }

    /// [`Self::points`] for aligned rules of at most `N` groups, and `packed` of no more bytes than
    /// [`Self::bytes`]; the loop is unrolled.
    #[inline(always)]
    pub fn points_aligned<const N: usize>(&self, packed: u64) -> Option<u64> {
        if !self.within_caps(packed) {
            return None;
        }
        let (masks, weights) = (&self.0[MASKS..WEIGHTS], &self.0[WEIGHTS..UNITS]);
        let mut sum = 0u64;
        for (mask, weight) in masks.iter().zip(weights).take(N) {
            sum = sum.wrapping_add((packed & mask).wrapping_mul(*weight));
        }
        Some(sum.wrapping_shr(self.0[SUM_SHIFT] as u32))
    }

    /// Base units that a point is worth at `level` (1 to 8) and `streak` (1 to 5); 0 for any other up to 15 and 7.
    #[inline(always)]
    pub fn unit(&self, level: usize, streak: usize) -> u64 {
        let place = level.wrapping_mul(UNITS_OF_LEVEL).wrapping_add(streak) % UNIT_WORDS;
        self.0[UNITS..].get(place).copied().unwrap_or(0)
    }
}

/// Weeks in a row after an active week that follows an active week with `streak`: one more, counted up to 5 (STK-43).
/// After a week without a counted event the streak is 1 (STK-44).
#[inline(always)]
pub fn streak_after(streak: usize) -> usize {
    streak.wrapping_add(1).min(STREAK_STEPS)
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
