//! The numbers of the specification, by row id.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod support;

use stk_math::{
    band::{band_of, inactive_days, redistributed_floor, Band, BandsOfDay},
    emission::{days_ended, EmissionCurve},
    governance::{is_passed, quorum_ceil, takes_snapshot},
    quarter::quarter_of_day,
    score::{points_of_days, streak_after, Scorer},
    split::{split, PriceSplit},
    stabilisation::{has_fallen, quote_floor, reference_sum, Activity},
    stake::{unlocks_at, TERMS_DAYS},
    week::{week_end, week_of, week_start},
};
use support::{points, stk};

const STK: u64 = 1_000_000;
const CAP: u64 = 8_000_000_000 * STK;
const FUND_BPS: [u16; 5] = [5_000, 2_000, 1_500, 1_000, 500];
const SECTION: usize = 0;
const TASK: usize = 1;
const POST: usize = 2;
const LIKE_GIVEN: usize = 3;
const LIKE_RECEIVED: usize = 4;
const COMMENT_WRITTEN: usize = 5;
const COMMENT_RECEIVED: usize = 6;

const BANDS: [Band; 3] =
    [Band { days: 90, bps: 500 }, Band { days: 180, bps: 1_000 }, Band { days: 365, bps: 1_500 }];
/// 2025-12-21, the Sunday that closes week 2919.
const SUNDAY: u32 = 20_443;

fn curve() -> EmissionCurve {
    EmissionCurve::new(1_000_000_000 * STK, 4, CAP).unwrap()
}

fn daily(days: &[&[(usize, u16)]]) -> Vec<u8> {
    let mut counts = [[0u16; 7]; 7];
    for (day, events) in days.iter().enumerate() {
        events.iter().for_each(|(event_type, count)| counts[day][*event_type] = *count);
    }
    counts.iter().flatten().flat_map(|count| count.to_le_bytes()).collect()
}

fn points_of(days: &[&[(usize, u16)]]) -> u64 {
    points_of_days(&stk().event_types, &daily(days)).unwrap()
}

fn unit(level: usize, streak: usize) -> u64 {
    let prepared = stk().prepared().unwrap();
    Scorer::new(&prepared).unit(level, streak)
}

#[test]
fn stk_05_yearly_emission_halves_every_four_years() {
    let expected = [
        (0, 1_000_000_000),
        (3, 1_000_000_000),
        (4, 500_000_000),
        (7, 500_000_000),
        (8, 250_000_000),
        (11, 250_000_000),
        (12, 125_000_000),
        (15, 125_000_000),
        (16, 62_500_000),
        (20, 31_250_000),
    ];
    for (year, whole) in expected {
        assert_eq!(curve().year_amount(year), whole * STK, "year {year}");
    }
}

#[test]
fn stk_06_the_halving_begins_with_the_first_second_of_year_four() {
    let last_second = 1_460 * 86_400 - 1;
    assert_eq!(days_ended(0, last_second), 1_459);
    assert_eq!(days_ended(0, last_second + 1), 1_460);
    let day = |day| curve().cumulative(day + 1) - curve().cumulative(day);
    assert_eq!(day(1_459), 2_739_726_027_398, "the last day of year 3");
    assert_eq!(day(1_460), 1_369_863_013_698, "the first day of year 4");
}

#[test]
fn stk_07_the_days_of_a_year_add_up_and_display_as_printed() {
    for (year, printed) in [(0, 2_739_726), (4, 1_369_863), (8, 684_932), (12, 342_466)] {
        let first = year * 365;
        let days = (first..first + 365).map(|day| curve().cumulative(day + 1) - curve().cumulative(day));
        let all: Vec<u64> = days.collect();
        assert_eq!(all.iter().sum::<u64>(), curve().year_amount(year), "year {year}");
        assert!(all.iter().all(|day| (day + STK / 2) / STK == printed), "year {year}");
    }
}

#[test]
fn stk_08_a_year_has_365_days_of_86_400_seconds_from_genesis() {
    let genesis = 1_765_756_800;
    assert_eq!(days_ended(genesis, genesis + 31_535_999) / 365, 0);
    assert_eq!(days_ended(genesis, genesis + 31_536_000) / 365, 1);
    assert_eq!(days_ended(genesis, genesis - 1), 0);
}

#[test]
fn stk_09_the_whole_series_stays_below_the_cap() {
    for (year, total) in [(4, 4_000_000_000), (8, 6_000_000_000), (12, 7_000_000_000), (16, 7_500_000_000)] {
        assert_eq!(curve().cumulative(year * 365), total * STK, "at the end of year {}", year - 1);
    }
    assert_eq!(curve().total(), Some(7_999_999_999_999_920));
    assert!(curve().cumulative(u64::MAX) <= CAP);
    assert_eq!(EmissionCurve::new(1_000_000_000 * STK, 4, 7_999_999_999_999_919), None);
}

