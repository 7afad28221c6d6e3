use {
    crate::{error::StkError, event::Unstaked, state::*},
    anchor_lang::prelude::*,
    bytemuck::Zeroable,
};

#[derive(Accounts)]
pub struct Unstake {
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

impl Unstake {
    pub fn handler(ctx: &mut Context<Self>, slot: u16, place: u16, id: u32) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let address = *ctx.accounts.economy.address();
        let wallet = *ctx.accounts.wallet.address();
        let economy = &mut ctx.accounts.economy;
        let stakes = &mut ctx.accounts.stakes;
        let page = ctx.accounts.page.index;
        let member = member_mut(&mut ctx.accounts.page, slot, &wallet)?;

        let before = stakes.total;
        let stake = stakes.get_mut(usize::from(place)).ok_or(StkError::StaleStake)?;
        let amount = stake.amount;
        require!(amount > 0 && stake.id == id && stake.slot == slot, StkError::StaleStake);
        require!(now >= stake.unlock_at, StkError::StakeIsLocked);

        let total = before.checked_sub(amount).ok_or(StkError::LedgerDoesNotAddUp)?;
        let staked = economy.staked.checked_sub(amount).ok_or(StkError::LedgerDoesNotAddUp)?;
        let balance = member.balance.checked_add(amount).ok_or(StkError::Overflow)?;
        let member_balances = economy.member_balances.checked_add(amount).ok_or(StkError::Overflow)?;

        *stake = Stake::zeroed();
        stakes.total = total;
        member.balance = balance;
        economy.staked = staked;
        economy.member_balances = member_balances;

        economy.check_invariant()?;
        emit!(Unstaked { economy: address, wallet, page, slot, place, id, amount, balance, total });
        Ok(())
    }
}
