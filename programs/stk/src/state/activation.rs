use {
    crate::{constants::*, error::StkError, state::Service},
    anchor_lang::prelude::*,
};

/// What one buyer has of one service (STK-70, STK-73).
///
/// Created by `open_activation`, extended by `purchase`, counted down by `use_session`; closed by `close_activation`, also
/// when the service is gone. The buyer pays its rent and gets it back.
#[account]
pub struct Activation {
    /// Unix second since which it is active without a break; 0 before the first purchase.
    pub active_from: i64,
    /// Unix second at which it ends; [`FOR_GOOD`] for never, 0 before the first purchase.
    pub active_to: i64,
    /// Address of the service.
    pub service: Address,
    /// The buyer.
    pub wallet: Address,
    /// Sessions that were paid and not used.
    pub sessions_left: u32,
    /// Purchases so far.
    pub purchases: u32,
    /// Ratings given so far: at most one for each purchase.
    pub ratings: u32,
    /// 1 when the service counts sessions, so that nothing is active without one.
    pub counts_sessions: u8,
    pub bump: u8,
    pub _reserved: [u8; 2],
}

impl Activation {
    pub const SEED: &'static [u8] = b"activation";

    /// Whether the term has ended or never begun.
    pub fn is_over(&self, now: i64) -> bool {
        now >= self.active_to
    }

    /// Whether the buyer may use the service at `now`.
    pub fn is_active(&self, now: i64) -> bool {
        !self.is_over(now) && (self.counts_sessions == 0 || self.sessions_left > 0)
    }

    /// Adds one purchase: a renewal goes on from the end of the term before it (STK-70).
    pub fn extend(&mut self, service: &Service, now: i64) -> Result<()> {
        let is_for_good = service.term_seconds == 0;
        // What is bought for good and counts nothing would be paid twice for nothing.
        let is_owned = is_for_good && service.sessions == 0 && self.active_to == FOR_GOOD;
        require!(!is_owned, StkError::AlreadyOwned);
        if self.is_over(now) {
            self.active_from = now;
        }
        self.active_to = if is_for_good {
            FOR_GOOD
        } else {
            let start = self.active_to.max(now);
            start.checked_add(i64::from(service.term_seconds)).ok_or(StkError::Overflow)?
        };
        let sessions = u32::from(service.sessions);
        self.sessions_left = self.sessions_left.checked_add(sessions).ok_or(StkError::Overflow)?;
        self.purchases = self.purchases.checked_add(1).ok_or(StkError::Overflow)?;
        Ok(())
    }
}
