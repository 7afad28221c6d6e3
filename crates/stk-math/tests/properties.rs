//! What holds for all inputs, and agreement with references in integers of any size.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod support;

use num_bigint::BigUint;
use proptest::prelude::*;
use stk_math::{
    band::{band_of, inactive_days, is_accepted, redistributed_floor, Band, BandsOfDay},
    emission::EmissionCurve,
    governance::{is_passed, quorum_ceil},
    merkle::{is_included, leaf_hash},
    pro_rata::ProRata,
    quarter::quarter_of_day,
    score::{points_of_days, EventWeight, Scorer},
    split::{share_floor, split, PriceSplit},
    stabilisation::{billionths, has_fallen, quote_floor, reference_sum, Activity},
    vesting::vested_floor,
    week::{week_end, week_of, week_start},
};
use support::{inclusion_path, points, sha256, stk, tree_hash, OwnRules};

fn big(value: u64) -> BigUint {
    BigUint::from(value)
}

/// `floor(a × b / c)` in integers of any size.
fn scaled(a: u64, b: u64, c: u64) -> BigUint {
    big(a) * big(b) / big(c)
}

/// The emission up to `days` summed year by year from the definition.
fn emission_by_years(first_year: u64, halving_years: u64, days: u64) -> BigUint {
    let (whole, rest) = (days / 365, days % 365);
    let of_year = |year: u64| big(first_year) >> (year / halving_years);
    let years: BigUint = (0..whole).map(of_year).sum();
    years + of_year(whole) * rest / 365u32
}

/// Numbers of every magnitude.
fn any_size() -> impl Strategy<Value = u64> {
    (any::<u64>(), 0u32..64).prop_map(|(value, shift)| value >> shift)
}

fn curves() -> impl Strategy<Value = (u64, u8, EmissionCurve)> {
    (any_size(), 1u8..).prop_filter_map("the curve fits", |(first_year, halving_years)| {
        EmissionCurve::new(first_year, halving_years, u64::MAX)
            .map(|curve| (first_year, halving_years, curve))
    })
}

/// Bands that the program accepts.
fn bands() -> impl Strategy<Value = [Band; 3]> {
    let days = prop::array::uniform3(30u16..).prop_filter_map("the days differ", |mut days| {
        days.sort_unstable();
        (days[0] < days[1] && days[1] < days[2]).then_some(days)
    });
    (days, prop::array::uniform3(0u16..=2_500)).prop_map(|(days, mut bps)| {
        bps.sort_unstable();
        [0, 1, 2].map(|index| Band { days: days[index], bps: bps[index] })
    })
}

fn is_leap_year(year: u32) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

/// The quarter of a day by counting the days of months one after the other.
fn quarter_by_months(day: u32) -> u32 {
    let (mut year, mut month, mut rest) = (1_970, 0, day);
    loop {
        let february = if is_leap_year(year) { 29 } else { 28 };
        let days = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month];
        if rest < days {
            return (year - 1_970) * 4 + month as u32 / 3;
        }
        rest -= days;
        month = (month + 1) % 12;
        year += u32::from(month == 0);
    }
}

fn shares() -> impl Strategy<Value = [u16; 5]> {
    prop::array::uniform4(0u16..=10_000).prop_map(|mut cuts| {
        cuts.sort_unstable();
        let [a, b, c, d] = cuts;
        [a, b - a, c - b, d - c, 10_000 - d]
    })
}

fn rules() -> impl Strategy<Value = OwnRules> {
    let event_type =
        (0u32..2_000, 0u16..400).prop_map(|(weight, daily_limit)| EventWeight { weight, daily_limit });
    let event_types = prop::collection::vec(event_type, 1..12);
    let levels = prop::array::uniform8(1u16..500);
    let steps = prop::array::uniform5(1u16..500);
    (event_types, levels, steps, 3u8..=9)
        .prop_map(|(event_types, level_tenths, streak_hundredths, decimals)| OwnRules {
            event_types,
            level_tenths,
            streak_hundredths,
            decimals,
        })
        .prop_filter("the rules fit", |rules| rules.prepared().is_ok())
}

