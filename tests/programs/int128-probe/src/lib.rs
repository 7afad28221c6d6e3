//! Applies one operation to every record of an account, as compiled Rust does it: `a * b`, `a / b` and so on.
//!
//! Instruction data: one byte, the index of the operation in [`OPERATIONS`]. Account 0: writable, owned by this program,
//! a list of records of [`RECORD`] bytes: a (16 bytes), b (16), result (16), flag (1: the checked operation overflowed),
//! padding. All little endian, two's complement where the operation is signed.
#![no_std]

use pinocchio::{error::ProgramError, AccountView, Address, ProgramResult};

pinocchio::program_entrypoint!(process);
pinocchio::no_allocator!();
pinocchio::nostd_panic_handler!();

/// a, b and the result, 16 bytes each, the flag, and padding to a multiple of 16.
const RECORD: usize = 64;

/// What an operation yields: the bits of the result, and whether it overflowed.
type Operation = fn(u128, u128) -> (u128, bool);

/// The test names them by index, in this order.
static OPERATIONS: [Operation; 16] = [
    |a, b| (a.wrapping_mul(b), false),
    |a, b| (a / b, false),
    |a, b| (a % b, false),
    |a, b| ((a as i128 / b as i128) as u128, false),
    |a, b| ((a as i128 % b as i128) as u128, false),
    |a, b| a.overflowing_mul(b),
    |a, b| signed((a as i128).overflowing_mul(b as i128)),
    |a, b| signed((a as i128).overflowing_div(b as i128)),
    |a, b| a.overflowing_add(b),
    |a, b| a.overflowing_sub(b),
    |a, b| (a.wrapping_shl(b as u32), false),
    |a, b| (a.wrapping_shr(b as u32), false),
    |a, b| ((a as i128).wrapping_shr(b as u32) as u128, false),
    // A product of words, and two divisions in a row: what rewards and shares are computed with.
    |a, b| ((a as u64 as u128) * (b as u64 as u128), false),
    |a, b| ((a / b) ^ (a % b), false),
    // With overflow checks on this panics where the product does not fit.
    |a, b| (a * b, false),
];

fn signed((value, overflowed): (i128, bool)) -> (u128, bool) {
    (value as u128, overflowed)
}

fn read(bytes: &[u8]) -> u128 {
    let mut value = [0; 16];
    value.copy_from_slice(bytes);
    u128::from_le_bytes(value)
}

fn process(_program: &Address, accounts: &mut [AccountView], data: &[u8]) -> ProgramResult {
    let [account] = accounts else { return Err(ProgramError::NotEnoughAccountKeys) };
    let [operation] = data else { return Err(ProgramError::InvalidInstructionData) };
    let operation = OPERATIONS.get(usize::from(*operation)).ok_or(ProgramError::InvalidInstructionData)?;
    let mut records = account.try_borrow_mut()?;
    for record in records.chunks_exact_mut(RECORD) {
        let (result, overflowed) = operation(read(&record[..16]), read(&record[16..32]));
        record[32..48].copy_from_slice(&result.to_le_bytes());
        record[48] = u8::from(overflowed);
    }
    Ok(())
}
