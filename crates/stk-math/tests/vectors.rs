//! `vectors.json`: numbers that this crate computes, for implementations in other languages to agree with.
//!
//! The test fails when the file is not what the crate computes; `STK_WRITE_VECTORS=1 cargo test -p stk-math --test vectors`
//! writes it. Integers of 64 bits are texts there, bytes are hexadecimal.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod support;

use serde_json::{json, Value};
use std::{env, fmt::Write, fs};
use stk_math::{
    band::{is_accepted, redistributed_floor, Band, BandsOfDay},
    emission::{days_ended, EmissionCurve},
    freeze::{activity_verdict, freeze_end, outcome, rating_verdict, Outcome, Verdict},
    governance::{is_passed, quorum_ceil, takes_snapshot},
    merkle::{is_included, leaf_hash},
    pro_rata::ProRata,
    quarter::quarter_of_day,
    score::{points_of_days, streak_after, EventWeight, Scorer},
    split::{split, PriceSplit},
    stabilisation::{billionths, has_fallen, quote_floor, reference_sum, Activity},
    stake::{unlocks_at, TERMS_DAYS},
    vesting::vested_floor,
    week::{unix_day, week_end, week_of, week_start},
};
use support::{forge, full, inclusion_path, points, sha256, stk, tree_hash, Numbers, OwnRules};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/vectors.json");

