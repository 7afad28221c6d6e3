use {
    crate::{error::StkError, event::PricePosted, state::*},
    anchor_lang::prelude::*,
    stk_math::week::unix_day,
};

#[derive(Accounts)]
pub struct PostPrice {
    /// The economy's oracle.
    #[account(address = economy.roles.oracle @ StkError::NotOracle)]
    pub oracle: Signer,
    #[account(constraint = !economy.is_paused() @ StkError::Paused)]
    pub economy: Account<Economy>,
    #[account(mut, constraint = stabilisation.economy == *economy.address() @ StkError::WrongEconomy)]
    pub stabilisation: Account<Stabilisation>,
}

impl PostPrice {
    pub fn handler(ctx: &mut Context<Self>, day: u32, price: u64) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let accounts = &mut ctx.accounts;
        record_price(&accounts.economy, &mut accounts.stabilisation, day, now, price, false)
    }
}

/// Records a price of `day`, with what was traded and circulates at this moment.
pub(super) fn record_price(
    economy: &Account<Economy>,
    stabilisation: &mut Account<Stabilisation>,
    day: u32,
    now: i64,
    price: u64,
    from_feed: bool,
) -> Result<()> {
    let today = unix_day(now).ok_or(StkError::PriceDayOutOfOrder)?;
    let (volume, circulating) = (economy.volume, economy.circulating()?);

    stabilisation.record(day, today, DaySample { price, volume, circulating })?;

    emit!(PricePosted { economy: *economy.address(), day, price, volume, circulating, from_feed });
    Ok(())
}
