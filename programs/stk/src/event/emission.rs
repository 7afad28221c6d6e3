use anchor_lang::prelude::*;

#[event]
pub struct EmissionReleased {
    pub economy: Address,
    pub amount: u64,
    /// What each fund received.
    pub shares: [u64; 5],
    /// Days since genesis released so far.
    pub released_days: u64,
    pub minted: u64,
}
