use {
    crate::{error::StkError, event::ReserveDeposited, state::*, token},
    anchor_lang::prelude::*,
    anchor_spl::token::TokenAccount,
    stk_math::split::share_floor,
};

#[derive(Accounts)]
pub struct DepositReserve {
    /// Whoever passes the share on: a service that takes subscriptions, a donor, a startup.
    pub depositor: Signer,
    #[account(constraint = !economy.is_paused() @ StkError::Paused)]
    pub economy: Account<Economy>,
    #[account(mut, constraint = reserve.economy == *economy.address() @ StkError::WrongEconomy)]
    pub reserve: Account<Reserve>,
    /// The startup whose share it is; none for a subscription or donation.
    #[account(constraint = startup.economy == *economy.address() @ StkError::WrongEconomy)]
    pub startup: Option<Account<Startup>>,
    /// The vault of the asset.
    #[account(mut)]
    pub vault: Account<TokenAccount>,
    /// Where the tokens come from; the token program checks mint, owner and balance.
    #[account(mut)]
    pub source: Account<TokenAccount>,
    pub token_program: Program<Token>,
}

impl DepositReserve {
    pub fn handler(
        ctx: &mut Context<Self>,
        asset: u8,
        inflow: u8,
        gross: u64,
        reference: String,
    ) -> Result<()> {
        let address = *ctx.accounts.economy.address();
        let depositor = *ctx.accounts.depositor.address();
        let vault = *ctx.accounts.vault.address();
        let startup = ctx.accounts.startup.as_ref().map(|startup| (startup.id, startup.share_bps));
        let place = ctx.accounts.reserve.asset_mut(asset)?;

        check_reason(&reference)?;
        require!(vault == place.vault, StkError::WrongReserveVault);
        let bps = backing_bps(inflow, startup.map(|(_, share_bps)| share_bps))?;

        // What the floor leaves stays with whoever pays, like the rest of the gross amount.
        let amount = share_floor(gross, bps);
        require!(amount > 0, StkError::AmountIsZero);

        place.book(inflow, amount)?;
        let booked = place.booked;

        token::transfer(
            &ctx.accounts.token_program,
            &mut ctx.accounts.source,
            &mut ctx.accounts.vault,
            &ctx.accounts.depositor,
            &[],
            amount,
        )?;

        ctx.accounts.reserve.check_invariant()?;
        emit!(ReserveDeposited {
            economy: address,
            asset,
            inflow,
            startup: startup.map(|(id, _)| id),
            depositor,
            gross,
            amount,
            reference,
            booked,
        });
        Ok(())
    }
}
