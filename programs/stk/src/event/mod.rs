//! One event for each change of state, with the values after it: the ledger can be rebuilt from these alone.
//! Amounts are base units, times unix seconds.

mod balances;
mod economy;
mod emission;
mod funds;
mod governance;
mod marketplace;
mod members;
mod redistribution;
mod reserve;
mod rewards;
mod stabilisation;
mod staking;
mod transfers;
mod weeks;

pub use balances::*;
pub use economy::*;
pub use emission::*;
pub use funds::*;
pub use governance::*;
pub use marketplace::*;
pub use members::*;
pub use redistribution::*;
pub use reserve::*;
pub use rewards::*;
pub use stabilisation::*;
pub use staking::*;
pub use transfers::*;
pub use weeks::*;
