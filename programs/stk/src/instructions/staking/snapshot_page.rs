use {
    crate::{error::StkError, event::PageSnapshotted, state::*},
    anchor_lang::prelude::*,
};

/// Allowed while the economy is paused: it moves nothing, and a vote may be what ends the pause.
#[derive(Accounts)]
pub struct SnapshotPage {
    /// Pays the rent of the snapshot, the first two times; anyone may.
    #[account(mut)]
    pub payer: Signer,
    pub economy: Account<Economy>,
    #[account(
        mut,
        constraint = page.economy == *economy.address() @ StkError::WrongEconomy,
        constraint = page.snapshot != economy.snapshot @ StkError::SnapshotNotDue,
    )]
    pub page: MemberPage,
    /// Overwrites the snapshot before the last one, whose votes are over: `create_proposal` waits for that.
    #[account(
        init_if_needed,
        payer = payer,
        seeds = [
            Snapshot::SEED,
            economy.address().as_ref(),
            &page.index.to_le_bytes(),
            &Snapshot::parity_of(economy.snapshot),
        ],
        bump,
    )]
    pub snapshot: Account<Snapshot>,
    pub system_program: Program<System>,
}

impl SnapshotPage {
    pub fn handler(ctx: &mut Context<Self>) -> Result<()> {
        let address = *ctx.accounts.economy.address();
        let number = ctx.accounts.economy.snapshot;
        let page = &mut ctx.accounts.page;
        let snapshot = &mut ctx.accounts.snapshot;

        copy_balances(page.as_slice(), &mut snapshot.balances);
        snapshot.number = number;
        // Behind the economy, so that this cannot wrap.
        snapshot.since = page.snapshot.saturating_add(1);
        snapshot.page = page.index;
        snapshot.economy = address;
        snapshot.bump = ctx.bumps.snapshot;
        page.snapshot = number;

        emit!(PageSnapshotted { economy: address, page: page.index, snapshot: number });
        Ok(())
    }
}

/// Copies the members' balances by slot. Slots without a member stay 0: no slot that was taken ever becomes free.
///
/// Never inlined: within the handler the loop would live on the stack.
#[inline(never)]
fn copy_balances(members: &[Member], balances: &mut [u64]) {
    for (member, kept) in members.iter().zip(balances) {
        *kept = member.balance;
    }
}
