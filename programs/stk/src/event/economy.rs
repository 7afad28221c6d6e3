use anchor_lang::prelude::*;

#[event]
pub struct EconomyCreated {
    pub economy: Address,
    pub mint: Address,
    pub vault: Address,
    pub admin: Address,
    pub genesis: i64,
}

#[event]
pub struct PauseChanged {
    pub economy: Address,
    pub paused: bool,
}

#[event]
pub struct RoleProposed {
    pub economy: Address,
    pub role: u8,
    pub proposed: Address,
}

#[event]
pub struct RoleAccepted {
    pub economy: Address,
    pub role: u8,
    pub holder: Address,
}
