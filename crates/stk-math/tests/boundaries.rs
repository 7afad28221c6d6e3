//! Each threshold, one below it and one above it.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod support;

use stk_math::{
    band::{band_of, inactive_days, is_accepted, redistributed_floor, Band, BandsOfDay},
    emission::EmissionCurve,
    governance::{is_passed, quorum_ceil, takes_snapshot},
    merkle::{is_included, leaf_hash},
    pro_rata::ProRata,
    quarter::quarter_of_day,
    score::{points_of_days, streak_after, EventWeight, RulesError, Scorer},
    split::{share_floor, split, PriceSplit},
    stabilisation::{billionths, has_fallen, quote_floor, reference_sum, Activity},
    stake::unlocks_at,
    vesting::vested_floor,
    week::{unix_day, week_of, week_start},
};
use support::{full, points, sha256, stk, tree_hash, OwnRules};

fn refused(rules: &OwnRules) -> Option<RulesError> {
    rules.prepared().err()
}

fn one_type(weight: u32, daily_limit: u16) -> OwnRules {
    OwnRules { event_types: vec![EventWeight { weight, daily_limit }], ..stk() }
}

#[test]
fn a_curve_needs_an_amount_and_a_period() {
    assert_eq!(EmissionCurve::new(0, 4, u64::MAX), None);
    assert_eq!(EmissionCurve::new(1, 0, u64::MAX), None);
    assert_eq!(EmissionCurve::new(1, 1, 0), None);
    assert_eq!(EmissionCurve::new(1, 1, 1).unwrap().total(), Some(1));
    assert_eq!(EmissionCurve::new(1, 255, 254), None);
    assert_eq!(EmissionCurve::new(1, 255, 255).unwrap().cumulative(u64::MAX), 255);
}

#[test]
fn a_curve_fits_with_its_days_and_its_series() {
    let highest = u64::MAX / 365;
    assert!(EmissionCurve::new(highest, 1, u64::MAX).is_some());
    assert_eq!(EmissionCurve::new(highest + 1, 1, u64::MAX), None, "a year times 365 overflows");
    let longest = EmissionCurve::new(highest, 182, u64::MAX).unwrap();
    assert!(longest.cumulative(u64::MAX) > u64::MAX / 365 * 363);
    assert_eq!(EmissionCurve::new(highest, 183, u64::MAX), None, "the series overflows");
}

#[test]
fn a_year_begins_and_ends_exactly() {
    let curve = EmissionCurve::new(364, 1, u64::MAX).unwrap();
    assert_eq!([0, 1, 364, 365, 366].map(|day| curve.cumulative(day)), [0, 0, 363, 364, 364]);
    assert_eq!([0, 1, 2, 8, 9].map(|year| curve.year_amount(year)), [364, 182, 91, 1, 0]);
}

#[test]
fn a_price_is_split_up_to_the_whole_and_not_beyond() {
    let mut split = PriceSplit::new(u64::MAX);
    assert_eq!(split.take_floor(0), Some(0));
    assert_eq!(split.take_floor(10_000), Some(u64::MAX));
    assert_eq!(split.rest(), 0);
    assert_eq!(split.take_floor(0), Some(0));
    assert_eq!(split.take_floor(1), None);

    let mut thirds = PriceSplit::new(10_000);
    assert_eq!(
        [thirds.take_floor(3_333), thirds.take_floor(3_333), thirds.take_floor(3_333)],
        [Some(3_333); 3]
    );
    assert_eq!(thirds.rest(), 1);
    assert_eq!(thirds.take_floor(2), None, "two base units are not left");
    assert_eq!(thirds.rest(), 1, "what is refused takes nothing");
    assert_eq!(thirds.take_floor(1), Some(1));
    assert_eq!(thirds.rest(), 0);

    let mut nothing = PriceSplit::new(0);
    assert_eq!(nothing.take_floor(10_000), Some(0));
    assert_eq!(nothing.rest(), 0);
}

#[test]
fn shares_must_sum_to_the_whole() {
    assert_eq!(split(100, &[9_999]), None);
    assert_eq!(split(100, &[10_001]), None);
    assert_eq!(split(100, &[10_000]), Some([100]));
    assert_eq!(split(100, &[0, 10_000]), Some([0, 100]));
    assert_eq!(split(u64::MAX, &[5_000, 5_000]), Some([(u64::MAX >> 1) + 1, u64::MAX >> 1]));
    assert_eq!(split(0, &[5_000, 5_000]), Some([0, 0]));
    assert_eq!([0, 1, 9_999, 10_000].map(|bps| share_floor(u64::MAX, bps))[3], u64::MAX);
}

