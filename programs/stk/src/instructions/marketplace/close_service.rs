use {
    crate::{error::StkError, event::ServiceClosed, state::*},
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct CloseService {
    /// Gets the rent back.
    #[account(mut, address = service.author @ StkError::NotAuthor)]
    pub author: Signer,
    #[account(
        mut,
        constraint = service.status == service_status::PAUSED @ StkError::ServiceNotPaused,
        close = author,
    )]
    pub service: Account<Service>,
}

impl CloseService {
    pub fn handler(ctx: &mut Context<Self>) -> Result<()> {
        let service = &ctx.accounts.service;
        emit!(ServiceClosed { economy: service.economy, service: *service.address() });
        Ok(())
    }
}
