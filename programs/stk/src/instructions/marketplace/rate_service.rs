use {
    crate::{error::StkError, event::ServiceRated, state::*},
    anchor_lang::prelude::*,
};

const LOWEST_RATING: u8 = 1;
const HIGHEST_RATING: u8 = 5;

#[derive(Accounts)]
pub struct RateService {
    /// The buyer.
    #[account(address = activation.wallet @ StkError::WrongActivation)]
    pub wallet: Signer,
    #[account(mut)]
    pub service: Account<Service>,
    #[account(mut, constraint = activation.service == *service.address() @ StkError::WrongActivation)]
    pub activation: Account<Activation>,
}

impl RateService {
    pub fn handler(ctx: &mut Context<Self>, rating: u8) -> Result<()> {
        let address = *ctx.accounts.service.address();
        let service = &mut ctx.accounts.service;
        let activation = &mut ctx.accounts.activation;

        require!((LOWEST_RATING..=HIGHEST_RATING).contains(&rating), StkError::RatingOutOfRange);
        require!(activation.ratings < activation.purchases, StkError::AlreadyRated);

        let rating_sum = service.rating_sum.checked_add(u64::from(rating)).ok_or(StkError::Overflow)?;
        let rating_count = service.rating_count.checked_add(1).ok_or(StkError::Overflow)?;
        let ratings = activation.ratings.checked_add(1).ok_or(StkError::Overflow)?;

        service.rating_sum = rating_sum;
        service.rating_count = rating_count;
        activation.ratings = ratings;

        emit!(ServiceRated {
            economy: service.economy,
            service: address,
            wallet: activation.wallet,
            rating,
            rating_sum,
            rating_count,
            ratings,
        });
        Ok(())
    }
}
