use {
    crate::{error::StkError, event::RewardsResolved, state::*},
    anchor_lang::prelude::*,
    stk_math::{
        freeze::{outcome, Outcome},
        week::unix_day,
    },
};

/// Where a frozen reward is.
#[derive(Clone, Copy, AnchorSerialize, AnchorDeserialize, IdlType)]
pub struct RewardPlace {
    pub place: u8,
    pub id: u32,
}

/// What became of a frozen reward. Its bytes in memory are those on the wire: nothing is encoded field by field.
#[repr(C)]
#[derive(Clone, Copy, AnchorSerialize, AnchorDeserialize, IdlType)]
pub struct ResolvedReward {
    /// Base units.
    pub amount: u64,
    pub id: u32,
    /// Slot of the member in the page.
    pub slot: u16,
    /// Where it was.
    pub place: u8,
    /// 1 when the member got it, 0 when it went back to its fund.
    pub active: u8,
}

#[derive(Accounts)]
pub struct ResolveRewards {
    #[account(mut, constraint = !economy.is_paused() @ StkError::Paused)]
    pub economy: Account<Economy>,
    #[account(mut, constraint = escrow.economy == *economy.address() @ StkError::WrongEconomy)]
    pub escrow: EscrowPage,
    /// The page of all members whose rewards are named.
    #[account(
        mut,
        constraint = page.economy == *economy.address() @ StkError::WrongEconomy,
        constraint = page.snapshot == economy.snapshot @ StkError::SnapshotDue,
    )]
    pub page: MemberPage,
}

impl ResolveRewards {
    pub fn handler(ctx: &mut Context<Self>, places: Vec<RewardPlace>) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let day = unix_day(now).ok_or(StkError::Overflow)?;
        let address = *ctx.accounts.economy.address();
        let economy = &mut ctx.accounts.economy;
        let escrow = &mut ctx.accounts.escrow;
        let page = &mut ctx.accounts.page;

        require!(!places.is_empty(), StkError::NoRewards);

        let head = **page;
        let mut returned = [0; FUNDS];
        let mut rewards = Vec::with_capacity(places.len());
        let moment = (now, day);
        let credited = resolve(
            escrow.as_mut_slice(),
            page.as_mut_slice(),
            &head,
            &places,
            moment,
            &mut returned,
            &mut rewards,
        )?;

        let mut resolved = credited;
        for (fund, amount) in economy.funds.iter_mut().zip(returned) {
            *fund = fund.checked_add(amount).ok_or(StkError::Overflow)?;
            resolved = resolved.checked_add(amount).ok_or(StkError::Overflow)?;
        }
        economy.member_balances = economy.member_balances.checked_add(credited).ok_or(StkError::Overflow)?;
        economy.frozen = economy.frozen.checked_sub(resolved).ok_or(StkError::LedgerDoesNotAddUp)?;
        escrow.total = escrow.total.checked_sub(resolved).ok_or(StkError::LedgerDoesNotAddUp)?;

        economy.check_invariant()?;
        emit!(RewardsResolved {
            economy: address,
            escrow_page: escrow.index,
            page: page.index,
            rewards,
            frozen: economy.frozen,
            funds: economy.funds,
            member_balances: economy.member_balances,
            day,
        });
        Ok(())
    }
}

/// Frees each place and moves its amount, at a `moment` in seconds and days; gives what members got, and in `returned`
/// what went back, by fund.
///
/// The sums cannot wrap: each amount is a part of the page's `total`, and its place is free afterwards. Never inlined:
/// within the handler they would live on the stack.
#[inline(never)]
fn resolve(
    rewards: &mut [FrozenReward],
    members: &mut [Member],
    head: &PageHeader,
    places: &[RewardPlace],
    (now, day): (i64, u32),
    returned: &mut [u64; FUNDS],
    resolved: &mut Vec<ResolvedReward>,
) -> Result<u64> {
    let mut credited = 0u64;
    for RewardPlace { place, id } in places {
        let reward = reward_mut(rewards, *place, *id)?;
        let active = match outcome(reward.ends_at, reward.verdict(), now) {
            Outcome::Frozen => return Err(StkError::RewardIsFrozen.into()),
            Outcome::Undecided => return Err(StkError::Undecided.into()),
            Outcome::Active => true,
            Outcome::Cancelled => false,
        };
        // That alone frees the place; a grant writes the rest anew.
        let amount = core::mem::take(&mut reward.amount);
        let slot = head.slot_of(reward.member).ok_or(StkError::RewardOfAnotherPage)?;
        if active {
            let member = members.get_mut(slot).ok_or(StkError::RewardOfAnotherPage)?;
            let balance = member.balance.wrapping_add(amount);
            // The same as `checked_add`, of which the compiler makes a product of 128 bits.
            require!(balance >= amount, StkError::Overflow);
            member.balance = balance;
            member.last_reward_day = day;
            credited = credited.wrapping_add(amount);
        } else {
            let home = returned.get_mut(usize::from(reward.fund)).ok_or(StkError::UnknownFund)?;
            *home = home.wrapping_add(amount);
        }
        // A slot is below 1,024.
        let slot = slot as u16;
        resolved.push(ResolvedReward { amount, id: *id, slot, place: *place, active: active.into() });
    }
    Ok(credited)
}
