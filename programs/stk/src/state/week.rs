use anchor_lang::prelude::*;

/// The record of one week: what was posted, what was paid.
///
/// Created by `open_week`, completed by `seal_week` and `settle_page`, never closed.
#[account]
pub struct Week {
    /// Base units due by the rules.
    pub due: u64,
    /// Base units that the Rewards Pool could pay: `min(due, pool)` (STK-46).
    pub payable: u64,
    /// Base units credited so far.
    pub paid: u64,
    pub opened_at: i64,
    pub sealed_at: i64,
    /// Pages may be settled from this second on.
    pub settle_from: i64,
    /// Index of the week.
    pub index: u32,
    /// Members registered when the week was opened.
    pub members: u32,
    /// Members with a score.
    pub active: u32,
    pub pages_settled: u32,
    /// Scores that an audit found different from the published daily detail.
    pub mismatches: u32,
    pub economy: Address,
    /// Merkle root of the daily detail.
    pub detail_root: [u8; 32],
    /// 1 once the guardian has held the week.
    pub held: u8,
    pub bump: u8,
    pub _reserved: [u8; 34],
}

impl Week {
    pub const SEED: &'static [u8] = b"week";
}
