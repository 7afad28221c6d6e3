mod set_spending_limits;
mod set_team_schedule;
mod spend_fund;
mod withdraw_fund;

pub use set_spending_limits::*;
pub use set_team_schedule::*;
pub use spend_fund::*;
pub use withdraw_fund::*;
