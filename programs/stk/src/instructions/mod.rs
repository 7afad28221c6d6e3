//! One folder a topic, one file an instruction.

mod balances;
mod economy;
mod emission;
mod members;
mod redistribution;
mod staking;
mod transfers;
mod weeks;

pub use balances::*;
pub use economy::*;
pub use emission::*;
pub use members::*;
pub use redistribution::*;
pub use staking::*;
pub use transfers::*;
pub use weeks::*;
