//! The economics of a contribution economy as pure integer functions: emission curve, fund split, weekly score,
//! pro-rata settlement, vesting, redistribution from inactive members, calendar weeks and quarters, stabilisation,
//! and the Merkle tree over a week's daily detail.
//!
//! No account, clock or log is known here, so every number is tested natively and the on-chain program, which calls
//! the very same functions, cannot disagree. Amounts are base units of the token (`u64`).
#![cfg_attr(not(test), no_std)]
#![forbid(unsafe_code)]

pub mod band;
pub mod emission;
pub mod freeze;
pub mod governance;
pub mod merkle;
pub mod pro_rata;
pub mod quarter;
pub mod score;
pub mod split;
pub mod stabilisation;
pub mod stake;
pub mod vesting;
pub mod week;
