use {
    crate::{constants::*, error::StkError, event::PageGrown, state::*},
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct GrowPage {
    /// Pays the rent of the new slots; anyone may.
    #[account(mut)]
    pub payer: Signer,
    #[account(constraint = !economy.is_paused() @ StkError::Paused)]
    pub economy: Account<Economy>,
    #[account(
        mut,
        constraint = page.economy == *economy.address() @ StkError::WrongEconomy,
        constraint = page.current_space() < MemberPage::space_for(PAGE_SLOTS) @ StkError::PageIsFullSize,
        realloc = page.current_space().saturating_add(GROWTH_BYTES).min(MemberPage::space_for(PAGE_SLOTS)),
        realloc_payer = payer,
        realloc_zero = false,
    )]
    pub page: MemberPage,
    pub system_program: Program<System>,
}

impl GrowPage {
    pub fn handler(ctx: &mut Context<Self>) -> Result<()> {
        let page = &ctx.accounts.page;
        let capacity = u32::try_from(page.capacity()).map_err(|_| StkError::Overflow)?;

        emit!(PageGrown { economy: page.economy, page: page.index, capacity });
        Ok(())
    }
}
