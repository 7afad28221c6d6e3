use {
    crate::{error::StkError, event::ServiceUpdated, state::*},
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct UpdateService {
    #[account(address = service.author @ StkError::NotAuthor)]
    pub author: Signer,
    #[account(mut)]
    pub service: Account<Service>,
}

impl UpdateService {
    pub fn handler(ctx: &mut Context<Self>, price: u64, status: u8) -> Result<()> {
        let address = *ctx.accounts.service.address();
        let service = &mut ctx.accounts.service;

        require!(price > 0, StkError::PriceIsZero);
        let is_known = status == service_status::ON_OFFER || status == service_status::PAUSED;
        require!(is_known, StkError::UnknownServiceStatus);

        service.price = price;
        service.status = status;

        emit!(ServiceUpdated { economy: service.economy, service: address, price, status });
        Ok(())
    }
}
