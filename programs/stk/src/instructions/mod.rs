//! One folder a topic, one file an instruction.

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
