use {
    crate::state::{EventType, FUNDS},
    anchor_lang::prelude::*,
    stk_math::score::{LEVELS, MAX_EVENT_TYPES, STREAK_STEPS},
};

/// A new economy with all of its rules.
#[event(bytemuck)]
pub struct EconomyCreated {
    pub economy: Address,
    pub mint: Address,
    pub vault: Address,
    /// Holds every role.
    pub admin: Address,
    pub genesis: i64,
    pub emission_first_year: u64,
    pub emission_cap: u64,
    pub settle_delay_seconds: u32,
    pub hold_seconds: u32,
    pub event_types: [EventType; MAX_EVENT_TYPES],
    pub fund_bps: [u16; FUNDS],
    pub level_tenths: [u16; LEVELS],
    pub streak_hundredths: [u16; STREAK_STEPS],
    pub name: [u8; 32],
    pub symbol: [u8; 10],
    pub event_type_count: u8,
    pub halving_years: u8,
    pub decimals: u8,
    pub _reserved: [u8; 7],
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