#[test]
fn rules_need_a_scored_type_and_at_most_sixteen() {
    assert_eq!(refused(&OwnRules { event_types: vec![], ..stk() }), Some(RulesError::EventTypes));
    assert_eq!(refused(&one_type(0, 5)), Some(RulesError::EventTypes));
    let types = |count| vec![EventWeight { weight: 1, daily_limit: 1 }; count];
    assert_eq!(refused(&OwnRules { event_types: types(16), ..stk() }), None);
    assert_eq!(refused(&OwnRules { event_types: types(17), ..stk() }), Some(RulesError::EventTypes));
}

#[test]
fn a_scored_type_needs_a_limit() {
    assert_eq!(refused(&one_type(1, 0)), Some(RulesError::DailyLimit));
    assert_eq!(refused(&one_type(1, 1)), None);
}

#[test]
fn counts_fit_64_bits() {
    let rules = full();
    assert_eq!(rules.widths().iter().sum::<u32>(), 64);
    assert_eq!(refused(&rules), None);
    let mut wider = rules.clone();
    wider.event_types[0].daily_limit = 2;
    assert_eq!(wider.widths().iter().sum::<u32>(), 65);
    assert_eq!(refused(&wider), Some(RulesError::CountsTooWide));
}

#[test]
fn coefficients_of_level_one_and_of_every_step_are_positive() {
    let mut rules = stk();
    rules.level_tenths[0] = 0;
    assert_eq!(refused(&rules), Some(RulesError::Coefficient));
    for step in 0..5 {
        let mut rules = stk();
        rules.streak_hundredths[step] = 0;
        assert_eq!(refused(&rules), Some(RulesError::Coefficient), "step {step}");
    }
    let mut rules = stk();
    rules.level_tenths = [1, 0, 0, 0, 0, 0, 0, 0];
    assert_eq!(refused(&rules), None);
}

#[test]
fn decimals_are_three_to_nine() {
    let with = |decimals| refused(&OwnRules { decimals, ..stk() });
    assert_eq!([2, 3, 9, 10].map(with), [Some(RulesError::Decimals), None, None, Some(RulesError::Decimals)]);
}

#[test]
fn the_highest_points_fit_32_bits() {
    // 65,535 × 7 × 9,362 = 4,294,770,690 is below 2^32, times 9,363 above.
    let with = |weight| {
        refused(&OwnRules {
            level_tenths: [1; 8],
            streak_hundredths: [1; 5],
            decimals: 3,
            ..one_type(weight, 65_535)
        })
    };
    assert_eq!([9_362, 9_363].map(with), [None, Some(RulesError::RewardTooLarge)]);
    assert_eq!(with(u32::MAX), Some(RulesError::RewardTooLarge));
}

#[test]
fn a_page_of_the_highest_rewards_fits_64_bits() {
    // 7 points × 65,535 × 39,268 × 10^6 × 1,024 members = 18,446,334,627,840,000,000 is below 2^64.
    let with = |hundredths| {
        let rules = OwnRules {
            level_tenths: [65_535; 8],
            streak_hundredths: [hundredths; 5],
            decimals: 9,
            ..one_type(1, 1)
        };
        refused(&rules)
    };
    assert_eq!([39_268, 39_269].map(with), [None, Some(RulesError::RewardTooLarge)]);
}

#[test]
fn every_count_is_refused_one_above_its_cap() {
    for rules in [stk(), support::forge(), full()] {
        let prepared = rules.prepared().unwrap();
        let scorer = Scorer::new(&prepared);
        let caps: Vec<u64> = rules.scored().iter().map(|t| 7 * u64::from(t.daily_limit)).collect();
        assert_eq!(points(&scorer, rules.pack(&caps)), rules.points(&caps));
        for (index, width) in rules.widths().iter().enumerate() {
            let mut counts = vec![0; caps.len()];
            counts[index] = caps[index];
            assert_eq!(points(&scorer, rules.pack(&counts)), rules.points(&counts));
            if caps[index] + 1 < 1 << width {
                counts[index] += 1;
                assert_eq!(points(&scorer, rules.pack(&counts)), None, "type {index} above its cap");
                counts = caps.clone();
                counts[index] += 1;
                assert_eq!(
                    points(&scorer, rules.pack(&counts)),
                    None,
                    "type {index} above its cap among others"
                );
            }
        }
    }
}

