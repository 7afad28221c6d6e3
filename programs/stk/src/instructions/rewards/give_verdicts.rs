use {
    crate::{error::StkError, event::VerdictsGiven, state::*},
    anchor_lang::prelude::*,
    stk_math::freeze::Verdict,
};

/// What the validator says about a frozen reward.
#[derive(Clone, Copy, AnchorSerialize, AnchorDeserialize, IdlType)]
pub struct RewardVerdict {
    pub place: u8,
    pub id: u32,
    pub confirmed: bool,
}

#[derive(Accounts)]
pub struct GiveVerdicts {
    /// The economy's validator.
    #[account(address = economy.roles.validator @ StkError::NotValidator)]
    pub validator: Signer,
    #[account(constraint = !economy.is_paused() @ StkError::Paused)]
    pub economy: Account<Economy>,
    #[account(mut, constraint = escrow.economy == *economy.address() @ StkError::WrongEconomy)]
    pub escrow: EscrowPage,
}

impl GiveVerdicts {
    pub fn handler(ctx: &mut Context<Self>, verdicts: Vec<RewardVerdict>) -> Result<()> {
        let address = *ctx.accounts.economy.address();
        let escrow = &mut ctx.accounts.escrow;

        require!(!verdicts.is_empty(), StkError::NoRewards);

        let rewards = escrow.as_mut_slice();
        for RewardVerdict { place, id, confirmed } in &verdicts {
            let reward = reward_mut(rewards, *place, *id)?;
            reward.set_verdict(if *confirmed { Verdict::Confirmed } else { Verdict::Rejected });
            reward.by_validator = 1;
        }

        emit!(VerdictsGiven { economy: address, escrow_page: escrow.index, verdicts });
        Ok(())
    }
}
