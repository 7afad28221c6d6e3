//! One event for each change of state, with the values after it: the ledger can be rebuilt from these alone.
//! Amounts are base units, times unix seconds.

mod balances;
mod economy;
mod emission;
mod members;
mod staking;
mod weeks;

pub use balances::*;
pub use economy::*;
pub use emission::*;
pub use members::*;
pub use staking::*;
pub use weeks::*;
