use {
    crate::{constants::*, error::StkError, event::RewardsGranted, state::*},
    anchor_lang::prelude::*,
    bytemuck::Zeroable,
    stk_math::freeze::freeze_end,
};

/// A reward to be frozen.
#[derive(Clone, Copy, AnchorSerialize, AnchorDeserialize, IdlType)]
pub struct RewardGrant {
    /// A free place of the escrow page.
    pub place: u8,
    /// Global index of the member who gets it.
    pub member: u32,
    /// Global index of the member who confirms it, or whose activity does; 4,294,967,295 for none.
    pub counterparty: u32,
    /// Base units.
    pub amount: u64,
}

#[derive(Accounts)]
pub struct GrantRewards {
    /// The economy's validator.
    #[account(address = economy.roles.validator @ StkError::NotValidator)]
    pub validator: Signer,
    #[account(mut, constraint = !economy.is_paused() @ StkError::Paused)]
    pub economy: Account<Economy>,
    #[account(mut, constraint = escrow.economy == *economy.address() @ StkError::WrongEconomy)]
    pub escrow: EscrowPage,
}

impl GrantRewards {
    pub fn handler(
        ctx: &mut Context<Self>,
        kind: u8,
        freeze_days: u16,
        reason: [u8; 32],
        grants: Vec<RewardGrant>,
    ) -> Result<()> {
        let created_at = Clock::get()?.unix_timestamp;
        let address = *ctx.accounts.economy.address();
        let economy = &mut ctx.accounts.economy;
        let escrow = &mut ctx.accounts.escrow;

        let terms = *economy.reward_kind(kind)?;
        let fund = Fund::try_from(terms.fund)?;
        let days = if freeze_days == DEFAULT_FREEZE { terms.default_freeze_days } else { freeze_days };
        let is_within = terms.min_freeze_days <= days && days <= terms.max_freeze_days;
        require!(is_within, StkError::FreezeOutOfRange);
        require!(days > 0, StkError::NothingToFreeze);
        require!(!grants.is_empty(), StkError::NoRewards);

        let ends_at = freeze_end(created_at, days).ok_or(StkError::Overflow)?;
        let first_id = escrow.next_id;
        let granted = u32::try_from(grants.len()).map_err(|_| StkError::Overflow)?;
        let next_id = first_id.checked_add(granted).ok_or(StkError::Overflow)?;

        let first = FrozenReward {
            created_at,
            ends_at,
            id: first_id,
            kind,
            fund: terms.fund,
            verdict_by: terms.verdict_by,
            ..FrozenReward::zeroed()
        };
        let frozen = freeze(escrow.as_mut_slice(), &grants, first, economy.members)?;
        escrow.next_id = next_id;
        escrow.total = escrow.total.checked_add(frozen).ok_or(StkError::Overflow)?;
        economy.take_from_fund(fund, frozen)?;
        economy.frozen = economy.frozen.checked_add(frozen).ok_or(StkError::Overflow)?;

        economy.check_invariant()?;
        emit!(RewardsGranted {
            economy: address,
            escrow_page: escrow.index,
            kind,
            reason,
            first_id,
            grants,
            verdict_by: terms.verdict_by,
            fund: terms.fund,
            fund_balance: economy.fund(fund),
            frozen: economy.frozen,
            created_at,
            ends_at,
        });
        Ok(())
    }
}

/// Puts each grant into its place, with the terms of `reward` and ids from its own on; gives the sum of the amounts.
///
/// Ids cannot wrap: the handler has added as many as there are grants. Never inlined: within the handler the sum would
/// live on the stack.
#[inline(never)]
fn freeze(
    rewards: &mut [FrozenReward],
    grants: &[RewardGrant],
    mut reward: FrozenReward,
    members: u32,
) -> Result<u64> {
    let needs_counterparty = reward.verdict_by != verdict_by::VALIDATOR;
    let mut frozen = 0u64;
    for grant in grants {
        let place = rewards.get_mut(usize::from(grant.place)).ok_or(StkError::UnknownPlace)?;
        require!(place.amount == 0, StkError::PlaceTaken);
        require!(grant.amount > 0, StkError::AmountIsZero);
        require!(grant.member < members, StkError::UnknownMember);
        // Nobody confirms a reward of their own.
        let is_right = match grant.counterparty {
            NO_COUNTERPARTY => !needs_counterparty,
            counterparty => counterparty < members && counterparty != grant.member,
        };
        require!(is_right, StkError::WrongCounterparty);
        frozen = frozen.wrapping_add(grant.amount);
        // The same as `checked_add`, of which the compiler makes a product of 128 bits.
        require!(frozen >= grant.amount, StkError::Overflow);
        reward.member = grant.member;
        reward.counterparty = grant.counterparty;
        reward.amount = grant.amount;
        *place = reward;
        reward.id = reward.id.wrapping_add(1);
    }
    Ok(frozen)
}
