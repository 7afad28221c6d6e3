mod create_stake_page;
mod grow_stake_page;
mod snapshot_page;
mod stake;
mod unstake;

pub use create_stake_page::*;
pub use grow_stake_page::*;
pub use snapshot_page::*;
pub use stake::*;
pub use unstake::*;
