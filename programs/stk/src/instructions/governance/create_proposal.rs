// The derive repeats the arguments in functions that need none of them.
#![allow(unused_variables)]

use {
    crate::{constants::*, error::StkError, event::ProposalCreated, state::*},
    anchor_lang::prelude::*,
    stk_math::governance::{quorum_ceil, takes_snapshot},
};

/// Works while the economy is paused: a governance that is the admin could not resume it otherwise.
#[derive(Accounts)]
#[instruction(slot: u16, title: String, description_hash: [u8; 32], instruction: ProposedInstruction)]
pub struct CreateProposal {
    /// The member's wallet; pays the rent.
    #[account(mut)]
    pub wallet: Signer,
    #[account(mut)]
    pub economy: Account<Economy>,
    #[account(mut, constraint = governance.economy == *economy.address() @ StkError::WrongEconomy)]
    pub governance: Account<Governance>,
    #[account(
        init,
        payer = wallet,
        space = instruction.proposal_space(),
        seeds = [ProposalHeader::SEED, economy.address().as_ref(), &economy.proposals.to_le_bytes()],
        bump,
    )]
    pub proposal: Proposal,
    #[account(constraint = page.economy == *economy.address() @ StkError::WrongEconomy)]
    pub page: MemberPage,
    pub system_program: Program<System>,
}

impl CreateProposal {
    pub fn handler(
        ctx: &mut Context<Self>,
        slot: u16,
        title: String,
        description_hash: [u8; 32],
        instruction: ProposedInstruction,
    ) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let address = *ctx.accounts.economy.address();
        let wallet = *ctx.accounts.wallet.address();
        let economy = &mut ctx.accounts.economy;
        let governance = &mut ctx.accounts.governance;
        let proposal = &mut ctx.accounts.proposal;
        let balance = member(&ctx.accounts.page, slot, &wallet)?.balance;

        require!(balance >= governance.threshold, StkError::BelowThreshold);

        // The place of the snapshot before the latest is where the next one is written.
        let next = economy.snapshot.checked_add(1).ok_or(StkError::Overflow)?;
        let (taken_at, others_end) = (governance.snapshot_taken_at, governance.votes_end(next));
        if economy.snapshot == 0 || takes_snapshot(now, taken_at, governance.voting_seconds, others_end) {
            economy.snapshot = next;
            economy.snapshot_taken_at = now;
            governance.snapshot_taken_at = now;
        }
        let quorum = quorum_ceil(economy.circulating()?, governance.quorum_bps);
        let voting_ends = now.saturating_add(i64::from(governance.voting_seconds));
        let executable_at = voting_ends.saturating_add(i64::from(governance.time_lock_seconds));

        proposal.title = padded(&title).ok_or(StkError::BadTitle)?;
        proposal.description_hash = description_hash;
        proposal.index = economy.proposals;
        proposal.economy = address;
        proposal.proposer = wallet;
        proposal.snapshot = economy.snapshot;
        proposal.quorum = quorum;
        proposal.voting_ends = voting_ends;
        proposal.executable_at = executable_at;
        proposal.status = proposal_status::OPEN;
        proposal.bump = ctx.bumps.proposal;
        proposal.authority_bump = governance.authority_bump;
        store_instruction(proposal, &instruction)?;
        governance.extend_votes(economy.snapshot, voting_ends);
        economy.proposals = economy.proposals.checked_add(1).ok_or(StkError::Overflow)?;

        economy.check_invariant()?;
        emit!(ProposalCreated {
            economy: address,
            proposal: proposal.index,
            wallet,
            title,
            description_hash,
            instruction,
            snapshot: proposal.snapshot,
            quorum,
            voting_ends,
            executable_at,
        });
        Ok(())
    }
}

/// Writes program, accounts and data behind the proposal's head.
fn store_instruction(proposal: &mut Proposal, instruction: &ProposedInstruction) -> Result<()> {
    let is_within = instruction.accounts.len() <= MOST_PROPOSED_ACCOUNTS
        && instruction.stored_bytes() <= MOST_INSTRUCTION_BYTES as usize;
    require!(is_within, StkError::InstructionTooLarge);

    proposal.program_id = instruction.program_id;
    proposal.account_count =
        u8::try_from(instruction.accounts.len()).map_err(|_| StkError::InstructionTooLarge)?;
    for account in &instruction.accounts {
        let signer = if account.is_signer { PROPOSED_SIGNER } else { 0 };
        let writable = if account.is_writable { PROPOSED_WRITABLE } else { 0 };
        push_all(proposal, account.address.as_ref())?;
        proposal.try_push(signer | writable)?;
    }
    push_all(proposal, &instruction.data)
}

/// Appends bytes to the proposal.
#[inline(never)]
fn push_all(proposal: &mut Proposal, bytes: &[u8]) -> Result<()> {
    for byte in bytes {
        proposal.try_push(*byte)?;
    }
    Ok(())
}
