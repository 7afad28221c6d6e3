use {
    crate::{error::StkError, event::ActivationClosed, state::*},
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct CloseActivation {
    /// The buyer, who gets the rent back.
    #[account(mut, address = activation.wallet @ StkError::WrongActivation)]
    pub wallet: Signer,
    /// Its service may be gone.
    #[account(mut, close = wallet)]
    pub activation: Account<Activation>,
}

impl CloseActivation {
    pub fn handler(ctx: &mut Context<Self>, give_up: bool) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let activation = &ctx.accounts.activation;

        require!(give_up || !activation.is_active(now), StkError::NotOver);

        emit!(ActivationClosed { service: activation.service, wallet: activation.wallet });
        Ok(())
    }
}
