mod confirm_activity;
#[allow(
    unused_variables,
    reason = "the derive of anchor-lang 2.0.0-rc.2 binds instruction arguments it may not use"
)]
mod create_escrow_page;
mod give_verdicts;
mod grant_rewards;
mod pay_rewards;
mod rate_reward;
mod resolve_rewards;
mod set_reward_kinds;

pub use confirm_activity::*;
pub use create_escrow_page::*;
pub use give_verdicts::*;
pub use grant_rewards::*;
pub use pay_rewards::*;
pub use rate_reward::*;
pub use resolve_rewards::*;
pub use set_reward_kinds::*;
