mod release_emission;
mod set_emission_factor;

pub use release_emission::*;
pub use set_emission_factor::*;
