//! The two token instructions of the hot paths, with their accounts on the stack: `anchor_spl`'s helpers build them on
//! the heap, which costs more than the transfer itself. The vault's bytes and signatures are checked by the token program.

use anchor_lang::{
    pinocchio::instruction::InstructionAccount, prelude::*, unchecked_invoke_signed_fixed, CpiHandle,
};

/// Tags of the SPL Token instructions.
const TRANSFER: u8 = 3;
const MINT_TO: u8 = 7;

/// Moves `amount` from `from` to `to`; `authority` owns `from` and signs, by itself or by `seeds`.
pub fn transfer(
    program: &Program<Token>,
    from: &mut impl ToCpiHandleMut,
    to: &mut impl ToCpiHandleMut,
    authority: &impl ToCpiHandle,
    seeds: &[&[&[u8]]],
    amount: u64,
) -> Result<()> {
    let (from, to) = (from.try_to_cpi_handle_mut()?.into(), to.try_to_cpi_handle_mut()?.into());
    invoke(program, TRANSFER, from, to, authority.to_cpi_handle(), seeds, amount);
    Ok(())
}

/// Mints `amount` to `to`; `authority` is the mint's and signs by `seeds`.
pub fn mint_to(
    program: &Program<Token>,
    mint: &mut impl ToCpiHandleMut,
    to: &mut impl ToCpiHandleMut,
    authority: &impl ToCpiHandle,
    seeds: &[&[&[u8]]],
    amount: u64,
) -> Result<()> {
    let (mint, to) = (mint.try_to_cpi_handle_mut()?.into(), to.try_to_cpi_handle_mut()?.into());
    invoke(program, MINT_TO, mint, to, authority.to_cpi_handle(), seeds, amount);
    Ok(())
}

/// Both instructions take two writable accounts and a signer, and an amount.
fn invoke<'a>(
    program: &'a Program<Token>,
    tag: u8,
    first: CpiHandle<'a>,
    second: CpiHandle<'a>,
    authority: CpiHandle<'a>,
    seeds: &'a [&'a [&'a [u8]]],
    amount: u64,
) {
    let mut data = [tag; 9];
    let (_, amount_bytes) = data.split_at_mut(1);
    amount_bytes.copy_from_slice(&amount.to_le_bytes());
    let accounts = [
        InstructionAccount::writable(first.address()),
        InstructionAccount::writable(second.address()),
        InstructionAccount::readonly_signer(authority.address()),
    ];
    unchecked_invoke_signed_fixed(program.address(), &data, &accounts, &[first, second, authority], seeds);
}
