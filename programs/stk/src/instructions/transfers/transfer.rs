use {
    crate::{error::StkError, event::Transferred, state::*},
    anchor_lang::prelude::*,
    stk_math::split::share_floor,
};

#[derive(Accounts)]
pub struct Transfer {
    /// The sender's wallet.
    pub wallet: Signer,
    #[account(mut, constraint = !economy.is_paused() @ StkError::Paused)]
    pub economy: Account<Economy>,
    /// The page with the sender's slot.
    #[account(
        mut,
        constraint = page.economy == *economy.address() @ StkError::WrongEconomy,
        constraint = page.snapshot == economy.snapshot @ StkError::SnapshotDue,
    )]
    pub page: MemberPage,
    /// The page with the recipient's slot; none when it is the sender's, which cannot be given twice.
    #[account(
        mut,
        constraint = recipient_page.economy == *economy.address() @ StkError::WrongEconomy,
        constraint = recipient_page.snapshot == economy.snapshot @ StkError::SnapshotDue,
    )]
    pub recipient_page: Option<MemberPage>,
}

impl Transfer {
    pub fn handler(
        ctx: &mut Context<Self>,
        slot: u16,
        recipient_slot: u16,
        recipient: Address,
        amount: u64,
        max_fee: u64,
    ) -> Result<()> {
        let address = *ctx.accounts.economy.address();
        let wallet = *ctx.accounts.wallet.address();
        let economy = &mut ctx.accounts.economy;
        let page = &mut ctx.accounts.page;
        let recipient_page = &mut ctx.accounts.recipient_page;

        require!(amount > 0, StkError::AmountIsZero);
        // A wallet has one slot, so two wallets are two slots.
        require!(recipient != wallet, StkError::SameMember);
        let held = member_mut(page, slot, &wallet)?.balance;
        let recipient_held = balance_of(recipient_page.as_ref().unwrap_or(page), recipient_slot, &recipient)
            .ok_or(StkError::WrongRecipient)?;
        let fee = share_floor(amount, economy.transfer_fee_bps);
        require!(fee <= max_fee, StkError::FeeTooHigh);

        let balance = held.checked_sub(amount).ok_or(StkError::BalanceTooSmall)?;
        // The floor favours the sender: the fraction of a base unit that it leaves is not taken as a fee.
        let received = amount.checked_sub(fee).ok_or(StkError::Overflow)?;
        let recipient_balance = recipient_held.checked_add(received).ok_or(StkError::Overflow)?;
        let member_balances = economy.member_balances.checked_sub(fee).ok_or(StkError::LedgerDoesNotAddUp)?;

        member_mut(page, slot, &wallet)?.balance = balance;
        let recipient_page = recipient_page.as_mut().unwrap_or(page);
        member_mut(recipient_page, recipient_slot, &recipient)?.balance = recipient_balance;
        economy.member_balances = member_balances;
        economy.add_to_fund(Fund::Treasury, fee)?;
        // Modulo 2^64: only differences are read.
        economy.volume = economy.volume.wrapping_add(amount);

        economy.check_invariant()?;
        emit!(Transferred {
            economy: address,
            wallet,
            recipient,
            amount,
            fee,
            balance,
            recipient_balance,
            treasury: economy.fund(Fund::Treasury),
        });
        Ok(())
    }
}
