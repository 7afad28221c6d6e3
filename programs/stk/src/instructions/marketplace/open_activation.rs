use {
    crate::{event::ActivationOpened, state::*},
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct OpenActivation {
    /// The buyer, who pays the rent.
    #[account(mut)]
    pub wallet: Signer,
    pub service: Account<Service>,
    #[account(
        init,
        payer = wallet,
        seeds = [Activation::SEED, service.address().as_ref(), wallet.address().as_ref()],
        bump,
    )]
    pub activation: Account<Activation>,
    pub system_program: Program<System>,
}

impl OpenActivation {
    pub fn handler(ctx: &mut Context<Self>) -> Result<()> {
        let wallet = *ctx.accounts.wallet.address();
        let service = &ctx.accounts.service;
        let address = *service.address();
        let counts_sessions = service.sessions > 0;

        let activation = &mut ctx.accounts.activation;
        activation.service = address;
        activation.wallet = wallet;
        activation.counts_sessions = u8::from(counts_sessions);
        activation.bump = ctx.bumps.activation;

        emit!(ActivationOpened { economy: service.economy, service: address, wallet, counts_sessions });
        Ok(())
    }
}
