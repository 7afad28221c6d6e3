//! SPL Token Swap 3.0.0 by the Solana Program Library, whole: its crate brings the entry point.

pub use spl_token_swap::*;
