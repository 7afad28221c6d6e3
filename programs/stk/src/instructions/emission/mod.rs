mod release_emission;

pub use release_emission::*;
