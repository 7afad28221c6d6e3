use anchor_lang::prelude::*;

#[event]
pub struct PageCreated {
    pub economy: Address,
    pub page: u32,
}

#[event]
pub struct PageGrown {
    pub economy: Address,
    pub page: u32,
    /// Slots that fit.
    pub capacity: u32,
}

#[event]
pub struct MembersRegistered {
    pub economy: Address,
    pub page: u32,
    pub first_slot: u16,
    pub wallets: Vec<Address>,
    /// Unix day of the registration.
    pub day: u32,
}

#[event]
pub struct LevelsSet {
    pub economy: Address,
    pub page: u32,
    /// Hash of the evidence for all changes of the batch.
    pub evidence: [u8; 32],
    pub slots: Vec<u16>,
    pub levels: Vec<u8>,
}
