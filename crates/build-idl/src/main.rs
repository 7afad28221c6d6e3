//! Writes the interface description (IDL) of an Anchor program and its TypeScript type, as `anchor idl build` and
//! `anchor idl type` do, without anchor-cli. Run by `toolchain/build-idl.sh`.
//!
//! `build-idl [--check] PROGRAM OUT` writes `OUT/NAME.json` and `OUT/NAME.ts`, where NAME is the program's. With `--check`
//! it writes nothing and ends with 1 if a file differs from what the program says; 2 means that the IDL cannot be built.

mod camel_case;
mod files;
mod typescript;

use anchor_lang_idl::{build::IdlBuilder, types::Idl};
use anyhow::{bail, Context, Result};
use std::{
    env,
    path::{Path, PathBuf},
    process::ExitCode,
};

const USAGE: &str = "usage: build-idl [--check] PROGRAM OUT";

struct Arguments {
    check: bool,
    /// The folder of the program's crate.
    program: PathBuf,
    /// The folder of the generated files.
    out: PathBuf,
}

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("build-idl: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// Whether the files are what they should be at the end.
fn run() -> Result<bool> {
    let Arguments { check, program, out } = arguments()?;
    let idl = build(&program)?;
    let expected = files::of(&idl, &out)?;
    if !check {
        files::write(&expected)?;
        return Ok(true);
    }
    let differences = files::differences(&expected);
    for difference in &differences {
        eprintln!("build-idl: {difference}");
    }
    if !differences.is_empty() {
        eprintln!(
            "build-idl: the program's interface has changed; run `npm run idl` and commit what it writes."
        );
    }
    Ok(differences.is_empty())
}

fn arguments() -> Result<Arguments> {
    let (mut check, mut folders) = (false, Vec::new());
    for argument in env::args_os().skip(1) {
        match argument.to_str() {
            Some("--check") => check = true,
            Some(option) if option.starts_with('-') => bail!("unknown option {option}\n{USAGE}"),
            _ => folders.push(PathBuf::from(argument)),
        }
    }
    match <[PathBuf; 2]>::try_from(folders) {
        Ok([program, out]) => Ok(Arguments { check, program, out }),
        Err(_) => bail!("{USAGE}"),
    }
}

/// Compiles the program's tests that print its interface, and puts together what they say.
fn build(program: &Path) -> Result<Idl> {
    // anchor-lang-idl 0.2.0 hands cargo a literal "+{toolchain}" when rustup has set this.
    env::remove_var("RUSTUP_TOOLCHAIN");
    IdlBuilder::new()
        .program_path(
            program.canonicalize().with_context(|| format!("there is no folder {}", program.display()))?,
        )
        .cargo_args(vec!["--lib".into()])
        .build()
        .with_context(|| format!("cannot build the IDL of {}", program.display()))
}
