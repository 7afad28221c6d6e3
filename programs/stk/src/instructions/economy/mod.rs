mod accept_role;
mod create_economy;
mod pause;
mod propose_role;
mod resume;

pub use accept_role::*;
pub use create_economy::*;
pub use pause::*;
pub use propose_role::*;
pub use resume::*;
