use {
    crate::{error::StkError, event::ReserveAssetAdded, state::*, token},
    anchor_lang::{prelude::*, Id},
    anchor_spl::{mint::Mint, token::TokenAccount},
};

#[derive(Accounts)]
pub struct AddReserveAsset {
    /// The economy's treasurer, who pays the rent.
    #[account(mut, address = economy.roles.treasurer @ StkError::NotTreasurer)]
    pub treasurer: Signer,
    #[account(constraint = !economy.is_paused() @ StkError::Paused)]
    pub economy: Account<Economy>,
    #[account(mut, constraint = reserve.economy == *economy.address() @ StkError::WrongEconomy)]
    pub reserve: Account<Reserve>,
    /// Any mint of the token program but the economy's own: the treasurer answers for what it is worth.
    #[account(constraint = *asset_mint.address() != economy.mint @ StkError::OwnToken)]
    pub asset_mint: Account<Mint>,
    /// Becomes the token account that holds the asset; one for each mint.
    #[account(
        mut,
        seeds = [Reserve::VAULT_SEED, economy.address().as_ref(), asset_mint.address().as_ref()],
        bump,
        constraint = !vault.account().owned_by(&Token::id()) @ StkError::AssetAlreadyAdded,
    )]
    pub vault: UncheckedAccount,
    pub token_program: Program<Token>,
    pub system_program: Program<System>,
}

impl AddReserveAsset {
    pub fn handler(ctx: &mut Context<Self>, kind: u8) -> Result<()> {
        let address = *ctx.accounts.economy.address();
        let mint = *ctx.accounts.asset_mint.address();
        let decimals = ctx.accounts.asset_mint.decimals();
        let vault = *ctx.accounts.vault.address();
        let reserve = &mut ctx.accounts.reserve;
        let asset = reserve.asset_count;

        require!(kind < ASSET_KINDS, StkError::UnknownAssetKind);
        require!(usize::from(asset) < RESERVE_ASSETS, StkError::ReserveIsFull);

        reserve.asset_count = asset.checked_add(1).ok_or(StkError::Overflow)?;
        let place = reserve.asset_mut(asset)?;
        place.mint = mint;
        place.vault = vault;
        place.kind = kind;
        place.decimals = decimals;

        ctx.accounts.create_vault(ctx.bumps.vault)?;

        ctx.accounts.reserve.check_invariant()?;
        emit!(ReserveAssetAdded { economy: address, asset, mint, vault, kind, decimals });
        Ok(())
    }

    /// Creates the token account; the economy, which signs for every vault, owns it.
    fn create_vault(&mut self, bump: u8) -> Result<()> {
        let (economy, mint, bump) = (*self.economy.address(), *self.asset_mint.address(), [bump]);
        let payer = self.treasurer.account();
        let seeds = [Reserve::VAULT_SEED, economy.as_ref(), mint.as_ref(), &bump];
        create_account_signed(payer, self.vault.account(), TokenAccount::LEN, &Token::id(), &seeds)?;
        token::initialize_account(&self.token_program, &mut self.vault, &self.asset_mint, &economy)
    }
}
