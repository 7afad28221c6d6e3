use {
    crate::{constants::*, error::StkError, event::Staked, state},
    anchor_lang::prelude::*,
    state::{member_mut, Economy, MemberPage, StakePage},
    stk_math::stake::{unlocks_at, TERMS_DAYS},
};

#[derive(Accounts)]
pub struct Stake {
    /// The member's wallet.
    pub wallet: Signer,
    #[account(mut, constraint = !economy.is_paused() @ StkError::Paused)]
    pub economy: Account<Economy>,
    #[account(
        mut,
        constraint = page.economy == *economy.address() @ StkError::WrongEconomy,
        constraint = page.snapshot == economy.snapshot @ StkError::SnapshotDue,
    )]
    pub page: MemberPage,
    /// The stakes of that page.
    #[account(
        mut,
        constraint = stakes.economy == *economy.address() @ StkError::WrongEconomy,
        constraint = stakes.index == page.index @ StkError::WrongStakePage,
    )]
    pub stakes: StakePage,
}

impl Stake {
    pub fn handler(ctx: &mut Context<Self>, slot: u16, amount: u64, term_days: u16) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let address = *ctx.accounts.economy.address();
        let wallet = *ctx.accounts.wallet.address();
        let economy = &mut ctx.accounts.economy;
        let stakes = &mut ctx.accounts.stakes;
        let page = ctx.accounts.page.index;
        let member = member_mut(&mut ctx.accounts.page, slot, &wallet)?;

        require!(TERMS_DAYS.contains(&term_days), StkError::UnknownTerm);
        require!(amount >= economy.whole_token()?, StkError::StakeTooSmall);
        let (held, free) = survey(stakes.as_slice(), slot);
        require!(held < MOST_STAKES, StkError::TooManyStakes);
        let place = free.unwrap_or(stakes.len());
        require!(place < stakes.capacity(), StkError::StakePageFull);

        let unlock_at = unlocks_at(now, term_days).ok_or(StkError::Overflow)?;
        let balance = member.balance.checked_sub(amount).ok_or(StkError::BalanceTooSmall)?;
        let member_balances =
            economy.member_balances.checked_sub(amount).ok_or(StkError::LedgerDoesNotAddUp)?;
        let staked = economy.staked.checked_add(amount).ok_or(StkError::Overflow)?;
        let total = stakes.total.checked_add(amount).ok_or(StkError::Overflow)?;
        let id = stakes.next_id;
        let next_id = id.checked_add(1).ok_or(StkError::Overflow)?;
        let snapshot = economy.snapshot;
        let made = state::Stake { amount, unlock_at, id, snapshot, slot, term_days, _reserved: [0; 4] };

        match stakes.get_mut(place) {
            Some(reused) => *reused = made,
            None => stakes.try_push(made)?,
        }
        stakes.total = total;
        stakes.next_id = next_id;
        member.balance = balance;
        economy.member_balances = member_balances;
        economy.staked = staked;

        economy.check_invariant()?;
        let place = u16::try_from(place).map_err(|_| StkError::Overflow)?;
        emit!(Staked {
            economy: address,
            wallet,
            page,
            slot,
            place,
            id,
            amount,
            term_days,
            unlock_at,
            snapshot,
            balance,
            total,
        });
        Ok(())
    }
}

/// How many stakes the member in `slot` has, and the first free place if there is one among those in use before.
///
/// Never inlined: within the handler the loop would live on the stack.
#[inline(never)]
fn survey(stakes: &[state::Stake], slot: u16) -> (u32, Option<usize>) {
    let mut held = 0u32;
    let mut free = None;
    for (place, stake) in stakes.iter().enumerate() {
        if stake.amount == 0 {
            free = free.or(Some(place));
        } else if stake.slot == slot {
            // At most as many as there are places.
            held = held.wrapping_add(1);
        }
    }
    (held, free)
}
