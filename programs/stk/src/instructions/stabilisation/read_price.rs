use {
    super::post_price::record_price,
    crate::{error::StkError, state::*},
    anchor_lang::{address, prelude::*},
    stk_math::{stabilisation::billionths, week::unix_day},
};

/// Pyth's receiver program, which alone writes the accounts that are read here: it has checked the signatures of the
/// price's guardians.
const PYTH_RECEIVER: Address = address!("rec5EKMGg6MxZYaMdyBfgwp4d5rB9T1VQH5pJv5LtFJ");
/// `sha256("account:PriceUpdateV2")`, its first 8 bytes.
const PRICE_UPDATE_V2: [u8; 8] = [34, 241, 35, 99, 157, 126, 244, 205];
/// The price was signed by a full quorum; anything less may be forged by a few guardians.
const FULLY_VERIFIED: u8 = 1;
/// Oldest price that counts as today's, in seconds.
const LONGEST_AGE_SECONDS: i64 = 3_600;
/// The feed's own confidence interval may be at most one part in so many of the price.
const CONFIDENCE_PARTS: u64 = 100;

#[derive(Accounts)]
pub struct ReadPrice {
    #[account(constraint = !economy.is_paused() @ StkError::Paused)]
    pub economy: Account<Economy>,
    #[account(mut, constraint = stabilisation.economy == *economy.address() @ StkError::WrongEconomy)]
    pub stabilisation: Account<Stabilisation>,
    /// The `PriceUpdateV2` account that the economy names; an economy without a feed names the System program's zero
    /// address, which the receiver does not own.
    #[account(address = stabilisation.feed_account @ StkError::WrongPriceFeed)]
    pub feed: UncheckedAccount,
}

/// What is used of a `PriceUpdateV2` account.
struct Quotation {
    feed_id: [u8; 32],
    price: i64,
    confidence: u64,
    exponent: i32,
    published_at: i64,
}

impl ReadPrice {
    pub fn handler(ctx: &mut Context<Self>) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let today = unix_day(now).ok_or(StkError::PriceDayOutOfOrder)?;
        let accounts = &mut ctx.accounts;

        let quotation = read_quotation(&accounts.feed).ok_or(StkError::PriceNotVerified)?;
        require!(quotation.feed_id == accounts.stabilisation.feed_id, StkError::PriceNotVerified);
        let age = now.checked_sub(quotation.published_at).ok_or(StkError::PriceIsOld)?;
        require!(age <= LONGEST_AGE_SECONDS, StkError::PriceIsOld);
        require!(unix_day(quotation.published_at) == Some(today), StkError::PriceIsOld);
        let price = u64::try_from(quotation.price).map_err(|_| StkError::BadPrice)?;
        let uncertainty = quotation.confidence.checked_mul(CONFIDENCE_PARTS);
        require!(uncertainty.is_some_and(|scaled| scaled <= price), StkError::PriceTooUncertain);

        let price = billionths(quotation.price, quotation.exponent).ok_or(StkError::BadPrice)?;

        record_price(&accounts.economy, &mut accounts.stabilisation, today, now, price, true)
    }
}

/// Takes the next `N` bytes off `data`.
fn take<const N: usize>(data: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, rest) = data.split_first_chunk::<N>()?;
    *data = rest;
    Some(*taken)
}

/// The fields of a fully verified price update, by their borsh layout; `None` for anything else.
fn read_quotation(feed: &UncheckedAccount) -> Option<Quotation> {
    let account = feed.account();
    if !account.owned_by(&PYTH_RECEIVER) {
        return None;
    }
    let data = account.try_borrow().ok()?;
    let mut rest: &[u8] = &data;
    let discriminator: [u8; 8] = take(&mut rest)?;
    let _write_authority: [u8; 32] = take(&mut rest)?;
    let [verification] = take(&mut rest)?;
    if discriminator != PRICE_UPDATE_V2 || verification != FULLY_VERIFIED {
        return None;
    }
    Some(Quotation {
        feed_id: take(&mut rest)?,
        price: i64::from_le_bytes(take(&mut rest)?),
        confidence: u64::from_le_bytes(take(&mut rest)?),
        exponent: i32::from_le_bytes(take(&mut rest)?),
        published_at: i64::from_le_bytes(take(&mut rest)?),
    })
}
