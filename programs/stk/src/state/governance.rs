use {
    super::SLOT_BITS,
    crate::{constants::*, error::StkError},
    anchor_lang::{accounts::Slab, prelude::*},
};

/// How an economy decides by vote (STK-137).
///
/// Created by `create_governance`, changed by a passed proposal alone, never closed. Decisions act as an address beside
/// it, `["authority", economy]`: a passed proposal's instruction is called with its signature, so it can hold any role of
/// the economy, own token accounts, and pay rents, which an account with data cannot.
#[account]
pub struct Governance {
    /// Base units that a member's balance must have to propose.
    pub threshold: u64,
    /// Unix second in which the economy's latest snapshot was taken; 0 before the first.
    pub snapshot_taken_at: i64,
    /// When the last vote ends that weighs by the latest snapshot of an even, of an odd number.
    pub votes_end: [i64; 2],
    /// How long a vote runs.
    pub voting_seconds: u32,
    /// How long a passed proposal waits before it may be executed.
    pub time_lock_seconds: u32,
    /// The economy that is governed.
    pub economy: Address,
    /// Part of the circulating tokens that must vote, in basis points.
    pub quorum_bps: u16,
    pub bump: u8,
    /// Of the address that decisions act as.
    pub authority_bump: u8,
    /// The address that decisions act as.
    pub authority: Address,
    pub _reserved: [u8; 28],
}

/// What can be decided about voting itself. Running proposals keep the rules that they began with.
#[derive(Clone, AnchorSerialize, AnchorDeserialize, IdlType)]
pub struct GovernanceParameters {
    /// How long a vote runs: 1 to 30 days.
    pub voting_seconds: u32,
    /// How long a passed proposal waits before it may be executed: at most 30 days.
    pub time_lock_seconds: u32,
    /// Part of the circulating tokens that must vote, in basis points: 1 to 10,000.
    pub quorum_bps: u16,
    /// Base units that a member's balance must have to propose.
    pub threshold: u64,
}

impl Governance {
    pub const SEED: &'static [u8] = b"governance";
    pub const AUTHORITY_SEED: &'static [u8] = b"authority";

    /// Takes over `parameters`; refuses those out of bounds.
    pub fn set(&mut self, parameters: &GovernanceParameters) -> Result<()> {
        let voting = SHORTEST_VOTING_SECONDS..=LONGEST_DELAY_SECONDS;
        require!(voting.contains(&parameters.voting_seconds), StkError::BadVotingTime);
        require!(parameters.time_lock_seconds <= LONGEST_DELAY_SECONDS, StkError::DelayTooLong);
        require!((1..=WHOLE_BPS).contains(&parameters.quorum_bps), StkError::BadQuorum);

        self.voting_seconds = parameters.voting_seconds;
        self.time_lock_seconds = parameters.time_lock_seconds;
        self.quorum_bps = parameters.quorum_bps;
        self.threshold = parameters.threshold;
        Ok(())
    }

    /// When the last vote ends that weighs by the latest snapshot with the parity of `snapshot`.
    pub fn votes_end(&self, snapshot: u32) -> i64 {
        let [even, odd] = self.votes_end;
        if snapshot & 1 == 0 {
            even
        } else {
            odd
        }
    }

    /// Notes that a vote by `snapshot` runs until `end`.
    pub fn extend_votes(&mut self, snapshot: u32, end: i64) {
        let [even, odd] = &mut self.votes_end;
        let last = if snapshot & 1 == 0 { even } else { odd };
        *last = end.max(*last);
    }
}

/// An account of a proposed instruction.
#[derive(Clone, AnchorSerialize, AnchorDeserialize, IdlType)]
pub struct ProposedAccount {
    pub address: Address,
    /// Whether it signs: the authority of the governance by itself; anybody else would have to sign the execution.
    pub is_signer: bool,
    pub is_writable: bool,
}

/// What a proposal does when it is executed.
#[derive(Clone, AnchorSerialize, AnchorDeserialize, IdlType)]
pub struct ProposedInstruction {
    pub program_id: Address,
    pub accounts: Vec<ProposedAccount>,
    pub data: Vec<u8>,
}

