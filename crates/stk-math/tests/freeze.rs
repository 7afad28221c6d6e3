//! Frozen rewards: the numbers of the specification by row id, each threshold, and what holds for all inputs.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use proptest::prelude::*;
use stk_math::{
    freeze::{activity_verdict, freeze_end, outcome, rating_verdict, Outcome, Verdict},
    week::{week_end, week_start},
};

const DAY: i64 = 86_400;
/// 2025-12-15T00:00:00Z, the first second of week 2,919.
const MONDAY: i64 = 1_765_756_800;
const WEEK: u32 = 2_919;

#[test]
fn stk_79_a_peer_review_ends_after_2_592_000_seconds() {
    assert_eq!(freeze_end(MONDAY, 30), Some(MONDAY + 2_592_000));
}

#[test]
fn stk_80_a_project_ends_after_60_to_90_whole_days() {
    assert_eq!(freeze_end(MONDAY, 60), Some(1_770_940_800)); // 2026-02-13
    assert_eq!(freeze_end(MONDAY, 90), Some(1_773_532_800)); // 2026-03-15
    assert_eq!(freeze_end(MONDAY + 1, 90), Some(1_773_532_801));
}

#[test]
fn stk_85_nothing_changes_before_the_end_and_all_is_processed_at_it() {
    let end = freeze_end(MONDAY, 30).unwrap();
    for verdict in [None, Some(Verdict::Confirmed), Some(Verdict::Rejected)] {
        assert_eq!(outcome(end, verdict, end - 1), Outcome::Frozen);
    }
    assert_eq!(outcome(end, Some(Verdict::Confirmed), end), Outcome::Active);
    assert_eq!(outcome(end, Some(Verdict::Rejected), end), Outcome::Cancelled);
    assert_eq!(outcome(end, None, end), Outcome::Undecided);
}

#[test]
fn a_reward_without_a_verdict_is_active_30_days_after_its_end() {
    assert_eq!(outcome(MONDAY, None, MONDAY + 30 * DAY - 1), Outcome::Undecided);
    assert_eq!(outcome(MONDAY, None, MONDAY + 30 * DAY), Outcome::Active);
    assert_eq!(outcome(MONDAY, Some(Verdict::Rejected), MONDAY + 300 * DAY), Outcome::Cancelled);
    assert_eq!(outcome(i64::MAX, None, i64::MAX), Outcome::Active, "no end lies behind the last second");
}

#[test]
fn an_end_beyond_time_is_none() {
    assert_eq!(freeze_end(i64::MAX, 0), Some(i64::MAX));
    assert_eq!(freeze_end(i64::MAX, 1), None);
    assert_eq!(freeze_end(i64::MAX - i64::from(u16::MAX) * DAY, u16::MAX), Some(i64::MAX));
}

#[test]
fn stk_81_three_of_five_confirms() {
    let verdicts = [0, 1, 2, 3, 4, 5, 6, 255].map(rating_verdict);
    let (rejected, confirmed) = (Some(Verdict::Rejected), Some(Verdict::Confirmed));
    assert_eq!(verdicts, [None, rejected, rejected, confirmed, confirmed, confirmed, None, None]);
}

#[test]
fn stk_82_an_active_week_counts_that_has_a_second_in_common_with_the_freeze() {
    let end = MONDAY + 90 * DAY;
    let verdict = |created_at, ends_at, active| activity_verdict(created_at, ends_at, active, 0);
    assert_eq!(verdict(MONDAY, end, WEEK), Some(Verdict::Confirmed));
    assert_eq!(verdict(week_end(WEEK) - 1, end, WEEK), Some(Verdict::Confirmed), "its last second");
    assert_eq!(verdict(week_end(WEEK), end, WEEK), None, "it ended when the freeze began");
    assert_eq!(verdict(0, MONDAY + 1, WEEK), Some(Verdict::Confirmed), "its first second");
    assert_eq!(verdict(0, MONDAY, WEEK), None, "it began when the freeze ended");
    assert_eq!(verdict(0, end, 0), None, "never active");
}

#[test]
fn stk_82_a_referral_is_rejected_when_every_week_of_the_freeze_is_scored() {
    // Granted in the middle of a week; the freeze ends on a Monday's first second.
    let (created_at, ends_at) = (MONDAY + 3 * DAY, week_start(WEEK + 13));
    let verdict = |active, scored| activity_verdict(created_at, ends_at, active, scored);
    for active in [0, WEEK - 1] {
        assert_eq!(verdict(active, WEEK + 11), None, "one week of the freeze is not scored");
        assert_eq!(verdict(active, WEEK + 12), Some(Verdict::Rejected));
        assert_eq!(verdict(active, 0), None, "no week is scored");
    }
    assert_eq!(activity_verdict(created_at, ends_at + 1, 0, WEEK + 12), None, "a second more, a week more");
    assert_eq!(verdict(WEEK + 13, WEEK + 13), None, "active behind the freeze says nothing about it");
}

proptest! {
    #[test]
    fn an_outcome_stays_what_it_is_once_it_is_final(
        ends_at in 0i64..1 << 40, verdict in 0u8..3, now in 0i64..1 << 40, later in 0i64..1 << 40,
    ) {
        let verdict = [None, Some(Verdict::Confirmed), Some(Verdict::Rejected)][usize::from(verdict)];
        let first = outcome(ends_at, verdict, now);
        let second = outcome(ends_at, verdict, now + later);
        if matches!(first, Outcome::Active | Outcome::Cancelled) {
            prop_assert_eq!(first, second);
        }
        prop_assert_eq!(first == Outcome::Cancelled, now >= ends_at && verdict == Some(Verdict::Rejected));
    }

    #[test]
    fn a_verdict_by_activity_agrees_with_a_look_at_every_week(
        start in 1u32..60, offset in 0i64..604_800, days in 1u16..366, active in proptest::collection::btree_set(1u32..130, 0..4),
        scored in 0u32..130,
    ) {
        let (created_at, ends_at) = (week_start(start) + offset, week_start(start) + offset + i64::from(days) * DAY);
        let last = active.iter().copied().filter(|week| *week <= scored).max().unwrap_or(0);
        let in_common = |week: &u32| (week_start(*week)..week_end(*week)).start.max(created_at) < week_end(*week).min(ends_at);
        match activity_verdict(created_at, ends_at, last, scored) {
            Some(Verdict::Confirmed) => prop_assert!(active.iter().any(in_common)),
            Some(Verdict::Rejected) => prop_assert!(!active.iter().any(in_common), "nobody is rejected who was active"),
            None => {}
        }
    }
}
