//! Adds and subtracts two numbers of the instruction data, with native integers and with Anchor's Pod integers, and
//! stores the result. Both wrap silently unless the profile turns overflow checks on.

use anchor_lang::prelude::*;

declare_id!("8dHEsGLzkAN5gaSZmhXBkmEGVKJ9Q1S8ncLRiYXGTSB4");

#[program]
pub mod overflow_probe {
    use super::*;

    pub fn add_native(ctx: &mut Context<Store>, left: u64, right: u64) -> Result<()> {
        ctx.accounts.cell.native = left + right;
        Ok(())
    }

    pub fn subtract_native(ctx: &mut Context<Store>, left: u64, right: u64) -> Result<()> {
        ctx.accounts.cell.native = left - right;
        Ok(())
    }

    pub fn multiply_native(ctx: &mut Context<Store>, left: u64, right: u64) -> Result<()> {
        ctx.accounts.cell.native = left * right;
        Ok(())
    }

    pub fn add_pod(ctx: &mut Context<Store>, left: u64, right: u64) -> Result<()> {
        ctx.accounts.cell.pod = PodU64::from(left) + PodU64::from(right);
        Ok(())
    }

    pub fn subtract_pod(ctx: &mut Context<Store>, left: u64, right: u64) -> Result<()> {
        ctx.accounts.cell.pod = PodU64::from(left) - PodU64::from(right);
        Ok(())
    }

    pub fn multiply_pod(ctx: &mut Context<Store>, left: u64, right: u64) -> Result<()> {
        ctx.accounts.cell.pod = PodU64::from(left) * PodU64::from(right);
        Ok(())
    }
}

#[derive(Accounts)]
pub struct Store {
    #[account(mut)]
    pub cell: Account<Cell>,
}

/// Where the results go.
#[account]
pub struct Cell {
    pub native: u64,
    pub pod: PodU64,
}
