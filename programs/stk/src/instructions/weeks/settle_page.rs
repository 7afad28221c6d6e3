use {
    crate::{
        error::StkError,
        event::{PageSettled, WeekSettled},
        state::*,
    },
    anchor_lang::prelude::*,
    stk_math::pro_rata::ProRata,
};

#[derive(Accounts)]
pub struct SettlePage {
    #[account(
        mut,
        constraint = !economy.is_paused() @ StkError::Paused,
        constraint = economy.week_status == week_status::SEALED @ StkError::WeekNotSealed,
    )]
    pub economy: Account<Economy>,
    #[account(
        mut,
        constraint = week.economy == *economy.address() @ StkError::WrongEconomy,
        constraint = week.index == economy.week @ StkError::WrongWeek,
    )]
    pub week: Account<Week>,
    #[account(
        mut,
        constraint = page.economy == *economy.address() @ StkError::WrongEconomy,
        constraint = page.week == economy.week @ StkError::WrongPage,
        constraint = page.settled_week != economy.week @ StkError::PageAlreadySettled,
        constraint = page.snapshot == economy.snapshot @ StkError::SnapshotDue,
    )]
    pub page: MemberPage,
}

impl SettlePage {
    pub fn handler(ctx: &mut Context<Self>) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let address = *ctx.accounts.economy.address();
        let economy = &mut ctx.accounts.economy;
        let week = &mut ctx.accounts.week;
        let page = &mut ctx.accounts.page;

        require!(now >= week.settle_from, StkError::WeekIsHeld);

        let ratio = ProRata::new(week.payable, week.due).ok_or(StkError::Overflow)?;
        let scored = page.cursor as usize;
        let (due, paid) = settle(page.as_mut_slice(), scored, &ratio)?;
        require!(due == page.due, StkError::LedgerDoesNotAddUp);

        page.settled_week = week.index;
        page.due = 0;
        week.paid = week.paid.checked_add(paid).ok_or(StkError::Overflow)?;
        week.pages_settled = week.pages_settled.checked_add(1).ok_or(StkError::Overflow)?;
        economy.unsettled = economy.unsettled.checked_sub(paid).ok_or(StkError::LedgerDoesNotAddUp)?;
        economy.member_balances = economy.member_balances.checked_add(paid).ok_or(StkError::Overflow)?;
        emit!(PageSettled { economy: address, week: week.index, page: page.index, paid });

        if week.pages_settled == economy.week_pages_due() {
            let returned = core::mem::take(&mut economy.unsettled);
            economy.add_to_fund(Fund::RewardsPool, returned)?;
            economy.week_status = week_status::SETTLED;
            emit!(WeekSettled { economy: address, week: week.index, paid: week.paid, returned });
        }

        economy.check_invariant()
    }
}

/// Moves every `pending` to its balance, scaled and floored; returns what was due and what was paid.
fn settle(members: &mut [Member], scored: usize, ratio: &ProRata) -> Result<(u64, u64)> {
    let members = members.get_mut(..scored).ok_or(StkError::LedgerDoesNotAddUp)?;
    // Each kind of week has a loop of its own, which then does not ask again for every member.
    if ratio.is_full() {
        credit(members, |reward| reward)
    } else {
        credit(members, |reward| ratio.scaled_floor(reward))
    }
}

/// The loop that settling costs; `share_of` gives what is paid of a reward.
///
/// The sums cannot wrap: what is due was added up with checks when it was submitted, and `settle_page` compares. Never
/// inlined: within the handler the sums would live on the stack, which costs half as much again.
#[inline(never)]
fn credit(members: &mut [Member], share_of: impl Fn(u64) -> u64) -> Result<(u64, u64)> {
    let (mut due, mut paid) = (0u64, 0u64);
    for member in members {
        let pending = member.pending;
        if pending != 0 {
            let share = share_of(pending);
            let balance = member.balance.wrapping_add(share);
            // The same as `checked_add`, of which the compiler makes a flag and a test of the flag.
            require!(balance >= share, StkError::Overflow);
            member.balance = balance;
            member.pending = 0;
            due = due.wrapping_add(pending);
            paid = paid.wrapping_add(share);
        }
    }
    Ok((due, paid))
}
