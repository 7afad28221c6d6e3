//! SPL Governance 4.0.0 by the Solana Program Library: its processor behind the same entry point as its own, which cannot
//! be taken from its crate (see build.rs).

use spl_governance::{
    error::GovernanceError,
    processor::process_instruction,
    solana_program::{
        account_info::AccountInfo, entrypoint, entrypoint::ProgramResult, program_error::PrintProgramError,
        pubkey::Pubkey,
    },
};

entrypoint!(process);

fn process(program: &Pubkey, accounts: &[AccountInfo], data: &[u8]) -> ProgramResult {
    process_instruction(program, accounts, data).inspect_err(|error| error.print::<GovernanceError>())
}