fn text(number: u64) -> Value {
    Value::String(number.to_string())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

fn emission() -> Value {
    let curves = [
        (1_000_000_000_000_000, 4, 8_000_000_000_000_000),
        (1_000_000_000_000_000, 4, 7_999_999_999_999_919),
        (21_000_000_000_000_000, 2, 84_000_000_000_000_000),
        (365_000_000, 4, 10_000_000_000),
        (364, 1, u64::MAX),
        (1, 255, 255),
        (1, 255, 254),
        (0, 4, 100),
        (100, 0, 100),
        (u64::MAX / 365, 182, u64::MAX),
        (u64::MAX / 365, 183, u64::MAX),
        (u64::MAX / 365 + 1, 1, u64::MAX),
    ];
    let days: [u64; 22] = [
        0, 1, 2, 6, 7, 364, 365, 366, 729, 730, 1_459, 1_460, 1_461, 2_919, 2_920, 5_839, 5_840, 18_250,
        72_999, 73_000, 73_001, 1_000_000,
    ];
    let years = [0, 1, 2, 3, 4, 7, 8, 11, 12, 15, 16, 19, 20, 24, 100, 199, 200, 1_000];
    curves
        .iter()
        .map(|(first_year, halving_years, cap)| {
            let curve = EmissionCurve::new(*first_year, *halving_years, *cap);
            json!({
                "emissionFirstYear": text(*first_year),
                "halvingYears": halving_years,
                "emissionCap": text(*cap),
                "fits": curve.is_some(),
                "total": curve.and_then(|curve| curve.total()).map(text),
                "years": curve.map(|curve| years.map(|year| json!([text(year), text(curve.year_amount(year))])).to_vec()),
                "days": curve.map(|curve| days.map(|day| json!([text(day), text(curve.cumulative(day))])).to_vec()),
            })
        })
        .collect()
}

fn days() -> Value {
    [
        (0, 0),
        (0, 86_399),
        (0, 86_400),
        (1_765_756_800, 1_765_756_799),
        (1_765_756_800, 1_797_292_800),
        (100, 86_499),
    ]
    .map(|(genesis, now)| json!([genesis, now, text(days_ended(genesis, now))]))
    .to_vec()
    .into()
}

fn splits(numbers: &mut Numbers) -> Value {
    let shares: [[u16; 5]; 5] = [
        [5_000, 2_000, 1_500, 1_000, 500],
        [6_000, 1_000, 0, 2_999, 1],
        [10_000, 0, 0, 0, 0],
        [0, 0, 0, 0, 10_000],
        [5_000, 2_000, 1_500, 1_000, 499],
    ];
    let mut amounts =
        vec![0, 1, 2, 9_999, 10_000, 10_001, 2_739_726_027_397, 1_000_000_000_000_000, u64::MAX];
    amounts.extend((0..20).map(|_| numbers.any_size(u64::MAX)));
    let of = |bps: [u16; 5]| {
        amounts
            .iter()
            .map(move |amount| {
                json!([text(*amount), bps, split(*amount, &bps).map(|parts| parts.map(text).to_vec())])
            })
            .collect::<Vec<_>>()
    };
    shares.into_iter().flat_map(of).collect()
}

/// Prices with their split rules: the basis points of each recipient, which of them is the Treasury, what each gets, and
/// what is left for the Treasury where the rule does not name it.
fn prices() -> Value {
    // An own sequence, so that the sections behind this one keep their numbers.
    let mut numbers = Numbers(500);
    let rules: [(&[u16], Option<usize>); 7] = [
        (&[7_000, 3_000], Some(1)),
        (&[8_000, 2_000], Some(1)),
        (&[4_000, 6_000], Some(0)),
        (&[10_000], None),
        (&[10_000], Some(0)),
        (&[3_333, 3_333, 3_334], None),
        (&[1, 1_249, 1_250, 1_250, 1_250, 1_250, 1_250, 2_500], Some(7)),
    ];
    let mut amounts = vec![1, 2, 3, 9_999, 10_001, 200_000_000, 500_000_000, 1_000_000_000, u64::MAX];
    amounts.extend((0..10).map(|_| numbers.any_size(u64::MAX)));
    let of = |(bps, treasury): (&[u16], Option<usize>)| -> Vec<Value> {
        let split_up = |price: u64| {
            let mut split = PriceSplit::new(price);
            let mut parts: Vec<u64> = Vec::new();
            for (index, bps) in bps.iter().enumerate() {
                parts.push(if treasury == Some(index) { 0 } else { split.take_floor(*bps).unwrap() });
            }
            match treasury {
                Some(index) => parts[index] = split.rest(),
                None if split.rest() > 0 => parts.push(split.rest()),
                None => {}
            }
            json!([text(price), bps, treasury, parts.into_iter().map(text).collect::<Vec<_>>()])
        };
        amounts.iter().copied().map(split_up).collect()
    };
    rules.into_iter().flat_map(of).collect()
}

fn weeks() -> Value {
    let last = week_start(u32::MAX);
    [
        0,
        345_599,
        345_600,
        950_399,
        950_400,
        1_765_756_799,
        1_765_756_800,
        1_766_361_599,
        1_766_361_600,
        1_704_067_200,
        1_735_516_800,
        4_102_444_800,
        last,
        last + 604_799,
        last + 604_800,
    ]
    .map(|second: i64| {
        let week = week_of(second);
        json!({
            "second": second,
            "week": week,
            "start": week.map(week_start),
            "end": week.map(week_end),
            "day": unix_day(second),
        })
    })
    .to_vec()
    .into()
}

/// When stakes of each term may be taken back.
fn stakes() -> Value {
    let of = |made: i64| TERMS_DAYS.map(|days| json!([made, days, unlocks_at(made, days)]));
    [0, 1, 86_399, 1_765_756_800, 1_772_323_199, 4_102_444_800].map(of).concat().into()
}

fn verdict_name(verdict: Option<Verdict>) -> Value {
    match verdict {
        None => Value::Null,
        Some(Verdict::Confirmed) => json!("confirmed"),
        Some(Verdict::Rejected) => json!("rejected"),
    }
}

/// What becomes of rewards that are frozen for `days`, around each threshold.
fn freezes() -> Value {
    let created_at = 1_765_756_800;
    let verdicts = [None, Some(Verdict::Confirmed), Some(Verdict::Rejected)];
    let of = |days: u16| {
        let ends_at = freeze_end(created_at, days).unwrap();
        let moments = [-1, 0, 1, 2_591_999, 2_592_000].map(|after| ends_at + after);
        let outcomes = moments.map(|now| {
            let of_each = verdicts.map(|verdict| match outcome(ends_at, verdict, now) {
                Outcome::Frozen => "frozen",
                Outcome::Undecided => "undecided",
                Outcome::Active => "active",
                Outcome::Cancelled => "cancelled",
            });
            json!([now, of_each])
        });
        json!({ "createdAt": created_at, "days": days, "endsAt": ends_at, "outcomes": outcomes })
    };
    [1, 30, 60, 90, 365].map(of).to_vec().into()
}

fn ratings() -> Value {
    [0, 1, 2, 3, 4, 5, 6, 255]
        .map(|rating| json!([rating, verdict_name(rating_verdict(rating))]))
        .to_vec()
        .into()
}

/// Verdicts by activity: creation, end, last active week, last scored week.
fn activities(numbers: &mut Numbers) -> Value {
    let monday = 1_765_756_800;
    let mut cases = vec![
        (monday, monday + 7_776_000, 2_918, 2_931),
        (monday, monday + 7_776_000, 2_919, 0),
        (monday + 604_799, monday + 7_776_000, 2_919, 0),
        (monday + 604_800, monday + 8_380_800, 2_919, 2_931),
        (monday + 604_800, monday + 8_380_800, 2_919, 2_932),
        (monday, monday + 7_776_000, 2_932, 2_932),
    ];
    for _ in 0..60 {
        let created_at = monday + numbers.up_to(2_000_000) as i64;
        let ends_at = created_at + numbers.up_to(8_000_000) as i64;
        let weeks = [0, 1].map(|_| 2_915 + numbers.up_to(24) as u32);
        cases.push((created_at, ends_at, weeks[0], weeks[1]));
    }
    cases
        .into_iter()
        .map(|(created_at, ends_at, active, scored)| {
            let verdict = activity_verdict(created_at, ends_at, active, scored);
            json!([created_at, ends_at, active, scored, verdict_name(verdict)])
        })
        .collect()
}

fn quarters(numbers: &mut Numbers) -> Value {
    let mut days =
        vec![0, 89, 90, 11_016, 11_047, 11_048, 20_453, 20_454, 47_571, 47_572, 5_984_132, 5_984_133];
    days.extend((0..40).map(|_| numbers.up_to(100_000) as u32));
    days.into_iter().map(|day| json!([day, quarter_of_day(day)])).collect()
}

/// Bands, whether they are accepted, and members with what is taken from their balances and stakes on a day.
fn redistributions(numbers: &mut Numbers) -> Value {
    let of =
        |days: [u16; 3], bps: [u16; 3]| [0, 1, 2].map(|index| Band { days: days[index], bps: bps[index] });
    let all = [
        of([90, 180, 365], [500, 1_000, 1_500]),
        of([30, 31, 32], [0, 1, 2_500]),
        of([0, 0, 0], [0, 0, 0]),
        of([29, 31, 32], [1, 2, 3]),
        of([30, 30, 32], [1, 2, 3]),
        of([30, 31, 32], [1, 2, 2_501]),
        of([30, 31, 32], [2, 1, 3]),
    ];
    all.iter()
        .map(|bands| {
            let members: Vec<Value> = (0..if is_accepted(bands) && bands[0].days > 0 { 60 } else { 0 })
                .map(|index: u32| {
                    let today = 20_443 + numbers.up_to(500) as u32;
                    let week = if index.is_multiple_of(5) { 0 } else { 2_860 + numbers.up_to(70) as u32 };
                    let reward_day = 20_000 + numbers.up_to(500) as u32;
                    let balance = numbers.any_size(u64::MAX >> 1);
                    let staked = if index.is_multiple_of(3) { numbers.any_size(u64::MAX >> 1) } else { 0 };
                    let band = BandsOfDay::new(bands, today).band(week, reward_day);
                    let (from_balance, from_stakes) =
                        redistributed_floor(balance, staked, band.map_or(0, |(_, bps)| bps));
                    json!({
                        "today": today,
                        "lastActiveWeek": week,
                        "lastRewardDay": reward_day,
                        "balance": text(balance),
                        "staked": text(staked),
                        "band": band.map(|(band, _)| band),
                        "fromBalance": text(from_balance),
                        "fromStakes": text(from_stakes),
                    })
                })
                .collect();
            json!({
                "bands": bands.map(|Band { days, bps }| json!({ "days": days, "bps": bps })),
                "isAccepted": is_accepted(bands),
                "members": members,
            })
        })
        .collect()
}

fn pro_rata(numbers: &mut Numbers) -> Value {
    let mut cases =
        vec![(60, 100, 121), (1, 100, 121), (0, 0, 0), (5, 5, 5), (7, 0, 7), (1, 1, ProRata::MAX_TOTAL)];
    cases.push((ProRata::MAX_TOTAL, ProRata::MAX_TOTAL - 1, ProRata::MAX_TOTAL));
    for _ in 0..300 {
        let total = numbers.any_size(ProRata::MAX_TOTAL).max(1);
        cases.push((numbers.up_to(total), numbers.up_to(total), total));
    }
    cases
        .iter()
        .map(|(reward, payable, total)| {
            let share = ProRata::new(*payable, *total).unwrap().share_floor(*reward);
            json!([text(*reward), text(*payable), text(*total), text(share)])
        })
        .collect()
}

fn member(rules: &OwnRules, scorer: &Scorer, numbers: &mut Numbers, kind: u64) -> Value {
    let counts: Vec<u64> = rules
        .scored()
        .iter()
        .zip(rules.widths())
        .map(|(event_type, width)| {
            let cap = 7 * u64::from(event_type.daily_limit);
            match kind {
                0 => cap,
                1 => 0,
                // One in four of these has counts that a field can hold and the rules do not allow.
                2 => numbers.up_to((1 << width) - 1),
                _ => numbers.up_to(cap),
            }
        })
        .collect();
    let levels = rules.level_tenths.iter().filter(|tenths| **tenths > 0).count() as u64;
    let level = 1 + numbers.up_to(levels - 1) as usize;
    let streak = 1 + numbers.up_to(4) as usize;
    let packed = rules.pack(&counts);
    let scored = points(scorer, packed);
    json!({
        "counts": counts,
        "bytes": hex(&packed.to_le_bytes()[..scorer.bytes()]),
        "points": scored,
        "level": level,
        "streak": streak,
        "unit": text(scorer.unit(level, streak)),
        "reward": scored.map(|points| text(points * scorer.unit(level, streak))),
    })
}

fn rules_json(rules: &OwnRules) -> Value {
    json!({
        "eventTypes": rules.event_types.iter().map(|EventWeight { weight, daily_limit }| {
            json!({ "weight": weight, "dailyLimit": daily_limit })
        }).collect::<Vec<_>>(),
        "levelTenths": rules.level_tenths,
        "streakHundredths": rules.streak_hundredths,
        "decimals": rules.decimals,
    })
}

fn scores(numbers: &mut Numbers) -> Value {
    let of = |(name, rules): (&str, OwnRules)| {
        let prepared = rules.prepared().unwrap();
        let scorer = Scorer::new(&prepared);
        let daily: Vec<Value> = (0..20)
            .map(|index| {
                let length = 7 * scorer.scored();
                let counts: Vec<u16> = (0..length)
                    .map(|_| if index == 0 { u16::MAX } else { numbers.any_size(u64::from(u16::MAX)) as u16 })
                    .collect();
                let bytes: Vec<u8> = counts.iter().flat_map(|count| count.to_le_bytes()).collect();
                json!([hex(&bytes), points_of_days(&rules.event_types, &bytes)])
            })
            .collect();
        let members = (0..120)
            .map(|index| member(&rules, &scorer, numbers, index % 4 + u64::from(index > 8)))
            .collect();
        json!({
            "name": name,
            "rules": rules_json(&rules),
            "bits": scorer.bits(),
            "bytes": scorer.bytes(),
            "widths": rules.widths(),
            "members": Value::Array(members),
            "daily": daily,
        })
    };
    [("STK", stk()), ("Forge", forge()), ("64 bits", full())].map(of).to_vec().into()
}

/// Streaks as the program counts them: after the streak and the gap to the last active week, the next streak.
fn streaks() -> Value {
    let cases = [0usize, 1, 2, 3, 4, 5];
    let of = |streak: usize| [(streak, 0, 1), (streak, 1, streak_after(streak)), (streak, 2, 1)];
    cases.into_iter().flat_map(of).map(|(streak, gap, next)| json!([streak, gap, next])).collect()
}

fn trees() -> Value {
    let of = |size: usize| {
        let leaves: Vec<Vec<u8>> =
            (0..size).map(|index| sha256(&[&[index as u8]])[..1 + index % 7].to_vec()).collect();
        let root = tree_hash(&leaves);
        let proofs: Vec<Value> = (0..size)
            .map(|index| {
                let path = inclusion_path(index, &leaves);
                let leaf = leaf_hash([leaves[index].as_slice()], sha256);
                assert!(is_included(leaf, index as u32, size as u32, path.iter().copied(), &root, sha256));
                json!(path.iter().map(|hash| hex(hash)).collect::<Vec<_>>())
            })
            .collect();
        json!({
            "leaves": leaves.iter().map(|leaf| hex(leaf)).collect::<Vec<_>>(),
            "root": hex(&root),
            "proofs": proofs,
        })
    };
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 16, 21].map(of).to_vec().into()
}

