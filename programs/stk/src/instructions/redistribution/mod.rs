mod redistribute_page;
mod set_redistribution_bands;

pub use redistribute_page::*;
pub use set_redistribution_bands::*;
