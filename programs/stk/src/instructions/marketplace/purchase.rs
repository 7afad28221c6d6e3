use {
    crate::{error::StkError, event::ServicePurchased, state::*},
    anchor_lang::{prelude::*, AnchorAccount},
};

#[derive(Accounts)]
pub struct Purchase {
    /// The buyer, a member.
    pub wallet: Signer,
    #[account(mut, constraint = !economy.is_paused() @ StkError::Paused)]
    pub economy: Account<Economy>,
    #[account(
        mut,
        constraint = service.economy == *economy.address() @ StkError::WrongEconomy,
        constraint = service.author != *wallet.address() @ StkError::OwnService,
    )]
    pub service: Account<Service>,
    /// The buyer's for this service.
    #[account(
        mut,
        constraint = activation.service == *service.address() @ StkError::WrongActivation,
        constraint = activation.wallet == *wallet.address() @ StkError::WrongActivation,
    )]
    pub activation: Account<Activation>,
    /// The buyer's page.
    #[account(
        mut,
        constraint = page.economy == *economy.address() @ StkError::WrongEconomy,
        constraint = page.snapshot == economy.snapshot @ StkError::SnapshotDue,
    )]
    pub page: MemberPage,
    // Then the other member pages of the recipients, writable, by rising index.
}

impl Purchase {
    pub fn handler(ctx: &mut Context<Self>, slot: u16, max_price: u64) -> Result<()> {
        let others = ctx.remaining_accounts()?;
        let now = Clock::get()?.unix_timestamp;
        let address = *ctx.accounts.economy.address();
        let wallet = *ctx.accounts.wallet.address();
        let economy = &mut ctx.accounts.economy;
        let service = &mut ctx.accounts.service;
        let activation = &mut ctx.accounts.activation;
        let page = &mut ctx.accounts.page;
        let price = service.price;

        require!(service.status == service_status::ON_OFFER, StkError::ServiceIsPaused);
        require!(price <= max_price, StkError::PriceAboveMaximum);

        let mut payments = service.payments()?;

        let buyer = member_mut(page, slot, &wallet)?;
        buyer.balance = buyer.balance.checked_sub(price).ok_or(StkError::BalanceTooSmall)?;
        let unpaid = pay_members(page, &mut payments)?;
        pay_other_pages(others, economy, &mut payments, unpaid)?;
        pay_funds(economy, &mut payments)?;
        economy.volume = economy.volume.wrapping_add(price);
        service.sold = service.sold.checked_add(1).ok_or(StkError::Overflow)?;
        activation.extend(service, now)?;

        economy.check_invariant()?;
        emit!(ServicePurchased {
            economy: address,
            service: *service.address(),
            id: service.id,
            wallet,
            page: page.index,
            slot,
            price,
            payments,
            balance: member_mut(page, slot, &wallet)?.balance,
            active_from: activation.active_from,
            active_to: activation.active_to,
            sessions_left: activation.sessions_left,
        });
        Ok(())
    }
}

/// Credits the recipients who are members of `page`; gives how many of the members in `payments` it does not hold.
fn pay_members(page: &mut MemberPage, payments: &mut [Payment]) -> Result<usize> {
    let index = page.index;
    let members = page.as_mut_slice();
    let mut elsewhere = 0usize;
    for payment in payments.iter_mut().filter(|payment| payment.is_member()) {
        let Some(slot) = payment.slot_in(index) else {
            elsewhere = elsewhere.saturating_add(1);
            continue;
        };
        let member = members.get_mut(slot).ok_or(StkError::UnknownSlot)?;
        member.balance = member.balance.checked_add(payment.amount).ok_or(StkError::Overflow)?;
        payment.balance = member.balance;
    }
    Ok(elsewhere)
}

/// Credits the recipients in other pages than the buyer's, of whom there are `unpaid`.
fn pay_other_pages(
    pages: Vec<AccountView>,
    economy: &Account<Economy>,
    payments: &mut [Payment],
    mut unpaid: usize,
) -> Result<()> {
    let members = payments.iter().filter(|payment| payment.is_member()).count();
    let mut previous = None;
    for view in pages {
        // SAFETY: no other reference to its data lives: Anchor refuses an account that a field of the struct holds as
        // mutable, nothing here reads an account twice, and the page of the turn before is dropped.
        let mut page = unsafe { MemberPage::load_mut(view)? };
        require!(page.economy == *economy.address(), StkError::WrongEconomy);
        require!(page.snapshot == economy.snapshot, StkError::SnapshotDue);
        // Rising indexes: a page that is given twice would be paid twice.
        require!(previous < Some(page.index), StkError::PageNotNeeded);
        previous = Some(page.index);
        let paid = members.saturating_sub(pay_members(&mut page, payments)?);
        require!(paid > 0, StkError::PageNotNeeded);
        unpaid = unpaid.saturating_sub(paid);
    }
    require!(unpaid == 0, StkError::RecipientPageMissing);
    Ok(())
}

/// Credits the recipients that are funds, and takes their part out of the members' balances.
fn pay_funds(economy: &mut Economy, payments: &mut [Payment]) -> Result<()> {
    for payment in payments.iter_mut().filter(|payment| !payment.is_member()) {
        let fund = Fund::try_from(payment.fund)?;
        let amount = payment.amount;
        economy.add_to_fund(fund, amount)?;
        economy.member_balances =
            economy.member_balances.checked_sub(amount).ok_or(StkError::LedgerDoesNotAddUp)?;
        payment.balance = economy.fund(fund);
    }
    Ok(())
}