/// A price and the 30 before it: around four fifths of their mean, and anywhere.
fn falls(numbers: &mut Numbers) -> Value {
    let mut cases = vec![(800_000_000, vec![1_000_000_000; 30]), (799_999_000, vec![1_000_000_000; 30])];
    cases.push((1, vec![1_000_000_000; 29]));
    for index in 0..40 {
        let prices: Vec<u64> = (0..30).map(|_| 1 + numbers.any_size(u64::MAX - 1)).collect();
        let sum: u128 = prices.iter().copied().map(u128::from).sum();
        let bound = (sum * 4 / 150) as u64;
        cases.push((bound + index % 3, prices));
    }
    cases
        .into_iter()
        .map(|(price, prices)| {
            let sum = reference_sum(prices.iter().copied());
            let texts: Vec<Value> = prices.iter().copied().map(text).collect();
            json!([text(price), texts, sum.map(|sum| has_fallen(price, sum))])
        })
        .collect()
}

/// Days with what was traded until then and circulates, and whether the velocity of the last one is known and low.
fn velocities(numbers: &mut Numbers) -> Value {
    (0..40)
        .map(|index| {
            let days = if index == 0 { 366 } else { [29, 30, 31, 47][index % 4] };
            let circulating = 1 + numbers.any_size(u64::MAX >> 1);
            let daily = circulating / 365 / 5;
            let mut volume = u64::MAX - numbers.any_size(circulating);
            let samples: Vec<(u64, u64)> = (0..days)
                .map(|_| {
                    volume = volume.wrapping_add(daily + numbers.up_to(1));
                    (volume, circulating - numbers.up_to(circulating / 50))
                })
                .collect();
            let activity = Activity {
                volume: volume.wrapping_sub(samples[0].0),
                days: samples.len() as u32 - 1,
                circulating: samples.iter().map(|(_, circulating)| u128::from(*circulating)).sum(),
                samples: samples.len() as u32,
            };
            let texts: Vec<Value> = samples
                .iter()
                .map(|(volume, circulating)| json!([text(*volume), text(*circulating)]))
                .collect();
            json!([texts, activity.is_slow()])
        })
        .collect()
}

