use {
    crate::{constants::*, error::StkError, event::MembersRegistered, state::*},
    anchor_lang::{prelude::*, Discriminator},
    stk_math::week::unix_day,
};

#[derive(Accounts)]
pub struct RegisterMembers {
    /// The economy's registrar, who pays the rent of the membership accounts.
    #[account(mut, address = economy.roles.registrar @ StkError::NotRegistrar)]
    pub registrar: Signer,
    #[account(mut, constraint = !economy.is_paused() @ StkError::Paused)]
    pub economy: Account<Economy>,
    /// The first page with free slots.
    #[account(mut, constraint = page.economy == *economy.address() @ StkError::WrongEconomy)]
    pub page: MemberPage,
    pub system_program: Program<System>,
    // Then, in the order of the wallets, the writable membership account of each.
}

impl RegisterMembers {
    pub fn handler(ctx: &mut Context<Self>, wallets: Vec<Address>) -> Result<()> {
        let memberships = ctx.remaining_accounts()?;
        let day = unix_day(Clock::get()?.unix_timestamp).ok_or(StkError::Overflow)?;
        let address = *ctx.accounts.economy.address();
        let index = ctx.accounts.page.index;
        let first = ctx.accounts.page.len();

        require!(!wallets.is_empty() && wallets.len() <= MOST_WALLETS, StkError::WalletCount);
        require!(wallets.len() == memberships.len(), StkError::WalletCount);
        let next = usize::try_from(ctx.accounts.economy.members).map_err(|_| StkError::Overflow)?;
        let full = PAGE_SLOTS as usize;
        require!(next.checked_sub(first) == (index as usize).checked_mul(full), StkError::WrongPage);
        let end = first.checked_add(wallets.len()).ok_or(StkError::Overflow)?;
        require!(end <= ctx.accounts.page.capacity() && end <= full, StkError::PageFull);

        let payer = *ctx.accounts.registrar.account();
        for ((wallet, membership), slot) in wallets.iter().zip(memberships).zip(first..) {
            let slot = u16::try_from(slot).map_err(|_| StkError::Overflow)?;
            create_membership(&payer, membership, &address, wallet, index, slot)?;
            ctx.accounts.page.try_push(Member {
                wallet: *wallet,
                balance: 0,
                pending: 0,
                points: 0,
                last_active_week: 0,
                last_reward_day: day,
                last_redistribution_quarter: 0,
                streak: 0,
                level: 1,
            })?;
        }
        let economy = &mut ctx.accounts.economy;
        economy.members = u32::try_from(wallets.len())
            .ok()
            .and_then(|new| economy.members.checked_add(new))
            .ok_or(StkError::Overflow)?;

        let first_slot = u16::try_from(first).map_err(|_| StkError::Overflow)?;
        emit!(MembersRegistered { economy: address, page: index, first_slot, wallets, day });
        Ok(())
    }
}

/// Creates the account that makes `wallet` a member; refuses when it exists.
fn create_membership(
    payer: &AccountView,
    mut membership: AccountView,
    economy: &Address,
    wallet: &Address,
    page: u32,
    slot: u16,
) -> Result<()> {
    let seeds = [Membership::SEED, economy.as_ref(), wallet.as_ref()];
    // The canonical address, searched: with a bump of the caller's choice a wallet could be registered twice.
    let (expected, bump) = find_program_address(&seeds, &crate::ID);
    require!(*membership.address() == expected, StkError::WrongMembership);
    require!(!membership.owned_by(&crate::ID), StkError::AlreadyRegistered);

    let bump_seed = [bump];
    let [prefix, economy_seed, wallet_seed] = seeds;
    create_account_signed(
        payer,
        &membership,
        <Account<Membership> as Space>::INIT_SPACE,
        &crate::ID,
        &[prefix, economy_seed, wallet_seed, &bump_seed],
    )?;
    let mut data = membership.try_borrow_mut()?;
    let (discriminator, fields) = data.split_at_mut(Membership::DISCRIMINATOR.len());
    discriminator.copy_from_slice(Membership::DISCRIMINATOR);
    fields.copy_from_slice(bytemuck::bytes_of(&Membership { page, slot, bump, _reserved: 0 }));
    Ok(())
}
