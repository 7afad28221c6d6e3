use {
    crate::{error::StkError, event::BallotsClosed, state::*},
    anchor_lang::prelude::*,
};

/// Takes no proposal: that may be closed already, and its index is never used again.
#[derive(Accounts)]
pub struct CloseBallots {
    #[account(mut, close = payer)]
    pub ballots: Account<Ballots>,
    /// Who paid the rent.
    #[account(mut, address = ballots.payer @ StkError::WrongPayer)]
    pub payer: UncheckedAccount,
}

impl CloseBallots {
    pub fn handler(ctx: &mut Context<Self>) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let ballots = &ctx.accounts.ballots;

        // Before that, whoever voted could vote again.
        require!(now >= ballots.voting_ends, StkError::VotingNotOver);

        emit!(BallotsClosed { proposal: ballots.proposal, page: ballots.page });
        Ok(())
    }
}