/// Amount, price and the two tokens' decimals, and the quote.
fn quotes(numbers: &mut Numbers) -> Value {
    (0..60)
        .map(|index| {
            let (amount, price) = (numbers.any_size(u64::MAX), numbers.any_size(u64::MAX));
            let (token, quote) = (3 + index % 7, numbers.up_to(13) as u8);
            json!([
                text(amount),
                text(price),
                token,
                quote,
                quote_floor(amount, price, token, quote).map(text)
            ])
        })
        .collect()
}

/// Price and exponent of a feed, and its billionths.
fn feeds(numbers: &mut Numbers) -> Value {
    (0..60)
        .map(|index| {
            let price = numbers.any_size(i64::MAX as u64) as i64 * if index % 10 == 0 { -1 } else { 1 };
            let exponent = numbers.up_to(40) as i32 - 28;
            json!([price.to_string(), exponent, billionths(price, exponent).map(text)])
        })
        .collect()
}

fn vesting() -> Value {
    let mut numbers = Numbers(21);
    let mut cases = vec![
        (1_000, -1, 0, 0),
        (1_000, 0, 0, 0),
        (1_000, 249, 250, 1_000),
        (1_000, 250, 250, 1_000),
        (1_000, 999, 250, 1_000),
        (1_000, 1_000, 250, 1_000),
        (u64::MAX, i64::from(u32::MAX) - 1, 0, u32::MAX),
    ];
    for _ in 0..100 {
        let vesting = numbers.any_size(u64::from(u32::MAX)) as u32;
        let cliff = numbers.up_to(u64::from(vesting)) as u32;
        let elapsed = numbers.up_to(2 * u64::from(vesting)) as i64;
        cases.push((numbers.any_size(u64::MAX), elapsed, cliff, vesting));
    }
    cases
        .iter()
        .map(|(received, elapsed, cliff, vesting)| {
            let vested = vested_floor(*received, *elapsed, *cliff, *vesting);
            json!([text(*received), elapsed, cliff, vesting, text(vested)])
        })
        .collect()
}

