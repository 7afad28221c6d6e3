use anchor_lang::prelude::*;

#[event]
pub struct Transferred {
    pub economy: Address,
    /// Who paid.
    pub wallet: Address,
    /// Who received `amount` less `fee`.
    pub recipient: Address,
    /// What left the sender's balance.
    pub amount: u64,
    /// What of it went to the Treasury.
    pub fee: u64,
    /// Balance of the sender.
    pub balance: u64,
    pub recipient_balance: u64,
    pub treasury: u64,
}

#[event]
pub struct TransferFeeSet {
    pub economy: Address,
    pub bps: u16,
}
