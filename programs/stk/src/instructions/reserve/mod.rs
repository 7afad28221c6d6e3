mod add_reserve_asset;
mod create_reserve;
mod create_startup;
mod deposit_reserve;
mod post_asset_price;
mod set_reserve_limit;
mod set_startup_share;
mod withdraw_reserve;

pub use add_reserve_asset::*;
pub use create_reserve::*;
pub use create_startup::*;
pub use deposit_reserve::*;
pub use post_asset_price::*;
pub use set_reserve_limit::*;
pub use set_startup_share::*;
pub use withdraw_reserve::*;
