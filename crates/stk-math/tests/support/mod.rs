//! What the tests of the economics share: rules to test with, a hash, and references that are computed another way.
#![allow(dead_code, reason = "every test binary uses a part")]

use sha2::{Digest, Sha256};
use stk_math::{
    merkle::Hash,
    score::{prepare, EventWeight, Rules, RulesError, Scorer, PREPARED_WORDS},
};

/// Rules that own their parts.
#[derive(Clone, Debug)]
pub struct OwnRules {
    pub event_types: Vec<EventWeight>,
    pub level_tenths: [u16; 8],
    pub streak_hundredths: [u16; 5],
    pub decimals: u8,
}

impl OwnRules {
    pub fn prepared(&self) -> Result<[u64; PREPARED_WORDS], RulesError> {
        let rules = Rules {
            event_types: &self.event_types,
            level_tenths: &self.level_tenths,
            streak_hundredths: &self.streak_hundredths,
            decimals: self.decimals,
        };
        let mut words = [0; PREPARED_WORDS];
        prepare(&rules, &mut words)?;
        Ok(words)
    }

    pub fn scored(&self) -> Vec<EventWeight> {
        self.event_types.iter().copied().filter(|event_type| event_type.weight > 0).collect()
    }

    /// Bits of each scored type's count, found by counting.
    pub fn widths(&self) -> Vec<u32> {
        self.scored()
            .iter()
            .map(|event_type| {
                (1..).find(|bits| 1u64 << bits > 7 * u64::from(event_type.daily_limit)).unwrap()
            })
            .collect()
    }

    /// The counts side by side; more than 64 bits are cut off.
    pub fn pack(&self, counts: &[u64]) -> u64 {
        let mut shift = 0;
        let mut packed = 0u128;
        for (width, count) in self.widths().iter().zip(counts) {
            packed |= u128::from(*count) << shift;
            shift += width;
        }
        packed as u64
    }

    /// Points by the definition; `None` when a count is above seven times its daily limit.
    pub fn points(&self, counts: &[u64]) -> Option<u64> {
        let scored = self.scored();
        let is_within = scored.iter().zip(counts).all(|(t, count)| *count <= 7 * u64::from(t.daily_limit));
        is_within.then(|| scored.iter().zip(counts).map(|(t, count)| u64::from(t.weight) * count).sum())
    }
}

/// Points as the program computes them: by the unrolled way where the rules allow it.
pub fn points(scorer: &Scorer, packed: u64) -> Option<u64> {
    let slow = scorer.points(packed);
    if scorer.is_aligned() && packed >> (8 * scorer.bytes()) == 0 {
        assert_eq!(scorer.points_aligned::<16>(packed), slow, "both ways agree on {packed:#x}");
    }
    slow
}

pub fn stk() -> OwnRules {
    let of = |weight, daily_limit| EventWeight { weight, daily_limit };
    OwnRules {
        event_types: vec![
            of(50, 5),
            of(100, 5),
            of(200, 1),
            of(10, 5),
            of(20, 10),
            of(50, 5),
            of(50, 5),
            of(0, 0),
            of(0, 0),
            of(0, 0),
        ],
        level_tenths: [10, 12, 15, 18, 22, 26, 30, 36],
        streak_hundredths: [100, 102, 105, 110, 120],
        decimals: 6,
    }
}

/// Other rules: three levels, nine decimals, a type without a weight in the middle.
pub fn forge() -> OwnRules {
    let of = |weight, daily_limit| EventWeight { weight, daily_limit };
    OwnRules {
        event_types: vec![of(120, 9), of(0, 0), of(35, 12), of(7, 40), of(900, 1)],
        level_tenths: [10, 17, 29, 0, 0, 0, 0, 0],
        streak_hundredths: [100, 101, 103, 107, 113],
        decimals: 9,
    }
}

/// Rules whose counts fill all 64 bits.
pub fn full() -> OwnRules {
    OwnRules {
        event_types: vec![
            EventWeight { weight: 3, daily_limit: 1 },
            EventWeight { weight: 1, daily_limit: 65_535 },
        ]
        .into_iter()
        .chain((0..14).map(|index| EventWeight { weight: index + 1, daily_limit: 1 }))
        .collect(),
        level_tenths: [1, 2, 3, 4, 5, 6, 7, 8],
        streak_hundredths: [1, 2, 3, 4, 5],
        decimals: 3,
    }
}

pub fn sha256(parts: &[&[u8]]) -> Hash {
    let mut hasher = Sha256::new();
    parts.iter().for_each(|part| hasher.update(part));
    hasher.finalize().into()
}

/// Largest power of two below `n`, for `n` > 1.
fn split_point(n: usize) -> usize {
    (0..).map(|power| 1usize << power).take_while(|power| *power < n).last().unwrap()
}

/// `MTH` of RFC 9162, section 2.1.1, by its recursive definition.
pub fn tree_hash(leaves: &[Vec<u8>]) -> Hash {
    match leaves {
        [] => sha256(&[]),
        [leaf] => sha256(&[&[0], leaf]),
        _ => {
            let (left, right) = leaves.split_at(split_point(leaves.len()));
            sha256(&[&[1], &tree_hash(left), &tree_hash(right)])
        }
    }
}

/// `PATH` of RFC 9162, section 2.1.3.1, by its recursive definition.
pub fn inclusion_path(index: usize, leaves: &[Vec<u8>]) -> Vec<Hash> {
    if leaves.len() < 2 {
        return vec![];
    }
    let middle = split_point(leaves.len());
    let (left, right) = leaves.split_at(middle);
    let (mut path, sibling) = if index < middle {
        (inclusion_path(index, left), tree_hash(right))
    } else {
        (inclusion_path(index - middle, right), tree_hash(left))
    };
    path.push(sibling);
    path
}

/// A small generator of numbers that are the same on every machine (SplitMix64).
pub struct Numbers(pub u64);

impl Numbers {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From 0 to `highest`.
    pub fn up_to(&mut self, highest: u64) -> u64 {
        let number = self.next();
        highest.checked_add(1).map_or(number, |count| number % count)
    }

    /// Of any magnitude up to `highest`: small numbers are as likely as large ones.
    pub fn any_size(&mut self, highest: u64) -> u64 {
        let shift = self.up_to(63);
        (self.next() >> shift).min(highest)
    }
}
