use {
    crate::{constants::*, error::StkError},
    anchor_lang::prelude::*,
    stk_math::week::week_of,
};

/// Most assets of a reserve.
pub const RESERVE_ASSETS: usize = 8;
/// Kinds of reserve assets: 0 BTC, 1 SOL, 2 USDC, 3 GOLD (STK-21).
pub const ASSET_KINDS: u8 = 4;
/// How many kinds of inflow there are.
pub const INFLOWS: usize = 3;

/// Where an inflow of the reserve comes from.
pub mod inflow {
    /// A subscription to the ecosystem's services: half of it is booked (STK-18).
    pub const SUBSCRIPTION: u8 = 0;
    /// A donation of a member: half of it is booked (STK-19).
    pub const DONATION: u8 = 1;
    /// A payment of a startup of the ecosystem: its own share is booked (STK-20).
    pub const STARTUP: u8 = 2;
}

/// One asset of a reserve. Amounts are base units of the asset's own mint.
#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq, Debug, bytemuck::Pod, bytemuck::Zeroable, IdlType)]
pub struct ReserveAsset {
    pub mint: Address,
    /// The token account that holds it; its authority is the economy.
    pub vault: Address,
    /// What the reserve has: booked and not withdrawn. The vault holds at least that much.
    pub booked: u64,
    /// Withdrawn since the asset was added.
    pub withdrawn: u64,
    /// Booked since the asset was added, by kind of [`inflow`].
    pub inflows: [u64; INFLOWS],
    /// Most that may be withdrawn in a calendar week.
    pub weekly_limit: u64,
    /// Withdrawn in `spent_week`.
    pub spent: u64,
    /// Billionths of a quote unit for a whole token, on `price_day`; 0 before the first.
    pub price: u64,
    /// The calendar week that `spent` is about.
    pub spent_week: u32,
    /// Unix day of `price`.
    pub price_day: u32,
    /// 0 BTC, 1 SOL, 2 USDC, 3 GOLD.
    pub kind: u8,
    /// Decimals of the mint.
    pub decimals: u8,
    pub _reserved: [u8; 6],
}

/// What backs an economy: assets of other mints in vaults of their own, apart from the ledger. Nobody has a right to
/// redeem tokens against it; the coverage is reported (section 3.3).
///
/// Created by `create_reserve`, never closed.
#[account]
pub struct Reserve {
    /// The assets, `asset_count` of them.
    pub assets: [ReserveAsset; RESERVE_ASSETS],
    pub economy: Address,
    /// Startups created; the next startup's id.
    pub startups: u32,
    pub asset_count: u8,
    pub bump: u8,
    pub _reserved: [u8; 34],
}

impl Reserve {
    pub const SEED: &'static [u8] = b"reserve";
    pub const VAULT_SEED: &'static [u8] = b"reserve-vault";

    /// The asset with this index.
    pub fn asset_mut(&mut self, index: u8) -> Result<&mut ReserveAsset> {
        require!(index < self.asset_count, StkError::UnknownAsset);
        self.assets.get_mut(usize::from(index)).ok_or_else(|| StkError::UnknownAsset.into())
    }

    /// Every asset's inflows are still there or were withdrawn: every handler that moves assets calls it last.
    pub fn check_invariant(&self) -> Result<()> {
        for asset in &self.assets {
            let received = asset.inflows.iter().try_fold(0u64, |sum, inflow| sum.checked_add(*inflow));
            let accounted = asset.booked.checked_add(asset.withdrawn);
            require!(received.is_some() && received == accounted, StkError::ReserveDoesNotAddUp);
        }
        Ok(())
    }
}

impl ReserveAsset {
    /// Books `amount` of an inflow.
    pub fn book(&mut self, inflow: u8, amount: u64) -> Result<()> {
        let total = self.inflows.get_mut(usize::from(inflow)).ok_or(StkError::UnknownInflow)?;
        *total = total.checked_add(amount).ok_or(StkError::Overflow)?;
        self.booked = self.booked.checked_add(amount).ok_or(StkError::Overflow)?;
        Ok(())
    }

    /// Takes `amount` out of the books at `now`, if the week's limit and the books allow it; gives the calendar week.
    pub fn withdraw(&mut self, amount: u64, now: i64) -> Result<u32> {
        let week = week_of(now).ok_or(StkError::Overflow)?;
        let spent_before = if self.spent_week == week { self.spent } else { 0 };

        require!(amount > 0, StkError::AmountIsZero);
        let spent = spent_before.checked_add(amount).ok_or(StkError::Overflow)?;
        require!(spent <= self.weekly_limit, StkError::WeeklyLimitReached);
        let booked = self.booked.checked_sub(amount).ok_or(StkError::ReserveTooSmall)?;

        self.withdrawn = self.withdrawn.checked_add(amount).ok_or(StkError::Overflow)?;
        self.booked = booked;
        self.spent = spent;
        self.spent_week = week;
        Ok(week)
    }
}

/// The share of an inflow that is booked to the reserve, in basis points: half (STK-18, STK-19), or what was agreed with
/// the startup (STK-20), which is 0 until it is set.
pub fn backing_bps(inflow: u8, startup_share: Option<u16>) -> Result<u16> {
    require!(usize::from(inflow) < INFLOWS, StkError::UnknownInflow);
    require!(startup_share.is_some() == (inflow == inflow::STARTUP), StkError::StartupMismatch);
    let share = startup_share.unwrap_or(BACKING_BPS);
    require!(share > 0, StkError::ShareNotSet);
    Ok(share)
}
