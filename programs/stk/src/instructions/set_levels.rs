use {
    crate::{error::StkError, event::LevelsSet, state::*},
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct SetLevels {
    /// The economy's registrar.
    #[account(address = economy.roles.registrar @ StkError::NotRegistrar)]
    pub registrar: Signer,
    #[account(
        constraint = !economy.is_paused() @ StkError::Paused,
        constraint = economy.week_status != week_status::OPEN @ StkError::WeekIsOpen,
    )]
    pub economy: Account<Economy>,
    #[account(mut, constraint = page.economy == *economy.address() @ StkError::WrongEconomy)]
    pub page: MemberPage,
}

impl SetLevels {
    pub fn handler(
        ctx: &mut Context<Self>,
        evidence: [u8; 32],
        slots: Vec<u16>,
        levels: Vec<u8>,
    ) -> Result<()> {
        require!(slots.len() == levels.len() && !slots.is_empty(), StkError::UnknownSlot);

        for (slot, level) in slots.iter().zip(&levels) {
            require!(ctx.accounts.economy.has_level(*level), StkError::UnknownLevel);
            let member = ctx.accounts.page.get_mut(usize::from(*slot)).ok_or(StkError::UnknownSlot)?;
            member.level = *level;
        }

        let page = ctx.accounts.page.index;
        emit!(LevelsSet { economy: *ctx.accounts.economy.address(), page, evidence, slots, levels });
        Ok(())
    }
}
