//! Compares the function with the order of slices on the machine that runs the tests.

use core::cmp::Ordering;
use proptest::prelude::*;
use sbpf_builtins::memory::compare;

fn order(left: &[u8], right: &[u8]) -> Ordering {
    assert_eq!(left.len(), right.len());
    // SAFETY: both are as long as the left one.
    unsafe { compare(left.as_ptr(), right.as_ptr(), left.len()) }.cmp(&0)
}

#[test]
fn bytes_that_are_equal_compare_equal_at_every_length() {
    let bytes: Vec<u8> = (0..=99).collect();
    for n in 0..=bytes.len() {
        assert_eq!(order(&bytes[..n], &bytes.clone()[..n]), Ordering::Equal, "{n} bytes");
    }
}

#[test]
fn a_single_byte_that_differs_decides_wherever_it_is() {
    for n in 1..=40 {
        for at in 0..n {
            let (left, mut right) = (vec![0x80; n], vec![0x80; n]);
            for (other, expected) in [
                (0, Ordering::Greater),
                (0x7f, Ordering::Greater),
                (0x81, Ordering::Less),
                (0xff, Ordering::Less),
            ] {
                right[at] = other;
                assert_eq!(order(&left, &right), expected, "{other} at {at} of {n}");
            }
        }
    }
}

#[test]
fn the_first_of_two_bytes_that_differ_decides() {
    for (first, second) in [(0, 1), (0, 7), (6, 7), (7, 8), (0, 8), (3, 16), (15, 31), (16, 17)] {
        let (mut left, mut right) = (vec![5; 33], vec![5; 33]);
        (left[first], right[first]) = (1, 2);
        (left[second], right[second]) = (200, 3);
        assert_eq!(order(&left, &right), Ordering::Less, "{first} before {second}");
        assert_eq!(order(&right, &left), Ordering::Greater, "{first} before {second}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, ..ProptestConfig::default() })]

    #[test]
    fn the_order_is_that_of_slices_wherever_they_begin(
        pairs in proptest::collection::vec((0..4_u8, 0..4_u8), 0..80),
        skip in 0..9_usize,
    ) {
        let (left, right): (Vec<u8>, Vec<u8>) = pairs.into_iter().unzip();
        let skip = skip.min(left.len());
        prop_assert_eq!(order(&left[skip..], &right[skip..]), left[skip..].cmp(&right[skip..]));
    }
}
