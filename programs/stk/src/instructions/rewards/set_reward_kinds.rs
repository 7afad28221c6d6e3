use {
    crate::{constants::*, error::StkError, event::RewardKindsSet, state::*},
    anchor_lang::prelude::*,
};

/// A kind of explicit reward as it is given to `set_reward_kinds`.
#[derive(Clone, AnchorSerialize, AnchorDeserialize, IdlType)]
pub struct RewardKindParameters {
    /// 1 to 24 bytes of UTF-8, unique in the economy.
    pub name: String,
    /// Shortest freeze, in days; 0 for a kind that may be paid at once.
    pub min_freeze_days: u16,
    /// Longest freeze, in days; at most 365.
    pub max_freeze_days: u16,
    /// Freeze when the validator names none, in days.
    pub default_freeze_days: u16,
    /// The fund that pays: 0 Rewards Pool, 1 Treasury, 2 Startup, 3 Team, 4 Liquidity.
    pub fund: u8,
    /// 0 the validator, 1 the counterparty's rating, 2 the counterparty's activity; the validator may always.
    pub verdict_by: u8,
}

#[derive(Accounts)]
pub struct SetRewardKinds {
    /// The economy's admin.
    #[account(address = economy.roles.admin @ StkError::NotAdmin)]
    pub admin: Signer,
    #[account(mut)]
    pub economy: Account<Economy>,
}

impl SetRewardKinds {
    pub fn handler(ctx: &mut Context<Self>, kinds: Vec<RewardKindParameters>) -> Result<()> {
        let address = *ctx.accounts.economy.address();
        let economy = &mut ctx.accounts.economy;

        require!(kinds.len() <= REWARD_KINDS, StkError::TooManyRewardKinds);
        for (index, kind) in kinds.iter().enumerate() {
            check(kind)?;
            let is_repeated = kinds.iter().take(index).any(|earlier| earlier.name == kind.name);
            require!(!is_repeated, StkError::BadRewardKindName);
        }

        economy.reward_kinds = [bytemuck::Zeroable::zeroed(); REWARD_KINDS];
        for (place, kind) in economy.reward_kinds.iter_mut().zip(&kinds) {
            *place = RewardKind {
                name: padded(&kind.name).ok_or(StkError::BadRewardKindName)?,
                min_freeze_days: kind.min_freeze_days,
                max_freeze_days: kind.max_freeze_days,
                default_freeze_days: kind.default_freeze_days,
                fund: kind.fund,
                verdict_by: kind.verdict_by,
            };
        }
        economy.reward_kind_count = u8::try_from(kinds.len()).map_err(|_| StkError::TooManyRewardKinds)?;

        emit!(RewardKindsSet { economy: address, kinds });
        Ok(())
    }
}

fn check(kind: &RewardKindParameters) -> Result<()> {
    let rises =
        kind.min_freeze_days <= kind.default_freeze_days && kind.default_freeze_days <= kind.max_freeze_days;
    require!(rises && kind.max_freeze_days <= LONGEST_FREEZE_DAYS, StkError::BadFreeze);
    // What it paid would neither follow its schedule nor count in it.
    require!(Fund::try_from(kind.fund)? != Fund::Team, StkError::TeamHasSchedule);
    require!(kind.verdict_by <= verdict_by::ACTIVITY, StkError::UnknownVerdictBy);
    Ok(())
}
