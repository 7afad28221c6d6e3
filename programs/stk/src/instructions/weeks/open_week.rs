use {
    crate::{constants::*, error::StkError, event::WeekOpened, state::*},
    anchor_lang::prelude::*,
    stk_math::week::{week_end, week_of},
};

#[derive(Accounts)]
#[instruction(index: u32)]
pub struct OpenWeek {
    /// The economy's oracle, who pays the rent of the week's record.
    #[account(mut, address = economy.roles.oracle @ StkError::NotOracle)]
    pub oracle: Signer,
    #[account(mut, constraint = !economy.is_paused() @ StkError::Paused)]
    pub economy: Account<Economy>,
    #[account(
        init,
        payer = oracle,
        seeds = [Week::SEED, economy.address().as_ref(), &index.to_le_bytes()],
        bump,
    )]
    pub week: Account<Week>,
    pub system_program: Program<System>,
}

impl OpenWeek {
    pub fn handler(ctx: &mut Context<Self>, index: u32, members: u32, detail_root: [u8; 32]) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let address = *ctx.accounts.economy.address();
        let economy = &mut ctx.accounts.economy;

        require!(now >= week_end(index), StkError::WeekNotOver);
        require!(economy.week_status == week_status::SETTLED, StkError::PreviousWeekNotSettled);
        // A gap would take away what its members earned, so a missed week is posted late, not skipped.
        let is_next = match economy.week {
            0 => week_of(economy.genesis).is_some_and(|first| index >= first),
            last => Some(index) == last.checked_add(1),
        };
        require!(is_next && index > 0 && index <= LAST_WEEK, StkError::WeekOutOfOrder);

        // The root was computed over so many leaves; with others, no proof of the week would lead to it.
        require!(members == economy.members, StkError::MembersChanged);

        economy.week = index;
        economy.week_status = week_status::OPEN;
        economy.week_members = members;
        economy.week_pages = 0;
        economy.week_active = 0;
        economy.week_due = 0;
        let week = &mut ctx.accounts.week;
        week.economy = address;
        week.index = index;
        week.members = members;
        week.detail_root = detail_root;
        week.opened_at = now;
        week.bump = ctx.bumps.week;

        emit!(WeekOpened { economy: address, week: index, members, detail_root, opened_at: now });
        Ok(())
    }
}
