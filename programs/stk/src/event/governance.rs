use {
    crate::state::{GovernanceParameters, ProposedInstruction},
    anchor_lang::prelude::*,
};

#[event]
pub struct GovernanceSet {
    pub economy: Address,
    /// The address that decisions act as.
    pub authority: Address,
    pub parameters: GovernanceParameters,
}

#[event]
pub struct ProposalCreated {
    pub economy: Address,
    /// Its index.
    pub proposal: u32,
    pub wallet: Address,
    pub title: String,
    pub description_hash: [u8; 32],
    pub instruction: ProposedInstruction,
    /// The snapshot by which votes weigh: the economy's latest from now on.
    pub snapshot: u32,
    pub quorum: u64,
    pub voting_ends: i64,
    pub executable_at: i64,
}

#[event]
pub struct VoteCast {
    pub economy: Address,
    pub proposal: u32,
    pub wallet: Address,
    pub page: u32,
    pub slot: u16,
    /// Places of the stakes that voted now.
    pub stake_places: Vec<u16>,
    pub approve: bool,
    /// Base units with which the member voted now.
    pub weight: u64,
    /// Base units for it, with this vote.
    pub yes: u64,
    /// Base units against it, with this vote.
    pub no: u64,
}

#[event]
pub struct ProposalExecuted {
    pub economy: Address,
    pub proposal: u32,
    pub yes: u64,
    pub no: u64,
}

#[event]
pub struct ProposalClosed {
    pub economy: Address,
    pub proposal: u32,
    pub executed: bool,
}

#[event]
pub struct BallotsClosed {
    pub proposal: Address,
    pub page: u32,
}
