//! Compares the functions with the arithmetic of the machine that runs the tests.

use core::num::{NonZeroI128, NonZeroU128};
use proptest::prelude::*;
use sbpf_builtins::arithmetic::{divide, divide_signed, multiply};

/// Numbers at which words, half words and signs change, each with its neighbours.
fn edges() -> Vec<u128> {
    let mut edges: Vec<u128> = [0_u32, 1, 2, 7, 8, 16, 31, 32, 33, 63, 64, 65, 95, 96, 97, 126, 127]
        .into_iter()
        .flat_map(|bits| {
            let power = 1_u128 << bits;
            [
                power.wrapping_sub(2),
                power.wrapping_sub(1),
                power,
                power.wrapping_add(1),
                power.wrapping_neg(),
                power.wrapping_neg().wrapping_add(1),
                power.wrapping_neg().wrapping_sub(1),
            ]
        })
        .chain([
            u64::MAX as u128 * u64::MAX as u128,
            // Divisions in which the first estimate of a digit is too large by two.
            0x8000_0000_0000_0000_ffff_ffff_ffff_ffff,
            0x7fff_ffff_ffff_ffff_8000_0000_0000_0000,
            0x8000_0000_ffff_ffff,
            0xffff_ffff_0000_0000_ffff_ffff_0000_0000,
            10_u128.pow(9),
            10_u128.pow(18),
            10_u128.pow(38),
        ])
        .collect();
    edges.sort_unstable();
    edges.dedup();
    edges
}

/// Checks all five functions on one pair; a zero divisor leaves the product to check.
fn check(a: u128, b: u128) {
    let (signed_a, signed_b) = (a as i128, b as i128);
    assert_eq!(multiply(a, b), a.wrapping_mul(b), "{a:#x} * {b:#x}");
    if let Some(divisor) = NonZeroU128::new(b) {
        assert_eq!(divide(a, divisor), (a / b, a % b), "{a:#x} / {b:#x}");
    }
    if let Some(divisor) = NonZeroI128::new(signed_b) {
        let expected = (signed_a.wrapping_div(signed_b), signed_a.wrapping_rem(signed_b));
        assert_eq!(divide_signed(signed_a, divisor), expected, "{signed_a} / {signed_b}");
    }
}

#[test]
fn every_pair_of_edge_values_agrees_with_the_host() {
    let edges = edges();
    assert!(edges.len() > 90, "only {} edge values", edges.len());
    for &a in &edges {
        for &b in &edges {
            check(a, b);
        }
    }
}

#[test]
fn the_least_number_divided_by_minus_one_wraps() {
    let minus_one = NonZeroI128::new(-1).expect("-1 is not 0");
    assert_eq!(divide_signed(i128::MIN, minus_one), (i128::MIN, 0));
}

#[test]
fn a_quotient_of_65_bits_of_estimate_is_corrected() {
    // The normalized divisor has a small upper and a full lower word, so that the estimate is too large.
    for shift in 0..63 {
        let divisor = (0x8000_0000_0000_0000_ffff_ffff_ffff_ffff_u128) >> shift;
        for multiple in [1, 2, 3, (1_u128 << shift) - 1, 1_u128 << shift] {
            let product = divisor.wrapping_mul(multiple);
            for offset in [0, 1, divisor - 1] {
                check(product.wrapping_add(offset), divisor);
                check(product.wrapping_sub(offset), divisor);
            }
        }
    }
}

/// Numbers of every length, since uniform ones almost always have 127 or 128 bits.
fn any_length() -> impl Strategy<Value = u128> {
    (any::<u128>(), 0_u32..128).prop_map(|(value, shift)| value >> shift)
}

/// Numbers made of whole half words of zeros and ones, where carries run through.
fn runs_of_bits() -> impl Strategy<Value = u128> {
    prop::collection::vec(
        prop_oneof![Just(0_u32), Just(1), Just(u32::MAX), Just(u32::MAX - 1), Just(1 << 31), any::<u32>()],
        4,
    )
    .prop_map(|words| words.into_iter().fold(0, |value, word| (value << 32) | word as u128))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn numbers_of_every_length_agree_with_the_host(a in any_length(), b in any_length()) {
        check(a, b);
    }

    #[test]
    fn numbers_of_long_runs_agree_with_the_host(a in runs_of_bits(), b in runs_of_bits()) {
        check(a, b);
    }

    #[test]
    fn a_dividend_near_a_multiple_agrees_with_the_host(quotient in any_length(), divisor in any_length(), offset in -2_i128..=2) {
        check(quotient.wrapping_mul(divisor).wrapping_add(offset as u128), divisor);
    }

    #[test]
    fn quotient_and_remainder_rebuild_the_dividend(dividend in any_length(), divisor in any_length()) {
        if let Some(divisor) = NonZeroU128::new(divisor) {
            let (quotient, remainder) = divide(dividend, divisor);
            prop_assert!(remainder < divisor.get());
            prop_assert_eq!(multiply(quotient, divisor.get()).wrapping_add(remainder), dividend);
        }
    }
}