#[test]
fn bits_above_the_counts_are_refused() {
    let rules = support::forge();
    let prepared = rules.prepared().unwrap();
    let scorer = Scorer::new(&prepared);
    for bit in scorer.bits()..64 {
        assert_eq!(points(&scorer, 1 << bit), None, "bit {bit}");
        assert_eq!(points(&scorer, 1 << bit | 1), None, "bit {bit} beside a count");
    }
}

#[test]
fn a_streak_stops_at_five() {
    assert_eq!([0, 1, 2, 3, 4, 5, 6].map(streak_after), [1, 2, 3, 4, 5, 5, 5]);
}

#[test]
fn daily_counts_have_one_length() {
    let event_types = stk().event_types;
    assert_eq!(points_of_days(&event_types, &[0; 98]), Some(0));
    assert_eq!(points_of_days(&event_types, &[0; 97]), None);
    assert_eq!(points_of_days(&event_types, &[0; 99]), None);
    assert_eq!(points_of_days(&event_types, &[0; 100]), None);
    assert_eq!(points_of_days(&event_types, &[0xff; 98]), Some(11_900));
}

#[test]
fn a_ratio_is_at_most_one_and_its_total_fits() {
    assert!(ProRata::new(0, 0).unwrap().is_full());
    assert_eq!(ProRata::new(0, 0).unwrap().share_floor(0), 0);
    assert!(ProRata::new(2, 1).is_none());
    assert!(ProRata::new(1, 1).unwrap().is_full());
    assert!(ProRata::new(0, ProRata::MAX_TOTAL).is_some());
    assert!(ProRata::new(0, ProRata::MAX_TOTAL + 1).is_none());
    let most = ProRata::new(ProRata::MAX_TOTAL - 1, ProRata::MAX_TOTAL).unwrap();
    assert_eq!(most.share_floor(ProRata::MAX_TOTAL), ProRata::MAX_TOTAL - 1);
    assert_eq!(most.share_floor(1), 0);
    assert_eq!(ProRata::new(0, 7).unwrap().share_floor(7), 0);
}

#[test]
fn weeks_and_days_have_ends() {
    assert_eq!([345_599, 345_600, 950_399, 950_400].map(week_of), [None, Some(0), Some(0), Some(1)]);
    assert_eq!(week_of(i64::MIN), None);
    assert_eq!(week_of(week_start(u32::MAX)), Some(u32::MAX));
    assert_eq!(week_of(week_start(u32::MAX) + 604_800), None);
    assert_eq!([-1, 0, 86_399, 86_400].map(unix_day), [None, Some(0), Some(0), Some(1)]);
    assert_eq!(unix_day(i64::MAX), None);
}

#[test]
fn a_proof_belongs_to_one_place_of_one_tree() {
    let one = vec![b"a".to_vec()];
    let root = tree_hash(&one);
    let leaf = leaf_hash([b"a".as_slice()], sha256);
    assert!(is_included(leaf, 0, 1, std::iter::empty(), &root, sha256));
    assert!(!is_included(leaf, 1, 1, std::iter::empty(), &root, sha256), "beyond the tree");
    assert!(!is_included(leaf, 0, 0, std::iter::empty(), &root, sha256), "of no tree");
    assert!(!is_included(leaf, 0, 2, std::iter::empty(), &root, sha256), "too short");
    assert!(!is_included(leaf, 0, 1, std::iter::once(root), &root, sha256), "too long");
    let joined = leaf_hash([b"a".as_slice(), b"b".as_slice()], sha256);
    assert_eq!(joined, leaf_hash([b"ab".as_slice()], sha256), "parts are one text");
}

#[test]
fn a_stake_ends_its_term_in_seconds_and_within_time() {
    assert_eq!(unlocks_at(0, 0), Some(0));
    assert_eq!(unlocks_at(86_399, 1), Some(172_799));
    assert_eq!(unlocks_at(-86_400, 1), Some(0));
    assert_eq!(unlocks_at(0, u16::MAX), Some(5_662_224_000));
    assert_eq!(unlocks_at(i64::MAX - 86_400, 1), Some(i64::MAX));
    assert_eq!(unlocks_at(i64::MAX - 86_399, 1), None);
}

