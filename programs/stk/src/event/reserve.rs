use anchor_lang::prelude::*;

#[event]
pub struct ReserveCreated {
    pub economy: Address,
    pub reserve: Address,
}

#[event]
pub struct ReserveAssetAdded {
    pub economy: Address,
    /// Index in the reserve.
    pub asset: u8,
    pub mint: Address,
    pub vault: Address,
    /// 0 BTC, 1 SOL, 2 USDC, 3 GOLD.
    pub kind: u8,
    pub decimals: u8,
}

#[event]
pub struct StartupCreated {
    pub economy: Address,
    pub startup: u32,
    pub name: String,
}

#[event]
pub struct StartupShareSet {
    pub economy: Address,
    pub startup: u32,
    pub share_bps: u16,
}

#[event]
pub struct ReserveDeposited {
    pub economy: Address,
    pub asset: u8,
    /// 0 subscription, 1 donation, 2 startup.
    pub inflow: u8,
    /// Id of the startup that paid.
    pub startup: Option<u32>,
    pub depositor: Address,
    /// The whole payment, of which `amount` is the reserve's share.
    pub gross: u64,
    /// What was moved and booked, in base units of the asset.
    pub amount: u64,
    pub reference: String,
    /// What the reserve has of the asset after it.
    pub booked: u64,
}

#[event]
pub struct AssetPricePosted {
    pub economy: Address,
    pub asset: u8,
    /// Billionths of a quote unit for a whole token.
    pub price: u64,
    /// Unix day.
    pub day: u32,
}

#[event]
pub struct ReserveLimitSet {
    pub economy: Address,
    pub asset: u8,
    /// Most base units of the asset in a calendar week.
    pub weekly_limit: u64,
}

#[event]
pub struct ReserveWithdrawn {
    pub economy: Address,
    pub asset: u8,
    /// The token account.
    pub destination: Address,
    pub amount: u64,
    /// Why, in the treasurer's words.
    pub reason: String,
    /// What the reserve has of the asset after it.
    pub booked: u64,
    /// Withdrawn of the asset in `week`, this included.
    pub spent_this_week: u64,
    /// The calendar week.
    pub week: u32,
}
