//! One folder a topic, one file an instruction.

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