/// Rules with counts that their fields can hold, whether or not they keep to the caps.
fn rules_and_counts() -> impl Strategy<Value = (OwnRules, Vec<u64>)> {
    rules().prop_flat_map(|rules| {
        let fields: Vec<_> = rules.widths().iter().map(|width| 0..1u64 << width).collect();
        (Just(rules), fields)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn stk_05_stk_07_stk_10_stk_11_emission_agrees_with_a_sum_of_years((first_year, halving_years, curve) in curves(), days in 0u64..120_000) {
        prop_assert_eq!(big(curve.cumulative(days)), emission_by_years(first_year, u64::from(halving_years), days));
    }

    #[test]
    fn stk_09_emission_grows_to_its_total_and_never_above((_, _, curve) in curves(), days in any_size(), more in any_size()) {
        let later = days.saturating_add(more);
        prop_assert!(curve.cumulative(days) <= curve.cumulative(later));
        prop_assert!(curve.cumulative(later) <= curve.total().unwrap());
    }

    #[test]
    fn stk_17_shares_sum_to_the_whole_and_each_is_its_floor(amount in any_size(), bps in shares()) {
        let parts = split(amount, &bps).unwrap();
        prop_assert_eq!(parts.iter().map(|part| u128::from(*part)).sum::<u128>(), u128::from(amount));
        for (part, bps) in parts.iter().zip(bps).skip(1) {
            prop_assert_eq!(big(*part), scaled(amount, u64::from(bps), 10_000));
        }
        prop_assert!(big(parts[0]) - scaled(amount, u64::from(bps[0]), 10_000) < big(5));
    }

    #[test]
    fn stk_71_shares_of_a_price_are_floors_and_the_rest_makes_the_whole(price in any_size(), bps in shares()) {
        let (treasury, others) = bps.split_first().unwrap();
        let mut split = PriceSplit::new(price);
        let mut given = big(0);
        for bps in others {
            let share = split.take_floor(*bps).unwrap();
            prop_assert_eq!(big(share), scaled(price, u64::from(*bps), 10_000));
            given += big(share);
        }
        prop_assert_eq!(given + big(split.rest()), big(price));
        // The Treasury gets its own floor and less than a base unit for each of the others.
        let floor = scaled(price, u64::from(*treasury), 10_000);
        prop_assert!(big(split.rest()) >= floor.clone() && big(split.rest()) - floor <= big(others.len() as u64));
    }

    #[test]
    fn a_share_is_the_floor_in_integers_of_any_size(amount in any::<u64>(), bps in 0u16..=10_000) {
        prop_assert_eq!(big(share_floor(amount, bps)), scaled(amount, u64::from(bps), 10_000));
    }

    #[test]
    fn what_is_vested_is_the_exact_floor_and_only_grows(
        received in any_size(), more in any_size(), cliff in any::<u32>(), vesting in 1u32.., elapsed in any::<u32>(), later in any::<u32>(),
    ) {
        let part = |received, elapsed: u32| vested_floor(received, i64::from(elapsed), cliff, vesting);
        let linear = scaled(received, u64::from(elapsed.min(vesting)), u64::from(vesting));
        let expected = if elapsed < cliff { big(0) } else { linear };
        prop_assert_eq!(big(part(received, elapsed)), expected);
        prop_assert!(part(received, elapsed) <= part(received, elapsed.saturating_add(later)));
        prop_assert!(part(received, elapsed) <= part(received.saturating_add(more), elapsed));
        prop_assert!(part(received, elapsed) <= received);
    }

    #[test]
    fn stk_46_a_pro_rata_share_is_the_exact_floor(total in any_size(), payable in any_size(), reward in any_size()) {
        let total = total.clamp(1, ProRata::MAX_TOTAL);
        let (payable, reward) = (payable.min(total), reward.min(total));
        let ratio = ProRata::new(payable, total).unwrap();
        prop_assert_eq!(big(ratio.share_floor(reward)), scaled(reward, payable, total));
    }

    #[test]
    fn stk_46_a_pro_rata_share_is_exact_where_the_total_is_large(
        total in (ProRata::MAX_TOTAL >> 1)..=ProRata::MAX_TOTAL, less in any_size(), reward in any::<u64>(),
    ) {
        let payable = total - less.min(total);
        let reward = reward.min(total);
        let ratio = ProRata::new(payable, total).unwrap();
        prop_assert_eq!(big(ratio.share_floor(reward)), scaled(reward, payable, total));
    }

    #[test]
    fn stk_46_what_is_paid_is_at_most_what_can_be(rewards in prop::collection::vec(0u64..1 << 40, 1..50), pool in any_size()) {
        let total = rewards.iter().sum::<u64>();
        let payable = pool.min(total);
        let ratio = ProRata::new(payable, total).unwrap();
        let paid = rewards.iter().map(|reward| ratio.share_floor(*reward)).sum::<u64>();
        prop_assert!(paid <= payable);
        prop_assert!(payable - paid < rewards.len() as u64);
        prop_assert!(pool < total || paid == total, "everybody is paid in full when the pool suffices");
    }

    #[test]
    fn stk_94_a_fall_agrees_with_the_mean_in_integers_of_any_size(
        prices in prop::collection::vec(any_size().prop_map(|price| price.max(1)), 30), price in any_size(),
    ) {
        let sum: BigUint = prices.iter().copied().map(big).sum();
        let reference = reference_sum(prices.iter().copied()).unwrap();
        prop_assert_eq!(BigUint::from(reference), sum.clone());
        // price < mean × 4 / 5
        prop_assert_eq!(has_fallen(price, reference), big(price) * 150u32 < sum * 4u32);
    }

    #[test]
    fn stk_95_slowness_agrees_with_the_quotient_in_integers_of_any_size(
        volume in any_size(), days in 0u32..400, samples in 0u32..400, mean in any_size(), rest in 0u64..400,
    ) {
        let circulating = u128::from(mean) * u128::from(samples) + u128::from(rest);
        let activity = Activity { volume, days, circulating, samples };
        let is_known = samples >= 30 && (1..=365).contains(&days);
        let yearly = big(volume) * 365u32 * samples * 5u32;
        prop_assert_eq!(activity.is_slow(), is_known && yearly < BigUint::from(circulating) * days);
    }

    #[test]
    fn stk_94_a_quote_is_the_floor_in_integers_of_any_size(
        amount in any_size(), price in any_size(), token in 0u8..=18, quote in 0u8..=18,
    ) {
        let exact = (token + 9 >= quote)
            .then(|| big(amount) * price / BigUint::from(10u32).pow(u32::from(token + 9 - quote)));
        let expected = exact.and_then(|exact| u64::try_from(exact).ok());
        prop_assert_eq!(quote_floor(amount, price, token, quote), expected);
    }

    #[test]
    fn billionths_are_the_floor_in_integers_of_any_size(price in any::<i64>(), exponent in -40i32..40) {
        let power = BigUint::from(10u32).pow(exponent.unsigned_abs());
        let exact = u64::try_from(price).ok().map(|price| {
            let scaled = big(price) * 1_000_000_000u32;
            if exponent < 0 { scaled / power } else { scaled * power }
        });
        let expected = exact.and_then(|exact| u64::try_from(exact).ok()).filter(|price| *price > 0);
        prop_assert_eq!(billionths(price, exponent), expected);
    }

    #[test]
    fn stk_22_stk_30_points_agree_with_the_definition((rules, counts) in rules_and_counts()) {
        let prepared = rules.prepared().unwrap();
        prop_assert_eq!(points(&Scorer::new(&prepared), rules.pack(&counts)), rules.points(&counts));
    }

    #[test]
    fn any_packed_value_is_judged_by_its_counts(rules in rules(), packed in any_size()) {
        let prepared = rules.prepared().unwrap();
        let scorer = Scorer::new(&prepared);
        let mut rest = u128::from(packed);
        let counts: Vec<u64> = rules.widths().iter().map(|width| {
            let count = rest & ((1 << width) - 1);
            rest >>= width;
            count as u64
        }).collect();
        let expected = if rest == 0 { rules.points(&counts) } else { None };
        prop_assert_eq!(points(&scorer, packed), expected);
    }

    #[test]
    fn stk_45_a_unit_is_exact(rules in rules(), level in 1usize..=8, streak in 1usize..=5) {
        let prepared = rules.prepared().unwrap();
        let thousandths = big(rules.level_tenths[level - 1].into()) * big(rules.streak_hundredths[streak - 1].into());
        let expected = thousandths * BigUint::from(10u32).pow(rules.decimals.into()) / 1_000u32;
        prop_assert_eq!(big(Scorer::new(&prepared).unit(level, streak)), expected);
    }

    #[test]
    fn stk_30_points_of_days_are_those_of_the_limited_counts(counts in prop::collection::vec(0u16..20, 49)) {
        let rules = stk();
        let bytes: Vec<u8> = counts.iter().flat_map(|count| count.to_le_bytes()).collect();
        let weekly: Vec<u64> = rules.scored().iter().enumerate().map(|(index, event_type)| {
            (0..7).map(|day| u64::from(counts[day * 7 + index].min(event_type.daily_limit))).sum()
        }).collect();
        prop_assert_eq!(points_of_days(&rules.event_types, &bytes), rules.points(&weekly));
    }

    #[test]
    fn stk_90_what_is_taken_is_the_floor_of_all_that_there_is(balance in any_size(), staked in any_size(), bps in 0u64..=2_500) {
        let staked = staked.min(u64::MAX - balance);
        let (from_balance, from_stakes) = redistributed_floor(balance, staked, bps);
        prop_assert_eq!(big(from_balance) + big(from_stakes), (big(balance) + big(staked)) * bps / 10_000u32);
        prop_assert!(from_balance <= balance && from_stakes <= staked);
        prop_assert!(from_stakes == 0 || from_balance == balance, "the balance goes first");
    }

    #[test]
    fn stk_87_stk_88_stk_89_a_longer_absence_never_costs_less(bands in bands(), days in 0u32..100_000, more in 0u32..100_000) {
        prop_assert!(is_accepted(&bands));
        let bps = |days| band_of(&bands, days).map_or(0, |band: usize| bands[band].bps);
        prop_assert!(bps(days) <= bps(days + more));
    }

    #[test]
    fn bands_of_a_day_say_what_counting_days_says(
        bands in bands(), today in 0u32..100_000, week in 0u32..20_000, reward_day in 0u32..100_000,
    ) {
        for (week, reward_day) in [(week, reward_day), (0, reward_day), (week, 0), (0, 0)] {
            let expected = band_of(&bands, inactive_days(today, week, reward_day));
            let found = BandsOfDay::new(&bands, today).band(week, reward_day);
            prop_assert_eq!(found, expected.map(|band| (band, u64::from(bands[band].bps))));
        }
    }

    #[test]
    fn inactivity_begins_with_the_end_of_the_week(week in 1u32..1_000_000, days in 0u32..1_000_000) {
        // The Sunday is the day before the next week.
        let sunday = (week_end(week) / 86_400 - 1) as u32;
        prop_assert_eq!(inactive_days(sunday + days, week, 0), days);
    }

    #[test]
    fn stk_91_a_quarter_is_the_one_that_counting_months_gives(day in 0u32..400_000) {
        prop_assert_eq!(quarter_of_day(day).map(u32::from), Some(quarter_by_months(day)));
    }

    #[test]
    fn stk_54_every_second_lies_in_its_week(second in 345_600i64..=i64::from(u32::MAX) * 604_800) {
        let week = week_of(second).unwrap();
        prop_assert!(week_start(week) <= second && second < week_end(week));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn a_proof_leads_to_the_root_from_its_own_place_only(size in 1usize..70, flip in any::<(usize, u8)>()) {
        let leaves: Vec<Vec<u8>> = (0..size).map(|index| vec![index as u8; index % 5]).collect();
        let root = tree_hash(&leaves);
        for index in 0..size {
            let path = inclusion_path(index, &leaves);
            let leaf = leaf_hash([leaves[index].as_slice()], sha256);
            let holds = |leaf, index: usize, path: &[[u8; 32]], root: &[u8; 32]| {
                is_included(leaf, index as u32, size as u32, path.iter().copied(), root, sha256)
            };
            prop_assert!(holds(leaf, index, &path, &root));
            if !path.is_empty() {
                prop_assert!(!holds(leaf, index, &path[1..], &root), "without its lowest sibling");
                let mut changed = path.clone();
                let place = flip.0 % path.len();
                changed[place][usize::from(flip.1) % 32] ^= 1;
                prop_assert!(!holds(leaf, index, &changed, &root), "with a changed sibling");
            }
            let mut other = root;
            other[usize::from(flip.1) % 32] ^= 1;
            prop_assert!(!holds(leaf, index, &path, &other), "under another root");
            let neighbour = (index + 1) % size;
            prop_assert!(neighbour == index || !holds(leaf, neighbour, &path, &root), "in another place");
        }
    }
}

proptest! {
    #[test]
    fn a_quorum_is_the_least_amount_that_reaches_its_share(circulating in any_size(), bps in 0u16..=10_000) {
        let quorum = quorum_ceil(circulating, bps);
        let share = big(circulating) * u32::from(bps);
        prop_assert!(big(quorum) * 10_000u32 >= share);
        prop_assert!(quorum == 0 || big(quorum - 1) * 10_000u32 < share);
        prop_assert!(quorum <= circulating);
    }

    #[test]
    fn a_vote_for_it_never_makes_a_proposal_fail_and_one_never_carries_both_sides(
        yes in any_size(), no in any_size(), more in any_size(), quorum in any_size(),
    ) {
        if is_passed(yes, no, quorum) {
            prop_assert!(is_passed(yes.saturating_add(more), no, quorum));
            prop_assert!(!is_passed(no, yes, quorum));
            prop_assert!(big(yes) + big(no) >= big(quorum) && yes > no);
        }
    }
}
