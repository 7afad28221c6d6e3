use {
    crate::{error::StkError, event::SessionUsed, state::*},
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct UseSession {
    /// The buyer or the author.
    #[account(
        constraint = *signer.address() == activation.wallet || *signer.address() == service.author
            @ StkError::NotBuyerOrAuthor,
    )]
    pub signer: Signer,
    pub service: Account<Service>,
    #[account(mut, constraint = activation.service == *service.address() @ StkError::WrongActivation)]
    pub activation: Account<Activation>,
}

impl UseSession {
    pub fn handler(ctx: &mut Context<Self>) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let signer = *ctx.accounts.signer.address();
        let service = &ctx.accounts.service;
        let activation = &mut ctx.accounts.activation;

        require!(activation.sessions_left > 0, StkError::NoSessionLeft);
        require!(!activation.is_over(now), StkError::TermIsOver);

        activation.sessions_left = activation.sessions_left.checked_sub(1).ok_or(StkError::NoSessionLeft)?;

        emit!(SessionUsed {
            economy: service.economy,
            service: activation.service,
            wallet: activation.wallet,
            by_author: signer != activation.wallet,
            sessions_left: activation.sessions_left,
        });
        Ok(())
    }
}
