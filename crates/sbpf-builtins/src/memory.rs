//! Comparison of memory.

/// Compares `n` bytes as numbers, the first that differ decide: negative, zero or positive.
///
/// Most callers ask whether addresses or discriminators are equal, so their length is known where this is compiled into
/// them. What remains is then a load from each side and a branch for every 8 bytes: the sign is never zero where words
/// differ, and what computes it goes. With a loop over the bytes of the word, which cannot be dropped, a program is an
/// eighth larger.
///
/// # Safety
/// `left` and `right` are valid for reads of `n` bytes.
#[inline(always)]
pub unsafe fn compare(left: *const u8, right: *const u8, n: usize) -> i32 {
    let mut at = 0;
    while n - at >= 8 {
        // SAFETY: 8 bytes from `at` on are within `n`.
        let (a, b) = unsafe { (word(left.add(at)), word(right.add(at))) };
        if a != b {
            return sign(a < b);
        }
        at += 8;
    }
    while at < n {
        // SAFETY: `at` is below `n`.
        let (a, b) = unsafe { (*left.add(at), *right.add(at)) };
        if a != b {
            return sign(a < b);
        }
        at += 1;
    }
    0
}

/// Eight bytes, of which the first weighs most.
///
/// # Safety
/// `from` is valid for reads of 8 bytes.
#[inline(always)]
unsafe fn word(from: *const u8) -> u64 {
    // SAFETY: the caller's promise; a read of bytes needs no alignment.
    u64::from_be(unsafe { from.cast::<u64>().read_unaligned() })
}

#[inline(always)]
const fn sign(is_less: bool) -> i32 {
    if is_less {
        -1
    } else {
        1
    }
}
