use {
    crate::{error::StkError, event::AssetPricePosted, state::*},
    anchor_lang::prelude::*,
    stk_math::week::unix_day,
};

#[derive(Accounts)]
pub struct PostAssetPrice {
    /// The economy's oracle.
    #[account(address = economy.roles.oracle @ StkError::NotOracle)]
    pub oracle: Signer,
    #[account(constraint = !economy.is_paused() @ StkError::Paused)]
    pub economy: Account<Economy>,
    #[account(mut, constraint = reserve.economy == *economy.address() @ StkError::WrongEconomy)]
    pub reserve: Account<Reserve>,
}

impl PostAssetPrice {
    pub fn handler(ctx: &mut Context<Self>, asset: u8, price: u64, day: u32) -> Result<()> {
        let today = unix_day(Clock::get()?.unix_timestamp).ok_or(StkError::Overflow)?;
        let address = *ctx.accounts.economy.address();
        let place = ctx.accounts.reserve.asset_mut(asset)?;

        require!(price > 0, StkError::PriceIsZero);
        // Nothing but a report depends on it, so the price of the last day may be corrected.
        require!(day <= today && day >= place.price_day, StkError::PriceOutOfOrder);

        place.price = price;
        place.price_day = day;

        emit!(AssetPricePosted { economy: address, asset, price, day });
        Ok(())
    }
}
