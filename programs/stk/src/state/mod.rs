mod economy;
mod membership;
mod page;
mod week;

pub use economy::*;
pub use membership::*;
pub use page::*;
pub use week::*;
