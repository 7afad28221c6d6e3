use {
    crate::{error::StkError, event::StakePageCreated, state::*},
    anchor_lang::prelude::*,
};

/// Places of a stake page at its creation: what an account may have that is created in one step.
/// `grow_stake_page` adds more.
const FIRST_PLACES: u32 = 317;

#[derive(Accounts)]
pub struct CreateStakePage {
    /// Pays the rent; anyone may.
    #[account(mut)]
    pub payer: Signer,
    #[account(constraint = !economy.is_paused() @ StkError::Paused)]
    pub economy: Account<Economy>,
    /// The page whose members will stake here.
    #[account(mut, constraint = page.economy == *economy.address() @ StkError::WrongEconomy)]
    pub page: MemberPage,
    #[account(
        init,
        payer = payer,
        space = StakePage::space_for(FIRST_PLACES),
        seeds = [StakePageHeader::SEED, economy.address().as_ref(), &page.index.to_le_bytes()],
        bump,
    )]
    pub stakes: StakePage,
    pub system_program: Program<System>,
}

impl CreateStakePage {
    pub fn handler(ctx: &mut Context<Self>) -> Result<()> {
        let address = *ctx.accounts.economy.address();
        let page = &mut ctx.accounts.page;
        let stakes = &mut ctx.accounts.stakes;
        let capacity = u32::try_from(stakes.capacity()).map_err(|_| StkError::Overflow)?;

        stakes.economy = address;
        stakes.index = page.index;
        stakes.bump = ctx.bumps.stakes;
        page.has_stakes = 1;

        emit!(StakePageCreated { economy: address, page: page.index, capacity });
        Ok(())
    }
}