/// Quorums: circulating tokens, basis points, what must vote.
fn quorums(numbers: &mut Numbers) -> Value {
    let mut amounts = vec![0, 1, 9_999, 10_000, 10_001, u64::MAX];
    amounts.extend((0..12).map(|_| numbers.any_size(u64::MAX)));
    let of = |amount: u64| {
        [1, 999, 1_000, 3_333, 10_000].map(|bps| json!([text(amount), bps, text(quorum_ceil(amount, bps))]))
    };
    amounts.into_iter().flat_map(of).collect()
}

/// Votes for and against, the quorum, whether it passes.
fn outcomes(numbers: &mut Numbers) -> Value {
    let mut votes =
        vec![(0, 0, 0), (1, 0, 1), (1, 0, 2), (2, 1, 3), (2, 2, 3), (1, 2, 3), (u64::MAX >> 1, 7, 8)];
    votes.extend((0..20).map(|_| {
        let most = u64::MAX >> 2;
        (numbers.any_size(most), numbers.any_size(most), numbers.any_size(most))
    }));
    votes
        .into_iter()
        .map(|(yes, no, quorum)| json!([text(yes), text(no), text(quorum), is_passed(yes, no, quorum)]))
        .collect()
}

/// Now, when the latest snapshot was taken, seconds of a vote, end of the other votes, whether a new one is taken.
fn snapshots() -> Value {
    [
        (604_800, 0, 604_800, 0),
        (604_799, 0, 604_800, 0),
        (604_800, 0, 604_800, 604_801),
        (604_801, 0, 604_800, 604_801),
        (1_765_756_800, 1_765_670_400, 86_400, 1_765_756_800),
        (1_765_756_800, 1_765_670_401, 86_400, 1_765_756_800),
    ]
    .map(|(now, taken, voting, other): (i64, i64, u32, i64)| {
        json!([now, taken, voting, other, takes_snapshot(now, taken, voting, other)])
    })
    .to_vec()
    .into()
}