#[test]
fn a_reference_is_of_thirty_prices() {
    let sum = |prices: &[u64]| reference_sum(prices.iter().copied());
    assert_eq!(sum(&[1; 29]), None);
    assert_eq!(sum(&[1; 30]), Some(30));
    assert_eq!(sum(&[1; 31]), None);
    assert_eq!(sum(&[u64::MAX; 30]), Some(30 * u128::from(u64::MAX)));
    let mut one_missing = [1; 30];
    one_missing[29] = 0;
    assert_eq!(sum(&one_missing), None);
}

#[test]
fn a_fall_is_strictly_below_four_fifths() {
    assert!(!has_fallen(80, 3_000));
    assert!(has_fallen(79, 3_000));
    assert!(!has_fallen(81, 3_000));
    assert!(has_fallen(80, 3_001), "a mean of 100.03");
    assert!(has_fallen(u64::MAX / 5 * 4 - 1, 30 * u128::from(u64::MAX)));
    assert!(!has_fallen(u64::MAX, 30 * u128::from(u64::MAX)));
    assert!(has_fallen(0, 1));
    assert!(!has_fallen(0, 0));
}

#[test]
fn a_velocity_needs_thirty_samples_of_a_year_at_most() {
    let slow = |samples, days| Activity { volume: 0, days, circulating: 1, samples }.is_slow();
    assert!(!slow(29, 365));
    assert!(slow(30, 365));
    assert!(slow(30, 1));
    assert!(!slow(30, 0));
    assert!(!slow(30, 366));
    assert!(!Activity::default().is_slow());
    let most =
        Activity { volume: u64::MAX, days: 365, circulating: 366 * u128::from(u64::MAX), samples: 366 };
    assert!(!most.is_slow());
    let fifth = u64::MAX / 5;
    assert!(!Activity { volume: fifth, ..most }.is_slow());
    assert!(Activity { volume: fifth - 1, ..most }.is_slow());
}

#[test]
fn a_velocity_of_a_young_economy_is_annualised() {
    // 73 days, a fifth of a year, in which a twenty-fifth of what circulates changes hands: 0.2 a year.
    let young = |volume| Activity { volume, days: 73, circulating: 74 * 100, samples: 74 };
    assert!(!young(4).is_slow());
    assert!(young(3).is_slow());
}

#[test]
fn a_quote_is_floored_and_fits() {
    assert_eq!(quote_floor(1, 999_999_999, 6, 6), Some(0));
    assert_eq!(quote_floor(1, 1_000_000_000, 6, 6), Some(1));
    assert_eq!(quote_floor(1, 1_999_999_999, 6, 6), Some(1));
    assert_eq!(quote_floor(1_000_000_000, 800_000_000, 9, 6), Some(800_000));
    assert_eq!(quote_floor(1_000, 800_000_000, 3, 9), Some(800_000_000));
    assert_eq!(quote_floor(1, 7, 0, 9), Some(7));
    assert_eq!(quote_floor(1, 7, 0, 10), None);
    assert_eq!(quote_floor(u64::MAX, 1_000_000_000, 6, 6), Some(u64::MAX));
    assert_eq!(quote_floor(u64::MAX, 1_000_000_001, 6, 6), None);
    assert_eq!(quote_floor(u64::MAX, u64::MAX, 29, 0), Some(3));
    assert_eq!(quote_floor(1, 1, 30, 0), None, "10^39 is above 128 bits");
    assert_eq!(quote_floor(1, 1, 255, 0), None);
}

#[test]
fn a_feeds_price_becomes_billionths() {
    assert_eq!(billionths(79_999_900, -8), Some(799_999_000));
    assert_eq!(billionths(1, -9), Some(1));
    assert_eq!(billionths(1, -10), None, "less than a billionth");
    assert_eq!(billionths(19, -10), Some(1));
    assert_eq!(billionths(1, 10), Some(10_000_000_000_000_000_000));
    assert_eq!(billionths(2, 10), None);
    assert_eq!(billionths(1, 11), None);
    assert_eq!(billionths(0, -8), None);
    assert_eq!(billionths(-1, -8), None);
    assert_eq!(billionths(i64::MAX, -9), Some(i64::MAX as u64));
    assert_eq!(billionths(i64::MAX, -27), Some(9));
    assert_eq!(billionths(i64::MAX, -28), None);
    assert_eq!(billionths(i64::MAX, -29), None);
    assert_eq!(billionths(1, i32::MAX), None);
    assert_eq!(billionths(1, i32::MIN), None);
}

