use {
    crate::{constants::*, error::StkError, event::PageRedistributed, state::*},
    anchor_lang::prelude::*,
    stk_math::{
        band::{redistributed_floor, BandsOfDay},
        quarter::quarter_of_day,
        week::{unix_day, week_of},
    },
};

#[derive(Accounts)]
pub struct RedistributePage {
    #[account(
        mut,
        constraint = !economy.is_paused() @ StkError::Paused,
        constraint = economy.week_status != week_status::OPEN @ StkError::WeekIsOpen,
        constraint = economy.has_bands() @ StkError::NoBands,
    )]
    pub economy: Account<Economy>,
    #[account(
        mut,
        constraint = page.economy == *economy.address() @ StkError::WrongEconomy,
        constraint = page.snapshot == economy.snapshot @ StkError::SnapshotDue,
        constraint = page.has_stakes == 0 || stakes.is_some() @ StkError::StakePageMissing,
    )]
    pub page: MemberPage,
    /// The stakes of the page's members; none when they have no stake page.
    #[account(
        mut,
        constraint = stakes.economy == *economy.address() @ StkError::WrongEconomy,
        constraint = stakes.index == page.index @ StkError::WrongPage,
    )]
    pub stakes: Option<StakePage>,
}

impl RedistributePage {
    pub fn handler(ctx: &mut Context<Self>) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let day = unix_day(now).ok_or(StkError::Overflow)?;
        let week = week_of(now).ok_or(StkError::Overflow)?;
        let quarter = quarter_of_day(day).ok_or(StkError::Overflow)?;
        let economy = &mut ctx.accounts.economy;
        let page = &mut ctx.accounts.page;
        let stakes = &mut ctx.accounts.stakes;

        // An oracle that posts nothing would otherwise make everybody inactive.
        let newest = economy.week.saturating_add(MOST_WEEKS_BEHIND);
        require!(newest >= week, StkError::WeeksBehind);
        require!(page.redistributed_quarter < quarter, StkError::AlreadyRedistributed);

        let bands = BandsOfDay::new(&economy.redistribution_bands(), day);
        // By slot: what a member has staked, then what of it is to be taken. Empty without a stake page.
        let mut staked = stakes.as_ref().map_or_else(Vec::new, |stakes| sum_by_slot(stakes.as_slice()));
        let outcome = take(page.as_mut_slice(), &mut staked, &bands, quarter);
        if let Some(stakes) = stakes {
            let rest = stakes.total.checked_sub(outcome.from_stakes);
            stakes.total = rest.ok_or(StkError::LedgerDoesNotAddUp)?;
            take_from_stakes(stakes.as_mut_slice(), &mut staked);
        }
        page.redistributed_quarter = quarter;
        let left = economy.member_balances.checked_sub(outcome.from_balances);
        economy.member_balances = left.ok_or(StkError::LedgerDoesNotAddUp)?;
        let left = economy.staked.checked_sub(outcome.from_stakes);
        economy.staked = left.ok_or(StkError::LedgerDoesNotAddUp)?;
        let taken = outcome.from_balances.checked_add(outcome.from_stakes).ok_or(StkError::Overflow)?;
        economy.add_to_fund(Fund::RewardsPool, taken)?;

        economy.check_invariant()?;
        emit!(PageRedistributed {
            economy: *economy.address(),
            page: page.index,
            quarter,
            day,
            taken,
            taken_from_stakes: outcome.from_stakes,
            rewards_pool: economy.fund(Fund::RewardsPool),
            affected: outcome.affected,
            warned: outcome.warned,
        });
        Ok(())
    }
}

/// What was taken from a page, and from whom.
struct Outcome {
    from_balances: u64,
    from_stakes: u64,
    affected: Vec<u8>,
    warned: Vec<u8>,
}

/// What each slot has in stakes.
#[inline(never)]
fn sum_by_slot(stakes: &[Stake]) -> Vec<u64> {
    let mut staked = vec![0u64; PAGE_SLOTS as usize];
    for stake in stakes {
        if let Some(sum) = staked.get_mut(usize::from(stake.slot)) {
            // Parts of the economy's `staked`, which is one `u64`.
            *sum = sum.wrapping_add(stake.amount);
        }
    }
    staked
}

/// Takes from balances, and leaves in `staked` what is to be taken from stakes.
fn take(members: &mut [Member], staked: &mut [u64], bands: &BandsOfDay, quarter: u16) -> Outcome {
    let bytes = members.len().div_ceil(u8::BITS as usize);
    // Two loops: without stakes, the first one asks for none.
    let mut outcome = if staked.is_empty() {
        take_each(members, core::iter::repeat_with(|| None), bands, quarter)
    } else {
        take_each(members, staked.iter_mut().map(Some), bands, quarter)
    };
    outcome.affected.truncate(bytes);
    outcome.warned.truncate(bytes);
    outcome
}

/// The loop that a redistribution costs; `staked` gives the place of one member after the other, if there is any.
///
/// The sums cannot wrap: they are parts of the supply, which is one `u64`. Never inlined: within the handler everything
/// would live on the stack.
#[inline(never)]
fn take_each<'a>(
    members: &mut [Member],
    mut staked: impl Iterator<Item = Option<&'a mut u64>>,
    bands: &BandsOfDay,
    quarter: u16,
) -> Outcome {
    let bitmap = || Vec::with_capacity(SLOT_BITS);
    let (mut all_affected, mut all_warned) = (bitmap(), bitmap());
    let (mut from_balances, mut from_stakes) = (0u64, 0u64);
    for word in members.chunks_mut(u64::BITS as usize) {
        let (mut affected, mut warned, mut bit) = (0u64, 0u64, 1u64);
        for member in word {
            let own = staked.next().flatten();
            let band = bands.band(member.last_active_week, member.last_reward_day);
            let mut rest = 0;
            if let Some((band, bps)) = band {
                if band == 0 {
                    warned |= bit;
                }
                let in_stakes = own.as_deref().copied().unwrap_or(0);
                let (from_balance, from_own) = redistributed_floor(member.balance, in_stakes, bps);
                if from_balance | from_own != 0 {
                    affected |= bit;
                    member.balance = member.balance.wrapping_sub(from_balance);
                    member.last_redistribution_quarter = quarter;
                    from_balances = from_balances.wrapping_add(from_balance);
                    from_stakes = from_stakes.wrapping_add(from_own);
                    rest = from_own;
                }
            }
            if let Some(own) = own {
                *own = rest;
            }
            bit = bit.wrapping_shl(1);
        }
        all_affected.extend_from_slice(&affected.to_le_bytes());
        all_warned.extend_from_slice(&warned.to_le_bytes());
    }
    Outcome { from_balances, from_stakes, affected: all_affected, warned: all_warned }
}

/// Takes what `due` says by slot, from each member's stakes in the order of their places. A stake of which nothing is left
/// frees its place.
#[inline(never)]
fn take_from_stakes(stakes: &mut [Stake], due: &mut [u64]) {
    for stake in stakes {
        if let Some(due) = due.get_mut(usize::from(stake.slot)) {
            let share = stake.amount.min(*due);
            stake.amount = stake.amount.wrapping_sub(share);
            *due = due.wrapping_sub(share);
        }
    }
}
