use {
    crate::{constants::*, error::StkError, event::PageCreated, state::*},
    anchor_lang::prelude::*,
};

/// Slots of a page at its creation; `grow_page` adds more.
const FIRST_SLOTS: u32 = 64;

#[derive(Accounts)]
#[instruction(index: u32)]
pub struct CreatePage {
    /// Pays the rent; anyone may.
    #[account(mut)]
    pub payer: Signer,
    #[account(mut, constraint = !economy.is_paused() @ StkError::Paused)]
    pub economy: Account<Economy>,
    #[account(
        init,
        payer = payer,
        space = MemberPage::space_for(FIRST_SLOTS),
        seeds = [PageHeader::SEED, economy.address().as_ref(), &index.to_le_bytes()],
        bump,
    )]
    pub page: MemberPage,
    pub system_program: Program<System>,
}

impl CreatePage {
    pub fn handler(ctx: &mut Context<Self>, index: u32) -> Result<()> {
        let address = *ctx.accounts.economy.address();
        let economy = &mut ctx.accounts.economy;

        require!(index == economy.pages, StkError::PageOutOfOrder);
        // A page is only of use once the one before it is full; this also keeps strangers from piling up empty ones.
        require!(economy.members >= index.saturating_mul(PAGE_SLOTS), StkError::PageOutOfOrder);

        let page = &mut ctx.accounts.page;
        page.economy = address;
        page.index = index;
        page.bump = ctx.bumps.page;
        // Nobody has a balance here that a snapshot taken before would have to keep.
        page.snapshot = economy.snapshot;
        economy.pages = index.checked_add(1).ok_or(StkError::Overflow)?;

        emit!(PageCreated { economy: address, page: index });
        Ok(())
    }
}
