//! An option for the linker of the repository's own sBPF toolchain. It optimises the program as a whole, and would
//! merge every instruction's processor into the entry point: more than the 4,096 bytes of a stack frame. Options of this
//! package do not reach the crate's own library, which cargo links as well: the feature `no-entrypoint` leaves that one
//! empty.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if std::env::var_os("CARGO_CFG_SBPF_TOOLCHAIN").is_some() {
        println!("cargo:rustc-link-arg-cdylib=--llvm-args=-inline-threshold=0");
    }
}
