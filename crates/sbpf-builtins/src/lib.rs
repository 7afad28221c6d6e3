//! Functions that the compiler calls by itself, for programs that our own toolchain compiles to sBPF: multiplication and
//! division of 128 bits, and comparison of memory.
//!
//! sBPF has no instruction for the former, so the compiler calls `__multi3`, `__udivti3`, `__umodti3`, `__divti3` and
//! `__modti3`. LLVM 23 expects their results in two registers; rustc up to 1.98 compiles such functions with a hidden
//! pointer instead, and a program that links those reads garbage. The [`builtins`](self) of the sBPF target therefore
//! use the register form (`extern "unadjusted"`), over plain [`arithmetic`] that the host can test. [`memory`] is smaller
//! in every place where a program compares addresses than what the compiler's own library has.
//!
//! `toolchain/install.sh` compiles this very file for the target and links it into every program. On the host the
//! crate is [`arithmetic`] and [`memory`] alone.
#![no_std]
#![cfg_attr(target_os = "solana", feature(abi_unadjusted))]
#![cfg_attr(target_os = "solana", allow(internal_features, improper_ctypes_definitions))]

pub mod arithmetic;
pub mod memory;

#[cfg(target_os = "solana")]
mod builtins;
