//! One file an account: layout, seeds, small methods.

mod economy;
#[cfg(test)]
mod layout;
mod membership;
mod page;
mod reserve;
mod snapshot;
mod spending;
mod stake;
mod startup;
mod week;

pub use economy::*;
pub use membership::*;
pub use page::*;
pub use reserve::*;
pub use snapshot::*;
pub use spending::*;
pub use stake::*;
pub use startup::*;
pub use week::*;
