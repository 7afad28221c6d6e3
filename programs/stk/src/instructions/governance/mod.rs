mod cast_vote;
mod close_ballots;
mod close_proposal;
mod create_governance;
mod create_proposal;
mod execute_proposal;
mod set_governance;

pub use cast_vote::*;
pub use close_ballots::*;
pub use close_proposal::*;
pub use create_governance::*;
pub use create_proposal::*;
pub use execute_proposal::*;
pub use set_governance::*;
