//! The functions that LLVM calls, under the names and in the register form that it expects.

use crate::{
    arithmetic::{divide, divide_signed, multiply},
    memory::compare,
};
use core::num::{NonZeroI128, NonZeroU128};

unsafe extern "C" {
    /// The syscall that ends a program with an error.
    fn abort() -> !;
}

/// Rust checks for zero before it divides, so a zero here comes from other code; it ends the program rather than
/// yielding a number.
macro_rules! non_zero {
    ($kind:ty, $divisor:expr) => {
        match <$kind>::new($divisor) {
            Some(divisor) => divisor,
            // SAFETY: the syscall takes nothing and does not return.
            None => unsafe { abort() },
        }
    };
}

#[no_mangle]
pub extern "unadjusted" fn __multi3(a: u128, b: u128) -> u128 {
    multiply(a, b)
}

#[no_mangle]
pub extern "unadjusted" fn __udivti3(dividend: u128, divisor: u128) -> u128 {
    divide(dividend, non_zero!(NonZeroU128, divisor)).0
}

#[no_mangle]
pub extern "unadjusted" fn __umodti3(dividend: u128, divisor: u128) -> u128 {
    divide(dividend, non_zero!(NonZeroU128, divisor)).1
}

#[no_mangle]
pub extern "unadjusted" fn __divti3(dividend: i128, divisor: i128) -> i128 {
    divide_signed(dividend, non_zero!(NonZeroI128, divisor)).0
}

#[no_mangle]
pub extern "unadjusted" fn __modti3(dividend: i128, divisor: i128) -> i128 {
    divide_signed(dividend, non_zero!(NonZeroI128, divisor)).1
}

/// # Safety
/// `left` and `right` are valid for reads of `n` bytes.
#[no_mangle]
pub unsafe extern "C" fn memcmp(left: *const u8, right: *const u8, n: usize) -> i32 {
    // SAFETY: the caller's promise.
    unsafe { compare(left, right, n) }
}
