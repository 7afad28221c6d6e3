use {
    crate::{constants::*, error::StkError, event::TransferFeeSet, state::*},
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct SetTransferFee {
    /// The economy's treasurer.
    #[account(address = economy.roles.treasurer @ StkError::NotTreasurer)]
    pub treasurer: Signer,
    #[account(mut, constraint = !economy.is_paused() @ StkError::Paused)]
    pub economy: Account<Economy>,
}

impl SetTransferFee {
    pub fn handler(ctx: &mut Context<Self>, bps: u16) -> Result<()> {
        let economy = &mut ctx.accounts.economy;

        require!(bps <= HIGHEST_TRANSFER_FEE_BPS, StkError::FeeOutOfRange);
        require!(bps.abs_diff(economy.transfer_fee_bps) <= TRANSFER_FEE_STEP_BPS, StkError::FeeStepTooLarge);

        economy.transfer_fee_bps = bps;

        emit!(TransferFeeSet { economy: *economy.address(), bps });
        Ok(())
    }
}
