//! One file an instruction.

mod absorb_surplus;
mod accept_role;
mod audit_score;
mod create_economy;
#[allow(
    unused_variables,
    reason = "the derive of anchor-lang 2.0.0-rc.2 binds instruction arguments it may not use"
)]
mod create_page;
mod deposit;
mod grow_page;
mod hold_week;
#[allow(
    unused_variables,
    reason = "the derive of anchor-lang 2.0.0-rc.2 binds instruction arguments it may not use"
)]
mod open_week;
mod pause;
mod propose_role;
mod register_members;
mod release_emission;
mod resume;
mod seal_week;
mod set_levels;
mod settle_page;
mod submit_scores;
mod withdraw;

pub use absorb_surplus::*;
pub use accept_role::*;
pub use audit_score::*;
pub use create_economy::*;
pub use create_page::*;
pub use deposit::*;
pub use grow_page::*;
pub use hold_week::*;
pub use open_week::*;
pub use pause::*;
pub use propose_role::*;
pub use register_members::*;
pub use release_emission::*;
pub use resume::*;
pub use seal_week::*;
pub use set_levels::*;
pub use settle_page::*;
pub use submit_scores::*;
pub use withdraw::*;
