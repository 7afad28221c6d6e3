mod close_activation;
mod close_service;
mod create_service;
mod open_activation;
mod purchase;
mod rate_service;
mod update_service;
mod use_session;

pub use close_activation::*;
pub use close_service::*;
pub use create_service::*;
pub use open_activation::*;
pub use purchase::*;
pub use rate_service::*;
pub use update_service::*;
pub use use_session::*;