#[test]
fn stk_10_missed_days_come_together() {
    let day = |day| curve().cumulative(day + 1) - curve().cumulative(day);
    assert_eq!(curve().cumulative(103) - curve().cumulative(100), day(100) + day(101) + day(102));
}

#[test]
fn stk_11_far_years_emit_nothing_and_never_overflow() {
    for year in 0..260 {
        let expected = 1_000_000_000_000_000u64.checked_shr((year / 4) as u32).unwrap_or(0);
        assert_eq!(curve().year_amount(year), expected, "year {year}");
    }
    assert_eq!(curve().year_amount(199), 1);
    assert_eq!(curve().year_amount(200), 0);
    assert_eq!(curve().year_amount(u64::MAX), 0);
    assert_eq!(curve().cumulative(200 * 365), curve().total().unwrap());
    assert_eq!(curve().cumulative(u64::MAX), curve().total().unwrap());
}

#[test]
fn stk_12_stk_13_stk_14_stk_15_stk_16_a_year_is_split_50_20_15_10_5() {
    let shares = split(1_000_000_000 * STK, &FUND_BPS).unwrap();
    assert_eq!(shares, [500, 200, 150, 100, 50].map(|millions| millions * 1_000_000 * STK));
}

#[test]
fn stk_68_stk_69_stk_70_sample_services_are_split_between_author_and_treasury() {
    for (price, bps, author, treasury) in
        [(500, 7_000, 350, 150), (200, 8_000, 160, 40), (1_000, 6_000, 600, 400)]
    {
        let mut split = PriceSplit::new(price * STK);
        assert_eq!(split.take_floor(bps), Some(author * STK));
        assert_eq!(split.rest(), treasury * STK);
    }
}

#[test]
fn stk_71_one_base_unit_of_course_basic_is_the_treasurys() {
    let mut split = PriceSplit::new(1);
    assert_eq!(split.take_floor(7_000), Some(0));
    assert_eq!(split.rest(), 1);
}

#[test]
fn stk_17_the_remainder_of_a_split_goes_to_the_rewards_pool() {
    for day in 0..1_500 {
        let amount = curve().cumulative(day + 1) - curve().cumulative(day);
        let [pool, others @ ..] = split(amount, &FUND_BPS).unwrap();
        assert_eq!(pool + others.iter().sum::<u64>(), amount);
        assert!(pool >= amount / 2 && pool < amount / 2 + 5, "day {day}");
    }
    assert_eq!(split(9_999, &FUND_BPS), Some([5_003, 1_999, 1_499, 999, 499]));
    assert_eq!(split(1, &FUND_BPS), Some([1, 0, 0, 0, 0]));
}

#[test]
fn stk_22_the_worked_example_gives_1584() {
    let rules = stk();
    let prepared = rules.prepared().unwrap();
    let example = points(&Scorer::new(&prepared), rules.pack(&[5, 3, 1, 5, 3, 2, 0]));
    assert_eq!(example, Some(960));
    assert_eq!(960 * unit(3, 4), 1_584 * STK);
    assert_eq!(960 * unit(8, 5), 4_147_200_000);
    assert_eq!(1_700 * unit(7, 4), 5_610 * STK);
}

#[test]
fn stk_23_seven_sections_in_a_day_give_250() {
    assert_eq!(points_of(&[&[(SECTION, 7)]]), 250);
    assert_eq!(points_of(&[&[(SECTION, 5)]]), 250);
    assert_eq!(points_of(&[&[(SECTION, 4)]]), 200);
}

#[test]
fn stk_24_six_tasks_in_a_day_give_500() {
    assert_eq!(points_of(&[&[(TASK, 6)]]), 500);
    assert_eq!(points_of(&[&[(TASK, 4)]]), 400);
}

#[test]
fn stk_25_two_posts_in_a_day_give_200() {
    assert_eq!(points_of(&[&[(POST, 2)]]), 200);
}

#[test]
fn stk_26_six_likes_given_in_a_day_give_50() {
    assert_eq!(points_of(&[&[(LIKE_GIVEN, 6)]]), 50);
}

#[test]
fn stk_27_twelve_likes_received_in_a_day_give_200() {
    assert_eq!(points_of(&[&[(LIKE_RECEIVED, 12)]]), 200);
    assert_eq!(points_of(&[&[(LIKE_RECEIVED, 9)]]), 180);
}

#[test]
fn stk_28_six_comments_written_in_a_day_give_250() {
    assert_eq!(points_of(&[&[(COMMENT_WRITTEN, 6)]]), 250);
}

