use {
    crate::{constants::*, error::StkError, event::EconomyCreated, state::*, token},
    anchor_lang::{prelude::*, Id},
    anchor_spl::{mint::Mint, token::TokenAccount},
    stk_math::split::split,
};

/// An event type as it is given to `create_economy`.
#[derive(Clone, AnchorSerialize, AnchorDeserialize, IdlType)]
pub struct EventTypeParameters {
    /// 1 to 32 bytes of UTF-8, unique in the economy.
    pub name: String,
    /// Points for one event; 0 for a type that is known but not scored.
    pub weight: u32,
    /// Most counted events of a member in a UTC day.
    pub daily_limit: u16,
}

/// The rules of an economy. None of them can be changed afterwards.
#[derive(Clone, AnchorSerialize, AnchorDeserialize, IdlType)]
pub struct EconomyParameters {
    /// 1 to 32 bytes.
    pub name: String,
    /// 1 to 10 bytes.
    pub symbol: String,
    /// Unix seconds; none for now.
    pub genesis: Option<i64>,
    /// Base units emitted in each year before the first halving.
    pub emission_first_year: u64,
    /// Years between halvings.
    pub halving_years: u8,
    /// Base units that can ever be minted.
    pub emission_cap: u64,
    /// Rewards Pool, Treasury, Startup, Team, Liquidity; sums to 10,000.
    pub fund_bps: [u16; 5],
    /// Coefficient of levels 1 to 8 in tenths; 0 for a level that does not exist.
    pub level_tenths: [u16; 8],
    /// Coefficient of 1 to 5 weeks in a row in hundredths.
    pub streak_hundredths: [u16; 5],
    /// 1 to 16; those with a weight are scored, in this order.
    pub event_types: Vec<EventTypeParameters>,
    /// Seconds that a sealed week waits before it may be settled; at most 30 days.
    pub settle_delay_seconds: u32,
    /// Seconds by which the guardian may hold a week; at most 30 days, 0 for no hold.
    pub hold_seconds: u32,
}

#[derive(Accounts)]
pub struct CreateEconomy {
    /// Pays the rent and receives every role.
    #[account(mut)]
    pub payer: Signer,
    /// A new address whose key signs, so that nobody can take it first. Becomes the mint, without freeze authority.
    #[account(mut)]
    pub mint: Signer,
    #[account(init, payer = payer, seeds = [Economy::SEED, mint.address().as_ref()], bump)]
    pub economy: Account<Economy>,
    /// Becomes the token account that holds everything; its address alone makes it the vault.
    #[account(mut, seeds = [Economy::VAULT_SEED, economy.address().as_ref()], bump)]
    pub vault: UncheckedAccount,
    pub token_program: Program<Token>,
    pub system_program: Program<System>,
}

impl CreateEconomy {
    pub fn handler(ctx: &mut Context<Self>, decimals: u8, parameters: EconomyParameters) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let address = *ctx.accounts.economy.address();
        let admin = *ctx.accounts.payer.address();
        let mint = *ctx.accounts.mint.address();
        let vault = *ctx.accounts.vault.address();
        let genesis = parameters.genesis.unwrap_or(now);

        require!(genesis >= now, StkError::BadGenesis);
        require!(genesis <= now.saturating_add(LATEST_GENESIS_SECONDS), StkError::BadGenesis);
        require!(split(0, &parameters.fund_bps).is_some(), StkError::FundSharesDoNotAddUp);
        require!(parameters.settle_delay_seconds <= LONGEST_DELAY_SECONDS, StkError::DelayTooLong);
        require!(parameters.hold_seconds <= LONGEST_DELAY_SECONDS, StkError::DelayTooLong);

        let roles = Roles {
            admin,
            registrar: admin,
            oracle: admin,
            validator: admin,
            treasurer: admin,
            guardian: admin,
        };
        let economy = &mut ctx.accounts.economy;
        economy.genesis = genesis;
        economy.emission_first_year = parameters.emission_first_year;
        economy.emission_cap = parameters.emission_cap;
        economy.halving_years = parameters.halving_years;
        economy.settle_delay_seconds = parameters.settle_delay_seconds;
        economy.hold_seconds = parameters.hold_seconds;
        economy.fund_bps = parameters.fund_bps;
        economy.level_tenths = parameters.level_tenths;
        economy.streak_hundredths = parameters.streak_hundredths;
        economy.emission_factor_bps = WHOLE_BPS;
        economy.roles = roles;
        economy.mint = mint;
        economy.vault = vault;
        economy.decimals = decimals;
        economy.bump = ctx.bumps.economy;
        economy.name = padded(&parameters.name).ok_or(StkError::BadName)?;
        economy.symbol = padded(&parameters.symbol).ok_or(StkError::BadName)?;
        set_event_types(economy, &parameters.event_types)?;

        economy.check_emission()?;
        economy.prepare_scoring()?;

        ctx.accounts.create_token_accounts(decimals, ctx.bumps.vault)?;

        ctx.accounts.economy.check_invariant()?;
        announce(&address, &ctx.accounts.economy);
        Ok(())
    }

    /// Creates mint and vault by hand: the economy's address comes from the mint's and is the mint's authority, a
    /// circle that `init` constraints cannot express.
    fn create_token_accounts(&mut self, decimals: u8, vault_bump: u8) -> Result<()> {
        let economy = *self.economy.address();
        let payer = self.payer.account();

        create_account(payer, self.mint.account(), Mint::LEN, &Token::id())?;
        token::initialize_mint(&self.token_program, &mut self.mint, decimals, &economy)?;

        let bump = [vault_bump];
        let seeds = [Economy::VAULT_SEED, economy.as_ref(), &bump];
        create_account_signed(payer, self.vault.account(), TokenAccount::LEN, &Token::id(), &seeds)?;
        token::initialize_account(&self.token_program, &mut self.vault, &self.mint, &economy)
    }
}

/// Never inlined: the event is almost a kilobyte, and the handler's stack is nearly full.
#[inline(never)]
fn announce(address: &Address, economy: &Economy) {
    emit!(EconomyCreated {
        economy: *address,
        mint: economy.mint,
        vault: economy.vault,
        admin: economy.roles.admin,
        genesis: economy.genesis,
        emission_first_year: economy.emission_first_year,
        emission_cap: economy.emission_cap,
        settle_delay_seconds: economy.settle_delay_seconds,
        hold_seconds: economy.hold_seconds,
        event_types: economy.event_types,
        fund_bps: economy.fund_bps,
        level_tenths: economy.level_tenths,
        streak_hundredths: economy.streak_hundredths,
        name: economy.name,
        symbol: economy.symbol,
        event_type_count: economy.event_type_count,
        halving_years: economy.halving_years,
        decimals: economy.decimals,
        _reserved: [0; 7],
    });
}

fn set_event_types(economy: &mut Economy, event_types: &[EventTypeParameters]) -> Result<()> {
    require!(event_types.len() <= economy.event_types.len(), StkError::BadEventTypes);
    economy.event_type_count = u8::try_from(event_types.len()).map_err(|_| StkError::BadEventTypes)?;
    for (index, parameters) in event_types.iter().enumerate() {
        let is_repeated = event_types.iter().take(index).any(|earlier| earlier.name == parameters.name);
        require!(!is_repeated, StkError::BadEventName);
        let place = economy.event_types.get_mut(index).ok_or(StkError::BadEventTypes)?;
        place.name = padded(&parameters.name).ok_or(StkError::BadEventName)?;
        place.weight = parameters.weight;
        place.daily_limit = parameters.daily_limit;
    }
    Ok(())
}
