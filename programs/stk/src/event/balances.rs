use anchor_lang::prelude::*;

#[event]
pub struct Deposited {
    pub economy: Address,
    pub wallet: Address,
    pub amount: u64,
    pub balance: u64,
}

#[event]
pub struct Withdrawn {
    pub economy: Address,
    pub wallet: Address,
    pub amount: u64,
    pub balance: u64,
}

#[event]
pub struct SurplusAbsorbed {
    pub economy: Address,
    pub amount: u64,
    pub rewards_pool: u64,
}
