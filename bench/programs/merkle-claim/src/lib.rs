//! A Merkle distributor reduced to what a claim costs: the bench's own reference of the design that Jito's distributor
//! made common, whose binary is published nowhere.
//!
//! Kept of that design: the claimant creates, and pays the rent of, a `ClaimStatus` of 64 bytes that keeps a claim from
//! being made twice; the leaf is hashed twice, the second time with a prefix, and pairs are hashed in sorted order; the
//! distributor signs the transfer out of its vault and keeps totals with limits; the claim is an event. Left out, since no
//! claim needs it: vesting's second half (`claim_locked`), clawback and closing. So this is a lower bound of a real one.
//!
//! Written with the framework and the compiler of the product's program, to compare designs and not frameworks.

use anchor_lang::pinocchio::instruction::InstructionAccount;
use anchor_lang::{prelude::*, unchecked_invoke_signed_fixed, CpiHandle};
use anchor_spl::token::TokenAccount;
use solana_sha256_hasher::hashv;

declare_id!("3z3Qm9w1oeBGexuA6yJLmhcyD4hvgFkYKj8AxKJp1Duw");

/// Tag of the SPL Token instruction.
const TRANSFER: u8 = 3;
const LEAF_PREFIX: [u8; 1] = [0];
const NODE_PREFIX: [u8; 1] = [1];

#[program]
pub mod merkle_claim {
    use super::*;

    /// Starts a distribution of up to `max_claimed` base units to the `leaves` leaves under `root`.
    pub fn new_distributor(
        ctx: &mut Context<NewDistributor>,
        root: [u8; 32],
        max_claimed: u64,
        leaves: u64,
    ) -> Result<()> {
        NewDistributor::handler(ctx, root, max_claimed, leaves)
    }

    /// Pays the claimant what the leaf says, once.
    pub fn new_claim(
        ctx: &mut Context<NewClaim>,
        amount_unlocked: u64,
        amount_locked: u64,
        proof: Vec<[u8; 32]>,
    ) -> Result<()> {
        NewClaim::handler(ctx, amount_unlocked, amount_locked, proof)
    }
}

#[error_code]
pub enum ClaimError {
    #[msg("the proof does not lead to the root")]
    InvalidProof,
    #[msg("more leaves were claimed than the tree has")]
    TooManyClaims,
    #[msg("more was claimed than the distribution holds")]
    ClaimedTooMuch,
    #[msg("the distribution has not started")]
    NotStarted,
    #[msg("the account belongs to somebody else, or holds another token")]
    WrongAccount,
}

#[event]
pub struct Claimed {
    pub claimant: Address,
    pub timestamp: i64,
}

/// One distribution: its root, its vault and what has been claimed.
#[account]
pub struct Distributor {
    pub max_claimed: u64,
    pub claimed: u64,
    pub leaves: u64,
    pub claims: u64,
    pub enable_slot: u64,
    pub root: [u8; 32],
    pub mint: Address,
    pub vault: Address,
    pub bump: u8,
    pub _reserved: [u8; 7],
}

/// That a leaf was claimed: with the discriminator, 64 bytes.
#[account]
pub struct ClaimStatus {
    pub claimant: Address,
    pub locked_amount: u64,
    pub locked_amount_withdrawn: u64,
    pub unlocked_amount: u64,
}

#[derive(Accounts)]
pub struct NewDistributor {
    #[account(mut)]
    pub payer: Signer,
    #[account(init, payer = payer, seeds = [b"MerkleDistributor", vault.mint().as_ref()], bump)]
    pub distributor: Account<Distributor>,
    /// Belongs to the distributor.
    #[account(constraint = *vault.owner() == *distributor.address() @ ClaimError::WrongAccount)]
    pub vault: Account<TokenAccount>,
    pub system_program: Program<System>,
}

impl NewDistributor {
    pub fn handler(ctx: &mut Context<Self>, root: [u8; 32], max_claimed: u64, leaves: u64) -> Result<()> {
        let (mint, vault) = (*ctx.accounts.vault.mint(), *ctx.accounts.vault.address());
        let distributor = &mut ctx.accounts.distributor;
        distributor.max_claimed = max_claimed;
        distributor.leaves = leaves;
        distributor.root = root;
        distributor.mint = mint;
        distributor.vault = vault;
        distributor.bump = ctx.bumps.distributor;
        Ok(())
    }
}

