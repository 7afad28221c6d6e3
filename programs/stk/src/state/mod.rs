//! One file an account: layout, seeds, small methods.

mod activation;
mod economy;
mod escrow;
mod governance;
#[cfg(test)]
mod layout;
mod membership;
mod page;
mod reserve;
mod service;
mod snapshot;
mod spending;
mod stabilisation;
mod stake;
mod startup;
mod week;

pub use activation::*;
pub use economy::*;
pub use escrow::*;
pub use governance::*;
pub use membership::*;
pub use page::*;
pub use reserve::*;
pub use service::*;
pub use snapshot::*;
pub use spending::*;
pub use stabilisation::*;
pub use stake::*;
pub use startup::*;
pub use week::*;
