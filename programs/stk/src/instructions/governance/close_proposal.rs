use {
    crate::{error::StkError, event::ProposalClosed, state::*},
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct CloseProposal {
    #[account(mut, close = proposer)]
    pub proposal: Proposal,
    /// Who paid the rent.
    #[account(mut, address = proposal.proposer @ StkError::WrongPayer)]
    pub proposer: UncheckedAccount,
}

impl CloseProposal {
    pub fn handler(ctx: &mut Context<Self>) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let proposal = &ctx.accounts.proposal;

        let executed = proposal.status == proposal_status::EXECUTED;
        let has_failed = now >= proposal.voting_ends && !proposal.is_passed();
        require!(executed || has_failed || now >= proposal.expires_at(), StkError::ProposalIsOpen);

        emit!(ProposalClosed { economy: proposal.economy, proposal: proposal.index, executed });
        Ok(())
    }
}
