//! One file an account: layout, seeds, small methods.

mod economy;
#[cfg(test)]
mod layout;
mod membership;
mod page;
mod snapshot;
mod stake;
mod week;

pub use economy::*;
pub use membership::*;
pub use page::*;
pub use snapshot::*;
pub use stake::*;
pub use week::*;
