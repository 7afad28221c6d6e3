//! Scaling a week down when the pool is short: `floor(reward × payable / total)` for each member (STK-46).

const LOW: u64 = 0xffff_ffff;

/// High 64 bits of `a × b`. Four 32-bit products: no intermediate exceeds `u64`.
#[inline(always)]
fn multiply_high(a: u64, b: u64) -> u64 {
    let (a_low, a_high, b_low, b_high) = (a & LOW, a >> 32, b & LOW, b >> 32);
    let low = a_low.wrapping_mul(b_low);
    let cross = a_high.wrapping_mul(b_low).wrapping_add(low >> 32);
    let middle = a_low.wrapping_mul(b_high).wrapping_add(cross & LOW);
    a_high.wrapping_mul(b_high).wrapping_add(cross >> 32).wrapping_add(middle >> 32)
}

/// The ratio `payable / total` of a short week, prepared for many members.
///
/// A 128-bit division for each member would cost more than all else of settling, so the ratio is divided once, to
/// 64 binary places rounded down, and each estimate is corrected: it is the true floor or one less.
#[derive(Clone, Copy, Debug)]
pub struct ProRata {
    payable: u64,
    total: u64,
    /// `floor(payable × 2^64 / total)`; unused when everybody is paid in full.
    ratio: u64,
}

impl ProRata {
    /// The largest total: the correction below compares numbers up to twice the total in `u64`.
    pub const MAX_TOTAL: u64 = u64::MAX >> 1;

    /// `None` when more is payable than due, or `total` is above [`Self::MAX_TOTAL`].
    pub fn new(payable: u64, total: u64) -> Option<Self> {
        if payable > total || total > Self::MAX_TOTAL {
            return None;
        }
        let ratio = match (u128::from(payable) << 64).checked_div(u128::from(total)) {
            // payable = total gives 2^64, which does not fit and is not needed.
            Some(ratio) => u64::try_from(ratio).unwrap_or(0),
            None => 0,
        };
        Some(Self { payable, total, ratio })
    }

    /// Whether everybody is paid in full.
    #[inline(always)]
    pub fn is_full(&self) -> bool {
        self.payable == self.total
    }

    /// `floor(reward × payable / total)` for a `reward` ≤ total. The remainder stays with the Rewards Pool.
    #[inline(always)]
    pub fn share_floor(&self, reward: u64) -> u64 {
        if self.is_full() {
            return reward;
        }
        self.scaled_floor(reward)
    }

    /// [`Self::share_floor`] of a short week, for a loop that has asked [`Self::is_full`] before.
    #[inline(always)]
    pub fn scaled_floor(&self, reward: u64) -> u64 {
        let estimate = multiply_high(reward, self.ratio);
        // The true remainder of the estimate lies in [0, 2 × total) and so fits; both products may wrap, their
        // difference does not.
        let rest = reward.wrapping_mul(self.payable).wrapping_sub(estimate.wrapping_mul(self.total));
        if rest >= self.total {
            estimate.wrapping_add(1)
        } else {
            estimate
        }
    }
}
