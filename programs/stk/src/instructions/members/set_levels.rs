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

        let known = ctx.accounts.economy.known_levels();
        set(ctx.accounts.page.as_mut_slice(), known, &slots, &levels)?;

        let page = ctx.accounts.page.index;
        emit!(LevelsSet { economy: *ctx.accounts.economy.address(), page, evidence, slots, levels });
        Ok(())
    }
}

/// Never inlined: within the handler the loop's counters would live on the stack.
#[inline(never)]
fn set(members: &mut [Member], known: u64, slots: &[u16], levels: &[u8]) -> Result<()> {
    for (slot, level) in slots.iter().zip(levels) {
        let is_known = known.checked_shr(u32::from(*level)).is_some_and(|bits| bits & 1 == 1);
        require!(is_known, StkError::UnknownLevel);
        members.get_mut(usize::from(*slot)).ok_or(StkError::UnknownSlot)?.level = *level;
    }
    Ok(())
}