#[test]
fn stk_29_six_comments_received_in_a_day_give_250() {
    assert_eq!(points_of(&[&[(COMMENT_RECEIVED, 6)]]), 250);
}

#[test]
fn stk_30_limits_hold_for_each_day_on_its_own() {
    assert_eq!(points_of(&[&[(SECTION, 7)], &[(SECTION, 7)]]), 500);
    let rules = stk();
    let prepared = rules.prepared().unwrap();
    let scorer = Scorer::new(&prepared);
    assert_eq!(points(&scorer, rules.pack(&[35, 0, 0, 0, 0, 0, 0])), Some(1_750));
    assert_eq!(points(&scorer, rules.pack(&[36, 0, 0, 0, 0, 0, 0])), None);
}

#[test]
fn stk_31_the_maximum_is_1700_a_day_11900_a_week_and_51408_stk() {
    let day: &[(usize, u16)] = &[(0, 99), (1, 99), (2, 99), (3, 99), (4, 99), (5, 99), (6, 99)];
    assert_eq!(points_of(&[day]), 1_700);
    assert_eq!(points_of(&[day; 7]), 11_900);
    let rules = stk();
    let prepared = rules.prepared().unwrap();
    let most = points(&Scorer::new(&prepared), rules.pack(&[35, 35, 7, 35, 70, 35, 35]));
    assert_eq!(most, Some(11_900));
    assert_eq!(11_900 * unit(8, 5), 51_408 * STK);
}

#[test]
fn stk_34_stk_35_stk_36_stk_37_stk_38_stk_39_stk_40_stk_41_levels_have_their_coefficients() {
    let per_thousand = [1_000, 1_200, 1_500, 1_800, 2_200, 2_600, 3_000, 3_600];
    for (index, expected) in per_thousand.into_iter().enumerate() {
        assert_eq!(unit(index + 1, 1), expected * 1_000, "level {}", index + 1);
    }
    assert_eq!(unit(0, 1), 0);
    assert_eq!(unit(9, 1), 0);
}

#[test]
fn stk_43_weeks_in_a_row_have_their_coefficients() {
    let mut streak = 0;
    let mut coefficients = vec![];
    for week in 1..=52 {
        streak = streak_after(streak);
        if [1, 2, 3, 4, 5, 52].contains(&week) {
            coefficients.push(unit(1, streak));
        }
    }
    assert_eq!(coefficients, [1_000_000, 1_020_000, 1_050_000, 1_100_000, 1_200_000, 1_200_000]);
}

#[test]
fn stk_45_rewards_need_no_rounding() {
    assert_eq!(50 * unit(1, 1), 50 * STK);
    assert_eq!(50 * unit(2, 2), 61_200_000);
    assert_eq!(10 * unit(4, 3), 18_900_000);
    assert_eq!(100 * unit(5, 2), 224_400_000);
}

#[test]
fn stk_54_weeks_run_from_monday_to_monday() {
    assert_eq!(week_of(345_600), Some(0), "1970-01-05T00:00:00Z");
    assert_eq!(week_of(345_599), None);
    assert_eq!(week_of(1_765_756_800), Some(2_919), "2025-12-15T00:00:00Z");
    assert_eq!(week_of(1_766_361_599), Some(2_919), "2025-12-21T23:59:59Z");
    assert_eq!(week_of(1_766_361_600), Some(2_920), "2025-12-22T00:00:00Z");
}

#[test]
fn stk_55_a_week_is_over_with_the_first_second_of_the_next() {
    assert_eq!(week_end(2_919), 1_766_361_600);
    assert_eq!(week_start(2_920), 1_766_361_600);
}

#[test]
fn stk_136_stakes_are_for_one_of_four_terms() {
    assert_eq!(TERMS_DAYS, [30, 90, 180, 365]);
    let midnight = 1_765_756_800; // 2025-12-15T00:00:00Z
    let ends = TERMS_DAYS.map(|days| unlocks_at(midnight, days));
    // 2026-01-14, 2026-03-15, 2026-06-13 and 2026-12-15, each at midnight.
    assert_eq!(ends, [1_768_348_800, 1_773_532_800, 1_781_308_800, 1_797_292_800].map(Some));
}

#[test]
fn stk_94_a_buyback_needs_a_fall_of_more_than_20_percent() {
    // Thirty days at 1.00.
    let reference = reference_sum([1_000_000_000; 30].into_iter()).unwrap();
    assert!(!has_fallen(800_000_000, reference), "0.80");
    assert!(has_fallen(799_999_000, reference), "0.799999");
    assert_eq!(reference_sum([1_000_000_000; 29].into_iter()), None, "a day is missing");
    // 1,000 STK at 0.799999 USDC, both of six decimals.
    assert_eq!(quote_floor(1_000 * STK, 799_999_000, 6, 6), Some(799_999_000));
}

