mod set_transfer_fee;
mod transfer;

pub use set_transfer_fee::*;
pub use transfer::*;