#[derive(Accounts)]
pub struct NewClaim {
    #[account(mut)]
    pub distributor: Account<Distributor>,
    #[account(
        init,
        payer = claimant,
        seeds = [b"ClaimStatus", claimant.address().as_ref(), distributor.address().as_ref()],
        bump,
    )]
    pub claim_status: Account<ClaimStatus>,
    /// The distributor's tokens.
    #[account(mut, address = distributor.vault @ ClaimError::WrongAccount)]
    pub from: Account<TokenAccount>,
    /// The claimant's token account.
    #[account(
        mut,
        constraint = *to.owner() == *claimant.address() @ ClaimError::WrongAccount,
        constraint = *to.mint() == distributor.mint @ ClaimError::WrongAccount,
    )]
    pub to: Account<TokenAccount>,
    #[account(mut)]
    pub claimant: Signer,
    pub token_program: Program<Token>,
    pub system_program: Program<System>,
}

impl NewClaim {
    pub fn handler(
        ctx: &mut Context<Self>,
        amount_unlocked: u64,
        amount_locked: u64,
        proof: Vec<[u8; 32]>,
    ) -> Result<()> {
        let clock = Clock::get()?;
        let claimant = *ctx.accounts.claimant.address();
        let distributor = &mut ctx.accounts.distributor;

        require!(distributor.enable_slot <= clock.slot, ClaimError::NotStarted);
        let claims = distributor.claims.checked_add(1).ok_or(ClaimError::TooManyClaims)?;
        require!(claims <= distributor.leaves, ClaimError::TooManyClaims);
        let claimed = distributor.claimed.checked_add(amount_unlocked).ok_or(ClaimError::ClaimedTooMuch)?;
        require!(claimed <= distributor.max_claimed, ClaimError::ClaimedTooMuch);

        let amounts = [amount_unlocked.to_le_bytes(), amount_locked.to_le_bytes()];
        let node = hashv(&[claimant.as_ref(), &amounts[0], &amounts[1]]).to_bytes();
        let leaf = hashv(&[&LEAF_PREFIX, &node]).to_bytes();
        require!(root_of(leaf, &proof) == distributor.root, ClaimError::InvalidProof);

        distributor.claims = claims;
        distributor.claimed = claimed;
        let (mint, bump) = (distributor.mint, [distributor.bump]);
        let status = &mut ctx.accounts.claim_status;
        status.claimant = claimant;
        status.locked_amount = amount_locked;
        status.unlocked_amount = amount_unlocked;

        ctx.accounts.pay(&[&[b"MerkleDistributor", mint.as_ref(), &bump]], amount_unlocked)?;
        emit!(Claimed { claimant, timestamp: clock.unix_timestamp });
        Ok(())
    }
}

impl NewClaim {
    /// Moves tokens from the vault to the claimant. Like the product's program without `anchor_spl`'s helper, which takes
    /// 4,700 CU more for the same call.
    fn pay(&mut self, seeds: &[&[&[u8]]], amount: u64) -> Result<()> {
        let (from, to) = (self.from.try_cpi_handle_mut()?.into(), self.to.try_cpi_handle_mut()?.into());
        let authority = self.distributor.cpi_handle();
        let mut data = [TRANSFER; 9];
        data[1..].copy_from_slice(&amount.to_le_bytes());
        let accounts = [
            InstructionAccount::writable(CpiHandle::address(&from)),
            InstructionAccount::writable(CpiHandle::address(&to)),
            InstructionAccount::readonly_signer(authority.address()),
        ];
        unchecked_invoke_signed_fixed(
            self.token_program.address(),
            &data,
            &accounts,
            &[from, to, authority],
            seeds,
        );
        Ok(())
    }
}

/// The root above `leaf`; of each pair the lesser hash comes first.
fn root_of(leaf: [u8; 32], proof: &[[u8; 32]]) -> [u8; 32] {
    proof.iter().fold(leaf, |node, sibling| {
        let (left, right) = if node <= *sibling { (&node, sibling) } else { (sibling, &node) };
        hashv(&[&NODE_PREFIX, left, right]).to_bytes()
    })
}