#[test]
fn stk_95_a_velocity_of_a_fifth_is_not_low() {
    // A year in which a fifth of the 1,000 STK that circulate changes hands.
    let year = |volume| Activity { volume, days: 365, circulating: 366 * 1_000 * 1_000_000, samples: 366 };
    assert!(!year(200 * STK).is_slow(), "0.2");
    assert!(year(200 * STK - 1).is_slow());
    assert!(year(190 * STK).is_slow(), "0.19");
}

/// What is taken of 1,000 STK after so many days without activity.
fn taken_after(days: u32) -> u64 {
    let (_, bps) = BandsOfDay::new(&BANDS, SUNDAY + days).band(2_919, 0).unwrap_or((0, 0));
    let (from_balance, from_stakes) = redistributed_floor(1_000 * STK, 0, bps);
    assert_eq!(from_stakes, 0);
    from_balance
}

#[test]
fn stk_86_nothing_happens_for_89_days() {
    assert_eq!(taken_after(0), 0);
    assert_eq!(taken_after(89), 0);
    assert_eq!(band_of(&BANDS, 89), None);
}

#[test]
fn stk_87_stk_88_stk_89_bands_take_5_10_and_15_per_cent() {
    let whole = [90, 179, 180, 364, 365, 366].map(|days| taken_after(days) / STK);
    assert_eq!(whole, [50, 50, 100, 100, 150, 150]);
    assert_eq!([90, 179, 180, 364, 365, 366].map(|days| band_of(&BANDS, days).unwrap()), [0, 0, 1, 1, 2, 2]);
}

#[test]
fn stk_90_four_quarters_leave_654_075_of_1000() {
    let mut balance = 1_000 * STK;
    let mut left = vec![];
    for bps in [500, 1_000, 1_000, 1_500] {
        balance -= redistributed_floor(balance, 0, bps).0;
        left.push(balance);
    }
    assert_eq!(left, [950_000_000, 855_000_000, 769_500_000, 654_075_000]);
}

#[test]
fn stk_86_days_count_from_the_later_of_the_sunday_and_the_reward() {
    assert_eq!(inactive_days(SUNDAY + 90, 2_919, 0), 90);
    assert_eq!(inactive_days(SUNDAY + 90, 2_919, SUNDAY - 1), 90);
    assert_eq!(inactive_days(SUNDAY + 90, 2_919, SUNDAY + 1), 89);
    // Without an active week, from the registration.
    assert_eq!(inactive_days(SUNDAY + 90, 0, SUNDAY - 6), 96);
}

#[test]
fn stk_87_a_stake_is_no_shelter() {
    assert_eq!(redistributed_floor(0, 1_000 * STK, 500), (0, 50 * STK));
    assert_eq!(redistributed_floor(20 * STK, 980 * STK, 500), (20 * STK, 30 * STK));
    assert_eq!(redistributed_floor(50 * STK, 950 * STK, 500), (50 * STK, 0));
}

#[test]
fn stk_91_a_quarter_is_of_the_calendar_in_utc() {
    let days = [0, 89, 90, 20_423, 20_453, 20_454, 20_543, 20_544];
    // 1970-01-01, 03-31, 04-01; 2025-12-01, 12-31; 2026-01-01, 03-31, 04-01.
    let expected = [0, 0, 1, 223, 223, 224, 224, 225];
    assert_eq!(days.map(|day| quarter_of_day(day).unwrap()), expected);
}

#[test]
fn stk_137_a_tenth_of_the_circulating_tokens_must_vote_and_most_of_them_for_it() {
    let quorum = quorum_ceil(781 * STK, 1_000);
    assert_eq!(quorum, 78_100_000);
    assert!(!is_passed(quorum - 1, 0, quorum));
    assert!(is_passed(quorum, 0, quorum));
    assert!(!is_passed(quorum / 2, quorum / 2, quorum), "as many against as for it");
    assert!(is_passed(quorum / 2 + 1, quorum / 2 - 1, quorum), "votes against count to the quorum");
}

#[test]
fn stk_137_a_snapshot_is_as_old_as_a_vote_at_most_and_lasts_as_long_as_its_votes() {
    let week = 604_800;
    assert!(!takes_snapshot(1_000 + 604_799, 1_000, week, 0));
    assert!(takes_snapshot(1_000 + 604_800, 1_000, week, 0));
    assert!(!takes_snapshot(1_000 + 604_800, 1_000, week, 1_000 + 604_801));
    assert!(takes_snapshot(1_000 + 604_801, 1_000, week, 1_000 + 604_801));
}