/// Where a proposal stands.
pub mod proposal_status {
    /// Votes are counted, or it waits for its execution.
    pub const OPEN: u8 = 0;
    /// Its instruction was called, once and for all.
    pub const EXECUTED: u8 = 1;
}

/// Head of a proposal; behind it the instruction: 33 bytes an account (its address; bit 0 of the last byte when it
/// signs, bit 1 when it is writable), then the data.
///
/// Created by `create_proposal`, counted by `cast_vote`, executed by `execute_proposal`, closed by `close_proposal`.
#[account]
pub struct ProposalHeader {
    /// Base units that must vote.
    pub quorum: u64,
    /// Base units for it.
    pub yes: u64,
    /// Base units against it.
    pub no: u64,
    /// Votes are taken before this second.
    pub voting_ends: i64,
    /// It may be executed from this second on, for 30 days.
    pub executable_at: i64,
    /// Place among the economy's proposals; never used twice.
    pub index: u32,
    /// Number of the snapshot by which votes weigh.
    pub snapshot: u32,
    /// Members who voted.
    pub voters: u32,
    pub economy: Address,
    /// The member who proposed and paid the rent, which goes back there.
    pub proposer: Address,
    /// The program that its instruction calls.
    pub program_id: Address,
    /// Hash of the text that explains it.
    pub description_hash: [u8; 32],
    /// UTF-8, zero-padded.
    pub title: [u8; 64],
    /// Accounts of the instruction.
    pub account_count: u8,
    /// One of [`proposal_status`].
    pub status: u8,
    pub bump: u8,
    /// Of the address by whose signature it acts.
    pub authority_bump: u8,
    pub _reserved: [u8; 8],
}

/// A proposal with its instruction.
pub type Proposal = Slab<ProposalHeader, u8>;

/// Bytes of an account in a proposal.
pub const PROPOSED_ACCOUNT_BYTES: usize = 33;
/// Bit of an account that signs.
pub const PROPOSED_SIGNER: u8 = 1;
/// Bit of a writable account.
pub const PROPOSED_WRITABLE: u8 = 2;

impl ProposalHeader {
    pub const SEED: &'static [u8] = b"proposal";

    /// From this second on it can no longer be executed.
    pub fn expires_at(&self) -> i64 {
        self.executable_at.saturating_add(EXECUTION_SECONDS)
    }

    /// Whether the votes carry it.
    pub fn is_passed(&self) -> bool {
        stk_math::governance::is_passed(self.yes, self.no, self.quorum)
    }
}

impl ProposedInstruction {
    /// Bytes that it takes in a proposal.
    pub fn stored_bytes(&self) -> usize {
        self.accounts.len().saturating_mul(PROPOSED_ACCOUNT_BYTES).saturating_add(self.data.len())
    }

    /// Bytes of the proposal account that holds it; the smallest one for an instruction that cannot be held, which the
    /// handler then refuses.
    pub fn proposal_space(&self) -> usize {
        let bytes = u32::try_from(self.stored_bytes()).unwrap_or(u32::MAX);
        Proposal::space_for(bytes.min(MOST_INSTRUCTION_BYTES))
    }
}

/// Who of a member page voted on a proposal.
///
/// Created by the page's first vote, closed by `close_ballots` when the vote is over.
#[account]
pub struct Ballots {
    /// When the vote ends: it must not be closed before.
    pub voting_ends: i64,
    /// Index of the member page.
    pub page: u32,
    pub proposal: Address,
    /// Who paid the rent, which goes back there.
    pub payer: Address,
    /// A bit for each slot whose balance has voted.
    pub slots: [u8; SLOT_BITS],
    /// A bit for each place of the page's stakes that has voted.
    pub stakes: [u8; STAKE_BITS],
    pub bump: u8,
    pub _reserved: [u8; 3],
}

/// Bytes of a bit for every place of a stake page.
pub const STAKE_BITS: usize = 512;

impl Ballots {
    pub const SEED: &'static [u8] = b"ballots";
}

/// Sets bit `index`; false when it was set.
pub fn set_bit(bits: &mut [u8], index: u16) -> Option<bool> {
    let bit = 1u8.wrapping_shl(u32::from(index & 7));
    let byte = bits.get_mut(usize::from(index >> 3))?;
    let is_new = *byte & bit == 0;
    *byte |= bit;
    Some(is_new)
}
