use anchor_lang::prelude::*;

#[event]
pub struct StabilisationCreated {
    pub economy: Address,
    pub quote_mint: Address,
    pub quote_vault: Address,
    pub quote_decimals: u8,
    /// Base units of the quote token.
    pub buyback_limit: u64,
    pub cooldown_seconds: u32,
}

#[event]
pub struct BuybackLimitsSet {
    pub economy: Address,
    /// Base units of the quote token.
    pub buyback_limit: u64,
    pub cooldown_seconds: u32,
}

#[event]
pub struct PriceFeedSet {
    pub economy: Address,
    /// Zero for none.
    pub feed_account: Address,
    pub feed_id: [u8; 32],
}

#[event]
pub struct PricePosted {
    pub economy: Address,
    /// Unix day.
    pub day: u32,
    /// Billionths of a whole quote token for a whole token.
    pub price: u64,
    /// Traded since genesis, modulo 2^64.
    pub volume: u64,
    pub circulating: u64,
    /// Whether the price was read from the feed that the economy names.
    pub from_feed: bool,
}

#[event]
pub struct BuybackFunded {
    pub economy: Address,
    pub payer: Address,
    /// Base units of the quote token.
    pub amount: u64,
    pub quote_balance: u64,
}

#[event]
pub struct BuybackOpened {
    pub economy: Address,
    /// Base units of the quote token that it may spend.
    pub quote_amount: u64,
    /// What it pays, in billionths of a whole quote token for a whole token.
    pub max_price: u64,
    /// Today's price.
    pub price: u64,
    pub expires_at: i64,
    pub opened_at: i64,
}

#[event]
pub struct BuybackFilled {
    pub economy: Address,
    pub seller: Address,
    /// Base units that the Treasury received.
    pub amount: u64,
    /// Base units of the quote token that the seller received.
    pub quote: u64,
    pub treasury: u64,
    pub deposited: u64,
    /// Base units of the quote token that the buyback has left.
    pub quote_left: u64,
    pub quote_balance: u64,
}

#[event]
pub struct QuoteWithdrawn {
    pub economy: Address,
    pub destination: Address,
    /// Base units of the quote token.
    pub amount: u64,
    pub reason: String,
    pub quote_balance: u64,
}

#[event]
pub struct TokensBurnt {
    pub economy: Address,
    pub fund: u8,
    pub amount: u64,
    pub reason: String,
    /// Whether the velocity was below 0.2.
    pub by_velocity: bool,
    /// Whether the price had fallen over 20%.
    pub by_price: bool,
    pub fund_balance: u64,
    pub burnt: u64,
}

#[event]
pub struct EmissionFactorSet {
    pub economy: Address,
    /// Part of the schedule that future days release.
    pub emission_factor_bps: u16,
}
