use {
    crate::{error::StkError, event::EscrowPageCreated, state::*},
    anchor_lang::prelude::*,
    bytemuck::Zeroable,
};

#[derive(Accounts)]
#[instruction(index: u32)]
pub struct CreateEscrowPage {
    /// Pays the rent; anyone may.
    #[account(mut)]
    pub payer: Signer,
    #[account(mut, constraint = !economy.is_paused() @ StkError::Paused)]
    pub economy: Account<Economy>,
    #[account(
        init,
        payer = payer,
        space = EscrowPage::space_for(ESCROW_PLACES),
        seeds = [EscrowHeader::SEED, economy.address().as_ref(), &index.to_le_bytes()],
        bump,
    )]
    pub escrow: EscrowPage,
    pub system_program: Program<System>,
}

impl CreateEscrowPage {
    pub fn handler(ctx: &mut Context<Self>, index: u32) -> Result<()> {
        let address = *ctx.accounts.economy.address();
        let economy = &mut ctx.accounts.economy;
        let escrow = &mut ctx.accounts.escrow;

        require!(index == economy.escrow_pages, StkError::PageOutOfOrder);

        escrow.economy = address;
        escrow.index = index;
        escrow.bump = ctx.bumps.escrow;
        // All places exist from the start, free, so that grants may name any of them.
        for _ in 0..ESCROW_PLACES {
            escrow.try_push(FrozenReward::zeroed())?;
        }
        economy.escrow_pages = index.checked_add(1).ok_or(StkError::Overflow)?;

        emit!(EscrowPageCreated { economy: address, escrow_page: index, places: ESCROW_PLACES });
        Ok(())
    }
}
