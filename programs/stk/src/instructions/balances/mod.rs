mod absorb_surplus;
mod deposit;
mod withdraw;

pub use absorb_surplus::*;
pub use deposit::*;
pub use withdraw::*;
