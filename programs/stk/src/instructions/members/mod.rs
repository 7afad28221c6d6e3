#[allow(
    unused_variables,
    reason = "the derive of anchor-lang 2.0.0-rc.2 binds instruction arguments it may not use"
)]
mod create_page;
mod grow_page;
mod register_members;
mod set_levels;

pub use create_page::*;
pub use grow_page::*;
pub use register_members::*;
pub use set_levels::*;
