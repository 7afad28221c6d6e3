use {
    crate::{error::StkError, event::ProposalExecuted, state::*},
    anchor_lang::{
        pinocchio::{
            cpi::{Seed, Signer as SeedsSigner},
            instruction::{InstructionAccount, InstructionView},
        },
        prelude::*,
    },
    solana_instruction_view::cpi::invoke_signed_with_slice,
};

/// Takes neither the economy nor the governance: the instruction may change both, and what it needs of them is in the
/// proposal.
#[derive(Accounts)]
pub struct ExecuteProposal {
    #[account(mut)]
    pub proposal: Proposal,
    /// The program that the proposed instruction calls.
    #[account(address = proposal.program_id @ StkError::WrongInstruction)]
    pub target_program: UncheckedAccount,
    // Then, in order, the accounts of the proposed instruction.
}

impl ExecuteProposal {
    pub fn handler(ctx: &mut Context<Self>) -> Result<()> {
        let accounts = ctx.remaining_accounts()?;
        let now = Clock::get()?.unix_timestamp;
        let proposal = &mut ctx.accounts.proposal;

        require!(proposal.status != proposal_status::EXECUTED, StkError::AlreadyExecuted);
        require!(now >= proposal.executable_at, StkError::TimeLocked);
        require!(now < proposal.expires_at(), StkError::ProposalExpired);
        require!(proposal.is_passed(), StkError::NotPassed);
        require!(accounts.len() == usize::from(proposal.account_count), StkError::WrongInstruction);

        // Before the call, which could otherwise execute it again.
        proposal.status = proposal_status::EXECUTED;
        let executed = ProposalExecuted {
            economy: proposal.economy,
            proposal: proposal.index,
            yes: proposal.yes,
            no: proposal.no,
        };

        call(proposal, &accounts)?;

        emit!(executed);
        Ok(())
    }
}

/// Calls the proposed instruction with the governance's signature.
fn call(proposal: &Proposal, views: &[AccountView]) -> Result<()> {
    let stored_bytes = views.len().checked_mul(PROPOSED_ACCOUNT_BYTES).ok_or(StkError::WrongInstruction)?;
    let (stored, data) =
        proposal.as_slice().split_at_checked(stored_bytes).ok_or(StkError::WrongInstruction)?;
    let mut accounts = Vec::with_capacity(views.len());
    for (view, stored) in views.iter().zip(stored.chunks_exact(PROPOSED_ACCOUNT_BYTES)) {
        let (flags, address) = stored.split_last().ok_or(StkError::WrongInstruction)?;
        require!(view.address().as_ref() == address, StkError::WrongInstruction);
        accounts.push(InstructionAccount {
            address: view.address(),
            is_signer: flags & PROPOSED_SIGNER != 0,
            is_writable: flags & PROPOSED_WRITABLE != 0,
        });
    }
    let bump = [proposal.authority_bump];
    let seeds: [Seed; 3] =
        [Governance::AUTHORITY_SEED.into(), proposal.economy.as_ref().into(), bump.as_ref().into()];
    let instruction = InstructionView { program_id: &proposal.program_id, data, accounts: &accounts };
    invoke_signed_with_slice(&instruction, views, &[SeedsSigner::from(&seeds)])
}
