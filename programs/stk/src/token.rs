//! The five token instructions that the program calls, with their accounts on the stack: `anchor_spl`'s helpers build
//! them on the heap, which costs more than a transfer itself. Bytes and signatures are checked by the token program.

use anchor_lang::{pinocchio::instruction::InstructionAccount, prelude::*, unchecked_invoke_signed_fixed};

// Tags of the SPL Token instructions.
const TRANSFER: u8 = 3;
const MINT_TO: u8 = 7;
const BURN: u8 = 8;
const INITIALIZE_ACCOUNT_3: u8 = 18;
const INITIALIZE_MINT_2: u8 = 20;

/// Moves `amount` from `from` to `to`; `authority` owns `from` and signs, by itself or by `seeds`.
pub fn transfer(
    program: &Program<Token>,
    from: &mut impl ToCpiHandleMut,
    to: &mut impl ToCpiHandleMut,
    authority: &impl ToCpiHandle,
    seeds: &[&[&[u8]]],
    amount: u64,
) -> Result<()> {
    move_amount(program, TRANSFER, from, to, authority, seeds, amount)
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
    move_amount(program, MINT_TO, mint, to, authority, seeds, amount)
}

/// Burns `amount` of `from`, whose owner `authority` signs by `seeds`.
pub fn burn(
    program: &Program<Token>,
    from: &mut impl ToCpiHandleMut,
    mint: &mut impl ToCpiHandleMut,
    authority: &impl ToCpiHandle,
    seeds: &[&[&[u8]]],
    amount: u64,
) -> Result<()> {
    move_amount(program, BURN, from, mint, authority, seeds, amount)
}

/// All three take two writable accounts, a signer and an amount.
fn move_amount(
    program: &Program<Token>,
    tag: u8,
    first: &mut impl ToCpiHandleMut,
    second: &mut impl ToCpiHandleMut,
    authority: &impl ToCpiHandle,
    seeds: &[&[&[u8]]],
    amount: u64,
) -> Result<()> {
    let (first, second) = (first.try_to_cpi_handle_mut()?.into(), second.try_to_cpi_handle_mut()?.into());
    let handles: [CpiHandle; 3] = [first, second, authority.to_cpi_handle()];
    let accounts = [
        InstructionAccount::writable(handles[0].address()),
        InstructionAccount::writable(handles[1].address()),
        InstructionAccount::readonly_signer(handles[2].address()),
    ];
    let data: [u8; 9] = join(&[&[tag], &amount.to_le_bytes()]);
    unchecked_invoke_signed_fixed(program.address(), &data, &accounts, &handles, seeds);
    Ok(())
}

/// Makes `mint`, an empty account of the token program, a mint of `authority` without freeze authority.
pub fn initialize_mint(
    program: &Program<Token>,
    mint: &mut impl ToCpiHandleMut,
    decimals: u8,
    authority: &Address,
) -> Result<()> {
    let handles: [CpiHandle; 1] = [mint.try_to_cpi_handle_mut()?.into()];
    let accounts = [InstructionAccount::writable(handles[0].address())];
    let data: [u8; 35] = join(&[&[INITIALIZE_MINT_2, decimals], authority.as_ref(), &[0]]);
    unchecked_invoke_signed_fixed(program.address(), &data, &accounts, &handles, &[]);
    Ok(())
}

/// Makes `account`, an empty account of the token program, a token account of `mint` that `authority` owns.
pub fn initialize_account(
    program: &Program<Token>,
    account: &mut impl ToCpiHandleMut,
    mint: &impl ToCpiHandle,
    authority: &Address,
) -> Result<()> {
    let handles: [CpiHandle; 2] = [account.try_to_cpi_handle_mut()?.into(), mint.to_cpi_handle()];
    let accounts = [
        InstructionAccount::writable(handles[0].address()),
        InstructionAccount::readonly(handles[1].address()),
    ];
    let data: [u8; 33] = join(&[&[INITIALIZE_ACCOUNT_3], authority.as_ref()]);
    unchecked_invoke_signed_fixed(program.address(), &data, &accounts, &handles, &[]);
    Ok(())
}

/// The parts one after the other.
fn join<const N: usize>(parts: &[&[u8]]) -> [u8; N] {
    let mut data = [0; N];
    for (place, byte) in data.iter_mut().zip(parts.iter().copied().flatten()) {
        *place = *byte;
    }
    data
}
