mod audit_score;
mod hold_week;
#[allow(
    unused_variables,
    reason = "the derive of anchor-lang 2.0.0-rc.2 binds instruction arguments it may not use"
)]
mod open_week;
mod seal_week;
mod settle_page;
mod submit_scores;

pub use audit_score::*;
pub use hold_week::*;
pub use open_week::*;
pub use seal_week::*;
pub use settle_page::*;
pub use submit_scores::*;