#[test]
fn nothing_is_vested_before_the_cliff_and_all_at_the_end() {
    let vested = |elapsed| vested_floor(1_000, elapsed, 250, 1_000);
    assert_eq!([i64::MIN, -1, 0, 249, 250, 251].map(vested), [0, 0, 0, 0, 250, 251]);
    assert_eq!([998, 999, 1_000, 1_001, i64::MAX].map(vested), [998, 999, 1_000, 1_000, 1_000]);
}

#[test]
fn a_schedule_may_have_no_cliff_no_vesting_or_a_cliff_behind_it() {
    assert_eq!([-1, 0, 1].map(|elapsed| vested_floor(7, elapsed, 0, 0)), [0, 7, 7]);
    assert_eq!([-1, 0, 1, 2].map(|elapsed| vested_floor(7, elapsed, 0, 2)), [0, 0, 3, 7]);
    assert_eq!([9, 10].map(|elapsed| vested_floor(7, elapsed, 10, 0)), [0, 7]);
    assert_eq!([9, 10].map(|elapsed| vested_floor(7, elapsed, 10, 5)), [0, 7]);
}

#[test]
fn the_highest_amount_and_the_longest_schedule_fit() {
    let longest = u32::MAX;
    let last = i64::from(longest);
    assert_eq!(vested_floor(u64::MAX, last - 1, 0, longest), u64::MAX - 4_294_967_297);
    assert_eq!(vested_floor(u64::MAX, last, longest, longest), u64::MAX);
    assert_eq!(vested_floor(u64::MAX, last - 1, longest, longest), 0);
    assert_eq!(vested_floor(0, last - 1, 0, longest), 0);
}

fn bands(days: [u16; 3], bps: [u16; 3]) -> [Band; 3] {
    [0, 1, 2].map(|index| Band { days: days[index], bps: bps[index] })
}

#[test]
fn bands_rise_from_thirty_days_and_never_fall() {
    let days = [30, 31, 32];
    assert!(is_accepted(&bands(days, [0, 0, 0])));
    assert!(is_accepted(&bands(days, [2_500, 2_500, 2_500])));
    assert!(is_accepted(&bands([65_533, 65_534, 65_535], [0, 1, 2])));
    assert!(!is_accepted(&bands(days, [0, 0, 2_501])));
    assert!(!is_accepted(&bands(days, [1, 0, 2])));
    assert!(!is_accepted(&bands(days, [0, 2, 1])));
    for refused in [[29, 31, 32], [30, 30, 32], [30, 31, 31], [31, 30, 32], [0, 31, 32], [30, 0, 0]] {
        assert!(!is_accepted(&bands(refused, [1, 1, 1])), "{refused:?}");
    }
}

#[test]
fn bands_are_off_when_everything_is_zero() {
    assert!(is_accepted(&bands([0, 0, 0], [0, 0, 0])));
    assert!(!is_accepted(&bands([0, 0, 0], [0, 0, 1])));
    assert!(!is_accepted(&bands([0, 0, 1], [0, 0, 0])));
}

#[test]
fn each_band_begins_with_its_day() {
    let bands = bands([30, 60, 90], [1, 2, 3]);
    let cases = [29, 30, 31, 59, 60, 61, 89, 90, 91, u32::MAX].map(|days| band_of(&bands, days));
    assert_eq!(
        cases,
        [None, Some(0), Some(0), Some(0), Some(1), Some(1), Some(1), Some(2), Some(2), Some(2)]
    );
}

#[test]
fn days_without_activity_are_never_negative() {
    assert_eq!(inactive_days(0, 0, 0), 0);
    assert_eq!(inactive_days(9, 0, 10), 0);
    assert_eq!(inactive_days(10, 0, 10), 0);
    // Week 1 closes on the unix day 17.
    assert_eq!([16, 17, 18].map(|today| inactive_days(today, 1, 0)), [0, 0, 1]);
    assert_eq!(inactive_days(u32::MAX, 0, 0), u32::MAX);
    assert_eq!(inactive_days(0, u32::MAX, u32::MAX), 0);
}

#[test]
fn bands_of_a_day_know_activity_of_the_first_days_and_of_the_last() {
    let bands = bands([30, 60, 90], [1, 2, 3]);
    assert_eq!(BandsOfDay::new(&bands, 29).band(0, 0), None, "nobody was inactive for 30 days yet");
    assert_eq!(BandsOfDay::new(&bands, 30).band(0, 0), Some((0, 1)));
    assert_eq!(BandsOfDay::new(&bands, 30).band(0, 1), None);
    assert_eq!(BandsOfDay::new(&bands, u32::MAX).band(0, u32::MAX), None);
    assert_eq!(BandsOfDay::new(&bands, u32::MAX).band(0, u32::MAX - 30), Some((0, 1)));
    assert_eq!(BandsOfDay::new(&bands, u32::MAX).band(0, u32::MAX - 29), None);
    assert_eq!(BandsOfDay::new(&bands, 0).band(u32::MAX, 0), None);
}

