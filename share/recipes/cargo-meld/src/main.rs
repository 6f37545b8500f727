// SPDX-License-Identifier: MIT
//! `cargo meld ...` starts armeld: $ARMELD, or the one of the PATH, or the one that was there when this was built.
use std::process::{self, Command};
use std::{env, ffi::OsString, io};

/// By the name that cargo knows, which armeld knows as well.
#[cfg(unix)]
fn start(program: &OsString, arguments: &[OsString]) -> io::Error {
    use std::os::unix::process::CommandExt;
    Command::new(program)
        .arg0("cargo-meld")
        .args(arguments)
        .exec()
}

/// Without such a name: cargo's subcommand in front goes, since melding is what armeld does by default.
#[cfg(not(unix))]
fn start(program: &OsString, arguments: &[OsString]) -> io::Error {
    let behind = usize::from(arguments.len() > 1 && arguments[0] == "meld");
    match Command::new(program).args(&arguments[behind..]).status() {
        Ok(status) => process::exit(status.code().unwrap_or(1)),
        Err(error) => error,
    }
}

fn main() {
    let arguments: Vec<OsString> = env::args_os().skip(1).collect();
    let named = env::var_os("ARMELD");
    let program = named.unwrap_or_else(|| {
        start(&"armeld".into(), &arguments);
        env!("ARMELD_FOUND").into()
    });
    let error = start(&program, &arguments);
    eprintln!("cargo-meld: {}: {}", program.to_string_lossy(), error);
    process::exit(1);
}
