use {
    crate::state::{Payment, SplitEntry},
    anchor_lang::prelude::*,
};

#[event]
pub struct ServiceCreated {
    pub economy: Address,
    pub service: Address,
    pub id: u32,
    pub author: Address,
    /// Global index of the author.
    pub member: u32,
    pub kind: u8,
    pub name: String,
    pub description_hash: [u8; 32],
    pub price: u64,
    /// 0 for good.
    pub term_seconds: u32,
    /// 0 when none are counted.
    pub sessions: u16,
    pub split: Vec<SplitEntry>,
}

#[event]
pub struct ServiceUpdated {
    pub economy: Address,
    pub service: Address,
    pub price: u64,
    /// 0 on offer, 1 paused.
    pub status: u8,
}

#[event]
pub struct ServiceClosed {
    pub economy: Address,
    pub service: Address,
}

#[event]
pub struct ActivationOpened {
    pub economy: Address,
    pub service: Address,
    pub wallet: Address,
    /// Whether the service counts sessions.
    pub counts_sessions: bool,
}

/// Names no economy: the service may be gone, and its address belongs to one economy alone.
#[event]
pub struct ActivationClosed {
    pub service: Address,
    pub wallet: Address,
}

/// A service payment (STK-72): from the buyer to each recipient, in the order of the split rule.
#[event]
pub struct ServicePurchased {
    pub economy: Address,
    pub service: Address,
    /// The service's id.
    pub id: u32,
    /// The buyer.
    pub wallet: Address,
    /// The buyer's page.
    pub page: u32,
    pub slot: u16,
    pub price: u64,
    pub payments: Vec<Payment>,
    /// The buyer's, after everything.
    pub balance: u64,
    pub active_from: i64,
    pub active_to: i64,
    pub sessions_left: u32,
}

#[event]
pub struct SessionUsed {
    pub economy: Address,
    pub service: Address,
    /// The buyer.
    pub wallet: Address,
    /// Whether the author counted it, not the buyer.
    pub by_author: bool,
    pub sessions_left: u32,
}

#[event]
pub struct ServiceRated {
    pub economy: Address,
    pub service: Address,
    /// The buyer.
    pub wallet: Address,
    pub rating: u8,
    /// Sum of the service's ratings.
    pub rating_sum: u64,
    /// Number of the service's ratings.
    pub rating_count: u32,
    /// Ratings of the buyer.
    pub ratings: u32,
}
