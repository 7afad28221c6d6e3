//! Multiplication and division of 128-bit integers out of 64-bit operations.
//!
//! Nothing here may multiply or divide a `u128`: that would call the very functions that are being defined. Shifts of
//! a `u128` are by exactly 64, which is a choice of registers and no call.

use core::num::{NonZeroI128, NonZeroU128};

/// The low half of a 64-bit word.
const LOW: u64 = 0xffff_ffff;

#[inline(always)]
const fn join(high: u64, low: u64) -> u128 {
    ((high as u128) << 64) | low as u128
}

#[inline(always)]
const fn split(value: u128) -> (u64, u64) {
    ((value >> 64) as u64, value as u64)
}

/// The full product of two words as (high, low), from four products of half words.
///
/// `middle` sums three numbers below 2³², so it cannot overflow, and neither can the high word, since the whole product
/// is at most (2⁶⁴ − 1)².
#[inline(always)]
const fn multiply_words(a: u64, b: u64) -> (u64, u64) {
    let (a_low, a_high, b_low, b_high) = (a & LOW, a >> 32, b & LOW, b >> 32);
    let low = a_low * b_low;
    let low_high = a_low * b_high;
    let high_low = a_high * b_low;
    let middle = (low >> 32) + (low_high & LOW) + (high_low & LOW);
    (a_high * b_high + (low_high >> 32) + (high_low >> 32) + (middle >> 32), (middle << 32) | (low & LOW))
}

/// One digit of Knuth's algorithm D: the quotient of (remainder · 2³² + digit) by the normalized `divisor`, of which
/// `high` and `low` are the halves. The estimate from the upper half is at most two too large; the loop corrects it.
#[inline(always)]
const fn quotient_digit(remainder: u64, digit: u64, high: u64, low: u64) -> u64 {
    let mut quotient = remainder / high;
    let mut rest = remainder - quotient * high;
    while quotient > LOW || quotient * low > ((rest << 32) | digit) {
        quotient -= 1;
        rest += high;
        if rest > LOW {
            break;
        }
    }
    quotient
}

/// Divides (high, low) by `divisor` to (quotient, remainder).
///
/// # Safety
/// `divisor` is not 0 and `high < divisor`, so that the quotient fits a word.
#[inline(always)]
const unsafe fn divide_two_words(high: u64, low: u64, divisor: u64) -> (u64, u64) {
    let shift = divisor.leading_zeros();
    let divisor = divisor << shift;
    let (divisor_high, divisor_low) = (divisor >> 32, divisor & LOW);
    // SAFETY: a divisor that is not 0 has its top bit set after the shift, hence also its upper half.
    unsafe { core::hint::assert_unchecked(divisor_high != 0) };
    let high = if shift == 0 { high } else { (high << shift) | (low >> (64 - shift)) };
    let low = low << shift;
    let (first, second) = (low >> 32, low & LOW);

    // The differences are exact modulo 2⁶⁴; the part that wraps is 0 in full precision.
    let upper = quotient_digit(high, first, divisor_high, divisor_low);
    let middle = (high << 32).wrapping_add(first).wrapping_sub(upper.wrapping_mul(divisor));
    let lower = quotient_digit(middle, second, divisor_high, divisor_low);
    let remainder = (middle << 32).wrapping_add(second).wrapping_sub(lower.wrapping_mul(divisor)) >> shift;
    ((upper << 32) | lower, remainder)
}

/// The product modulo 2¹²⁸; for two's complement integers it is the same for signed and unsigned ones.
#[inline(always)]
pub const fn multiply(a: u128, b: u128) -> u128 {
    let ((a_high, a_low), (b_high, b_low)) = (split(a), split(b));
    let (high, low) = multiply_words(a_low, b_low);
    join(high.wrapping_add(a_high.wrapping_mul(b_low)).wrapping_add(a_low.wrapping_mul(b_high)), low)
}

/// Quotient (rounded down) and remainder.
#[inline(always)]
pub const fn divide(dividend: u128, divisor: NonZeroU128) -> (u128, u128) {
    let divisor = divisor.get();
    let ((high, low), (divisor_high, divisor_low)) = (split(dividend), split(divisor));
    if divisor_high == 0 {
        // SAFETY: the divisor is not 0 and its upper word is.
        unsafe { core::hint::assert_unchecked(divisor_low != 0) };
        if high == 0 {
            return ((low / divisor_low) as u128, (low % divisor_low) as u128);
        }
        let (upper, rest) = (high / divisor_low, high % divisor_low);
        // SAFETY: the divisor is not 0, and a remainder is below its divisor.
        let (lower, remainder) = unsafe { divide_two_words(rest, low, divisor_low) };
        return (join(upper, lower), remainder as u128);
    }
    if dividend < divisor {
        return (0, dividend);
    }
    // The divisor has more than 64 bits, so the quotient has at most 64 and is estimated from the upper words, with the
    // divisor shifted until its top bit is set. Such an estimate is too large by at most two (Knuth, volume 2, 4.3.1,
    // theorem B), and never too small.
    let shift = divisor_high.leading_zeros();
    let (top, next, (upper, middle, lower)) = if shift == 0 {
        (divisor_high, divisor_low, (0, high, low))
    } else {
        let rest = 64 - shift;
        (
            (divisor_high << shift) | (divisor_low >> rest),
            divisor_low << shift,
            (high >> rest, (high << shift) | (low >> rest), low << shift),
        )
    };
    // SAFETY: `top` has its top bit set and `upper` has not: it is `high` shifted right by at least one, or 0.
    let (mut quotient, mut rest) = unsafe { divide_two_words(upper, middle, top) };
    let mut fits = false;
    while !fits {
        let (product_high, product_low) = multiply_words(quotient, next);
        if join(product_high, product_low) <= join(rest, lower) {
            break;
        }
        quotient -= 1;
        // Once the rest has 65 bits, no product of two words exceeds it and its lower word.
        (rest, fits) = rest.overflowing_add(top);
    }
    let (product_high, product_low) = multiply_words(quotient, divisor_low);
    let product = join(product_high.wrapping_add(quotient.wrapping_mul(divisor_high)), product_low);
    (quotient as u128, dividend.wrapping_sub(product))
}

/// Quotient rounded towards zero, and a remainder with the sign of the dividend. `i128::MIN / -1`, whose quotient no
/// `i128` holds, wraps to `i128::MIN` with remainder 0, as `i128::wrapping_div` does: Rust code panics before it calls.
#[inline(always)]
pub const fn divide_signed(dividend: i128, divisor: NonZeroI128) -> (i128, i128) {
    let (quotient, remainder) = divide(dividend.unsigned_abs(), divisor.unsigned_abs());
    let (quotient, remainder) = (quotient as i128, remainder as i128);
    (
        if (dividend < 0) != divisor.is_negative() { quotient.wrapping_neg() } else { quotient },
        if dividend < 0 { remainder.wrapping_neg() } else { remainder },
    )
}