fn computed() -> String {
    let mut numbers = Numbers(2_919);
    let vectors = json!({
        "emission": emission(),
        "daysEnded": days(),
        "split": splits(&mut numbers),
        "price": prices(),
        "week": weeks(),
        "proRata": pro_rata(&mut numbers),
        "stake": stakes(),
        "freeze": freezes(),
        "rating": ratings(),
        "activity": activities(&mut Numbers(82)),
        "score": scores(&mut numbers),
        "streak": streaks(),
        "merkle": trees(),
        "fall": falls(&mut Numbers(94)),
        "velocity": velocities(&mut Numbers(95)),
        "quote": quotes(&mut Numbers(96)),
        "feed": feeds(&mut Numbers(97)),
        "vesting": vesting(),
        "quarter": quarters(&mut Numbers(91)),
        "redistribution": redistributions(&mut Numbers(90)),
        "quorum": quorums(&mut Numbers(137)),
        "outcome": outcomes(&mut Numbers(138)),
        "snapshot": snapshots(),
    });
    // A line for each part of a section, so that a change shows where it is.
    let sections = vectors.as_object().unwrap().iter().map(|(name, section)| {
        let parts: Vec<String> =
            section.as_array().unwrap().iter().map(|part| format!("    {part}")).collect();
        format!("  \"{name}\": [\n{}\n  ]", parts.join(",\n"))
    });
    format!("{{\n{}\n}}\n", sections.collect::<Vec<_>>().join(",\n"))
}

#[test]
fn vectors_are_what_this_crate_computes() {
    let computed = computed();
    if env::var_os("STK_WRITE_VECTORS").is_some() {
        fs::write(FILE, &computed).unwrap();
    }
    let committed = fs::read_to_string(FILE).unwrap_or_default();
    assert!(
        committed == computed,
        "vectors.json is stale: STK_WRITE_VECTORS=1 cargo test -p stk-math --test vectors"
    );
}