#[test]
fn a_redistribution_takes_the_balance_before_the_stakes() {
    assert_eq!(redistributed_floor(0, 0, 2_500), (0, 0));
    assert_eq!(redistributed_floor(3, 0, 2_500), (0, 0));
    assert_eq!(redistributed_floor(2, 2, 2_500), (1, 0));
    assert_eq!(
        [24, 25, 26].map(|balance| redistributed_floor(balance, 100 - balance, 2_500)),
        [(24, 1), (25, 0), (25, 0)]
    );
    assert_eq!(redistributed_floor(u64::MAX, 0, 2_500), (u64::MAX / 4, 0));
    assert_eq!(redistributed_floor(0, u64::MAX, 2_500), (0, u64::MAX / 4));
    assert_eq!(redistributed_floor(1, u64::MAX - 1, 2_500), (1, u64::MAX / 4 - 1));
}

#[test]
fn small_and_large_amounts_meet_where_the_product_stops_fitting() {
    let edge = 1u64 << 50;
    for amount in [edge - 1, edge, edge + 1, u64::MAX / 10_000, u64::MAX / 10_000 + 1] {
        let expected = u128::from(amount) * 9_999 / 10_000;
        assert_eq!(u128::from(share_floor(amount, 9_999)), expected, "{amount}");
    }
}

#[test]
fn quarters_keep_to_leap_years_and_centuries() {
    // 2000-02-29, 03-31 and 04-01: a leap year although a century.
    assert_eq!([11_016, 11_047, 11_048].map(|day| quarter_of_day(day).unwrap()), [120, 120, 121]);
    // 2100-03-31 and 04-01: none.
    assert_eq!([47_571, 47_572].map(|day| quarter_of_day(day).unwrap()), [520, 521]);
    assert_eq!(quarter_of_day(0), Some(0));
    assert_eq!(quarter_of_day(u32::MAX), None);
}

#[test]
fn quarters_end_where_they_do_not_fit() {
    let last = (5_900_000..6_000_000).find(|day| quarter_of_day(*day).is_none()).unwrap() - 1;
    assert_eq!(quarter_of_day(last), Some(u16::MAX));
    // The 16,384 years from 1970 to 18353 have 4,450 − 477 leap days.
    assert_eq!(last, 16_384 * 365 + 4_450 - 477 - 1);
}

#[test]
fn a_quorum_is_rounded_up_and_never_more_than_all() {
    assert_eq!(quorum_ceil(0, 10_000), 0);
    assert_eq!(quorum_ceil(1, 1), 1);
    assert_eq!(quorum_ceil(10_000, 1), 1);
    assert_eq!(quorum_ceil(10_001, 1), 2);
    assert_eq!(quorum_ceil(9_999, 10_000), 9_999);
    assert_eq!(quorum_ceil(u64::MAX, 10_000), u64::MAX);
    assert_eq!(quorum_ceil(u64::MAX, 0), 0);
}

#[test]
fn a_vote_is_carried_by_one_unit_more_and_by_the_quorum_exactly() {
    assert!(!is_passed(0, 0, 0), "nobody voted");
    assert!(is_passed(1, 0, 0));
    assert!(is_passed(1, 0, 1));
    assert!(!is_passed(1, 0, 2));
    assert!(is_passed(2, 1, 3));
    assert!(!is_passed(2, 1, 4));
    assert!(is_passed(u64::MAX, u64::MAX - 1, u64::MAX));
    assert!(!is_passed(u64::MAX, u64::MAX, 0));
}

#[test]
fn a_snapshot_is_taken_at_the_end_of_time_as_well() {
    assert!(takes_snapshot(i64::MAX, i64::MAX, 0, i64::MAX));
    assert!(takes_snapshot(i64::MAX, i64::MAX - 1, u32::MAX, i64::MIN));
    assert!(!takes_snapshot(i64::MAX - 1, i64::MAX - 1, u32::MAX, i64::MIN));
    assert!(!takes_snapshot(i64::MIN, 0, 0, i64::MIN));
}
