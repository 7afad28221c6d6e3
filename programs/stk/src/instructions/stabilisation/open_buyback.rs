use {
    crate::{error::StkError, event::BuybackOpened, state::*},
    anchor_lang::prelude::*,
    stk_math::{emission::SECONDS_PER_DAY, week::unix_day},
};

#[derive(Accounts)]
pub struct OpenBuyback {
    /// The economy's treasurer.
    #[account(address = economy.roles.treasurer @ StkError::NotTreasurer)]
    pub treasurer: Signer,
    #[account(constraint = !economy.is_paused() @ StkError::Paused)]
    pub economy: Account<Economy>,
    #[account(mut, constraint = stabilisation.economy == *economy.address() @ StkError::WrongEconomy)]
    pub stabilisation: Account<Stabilisation>,
}

impl OpenBuyback {
    pub fn handler(ctx: &mut Context<Self>, quote_amount: u64, max_price: u64) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let today = unix_day(now).ok_or(StkError::Overflow)?;
        let economy = *ctx.accounts.economy.address();
        let stabilisation = &mut ctx.accounts.stabilisation;

        require!(quote_amount > 0, StkError::AmountIsZero);
        require!(max_price > 0, StkError::BadPrice);
        require!(stabilisation.has_fallen(today), StkError::NoBuybackTrigger);
        let price = stabilisation.price_of(today).ok_or(StkError::NoBuybackTrigger)?;
        require!(max_price <= price, StkError::PriceAboveToday);
        require!(quote_amount <= stabilisation.buyback_limit, StkError::BuybackTooLarge);
        require!(quote_amount <= stabilisation.quote_balance, StkError::QuoteTooSmall);
        require!(stabilisation.open_quote(now) == 0, StkError::BuybackIsOpen);
        let cool_at = stabilisation.order_opened_at.saturating_add(i64::from(stabilisation.cooldown_seconds));
        require!(now >= cool_at, StkError::BuybackCoolingDown);

        // The trigger is that of today, so the order does not outlive the day.
        let tomorrow = u64::from(today).saturating_add(1).saturating_mul(SECONDS_PER_DAY);
        let expires_at = i64::try_from(tomorrow).map_err(|_| StkError::Overflow)?;

        stabilisation.order_price = max_price;
        stabilisation.order_quote_left = quote_amount;
        stabilisation.order_expires_at = expires_at;
        stabilisation.order_opened_at = now;

        emit!(BuybackOpened { economy, quote_amount, max_price, price, expires_at, opened_at: now });
        Ok(())
    }
}
