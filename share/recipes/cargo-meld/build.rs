// SPDX-License-Identifier: MIT
//! Finds armeld: $ARMELD, or on the PATH. Without it the starter would be of no use: the build fails and says how to
//! get it.
use std::path::{Path, PathBuf};
use std::{env, process};

fn found() -> Option<PathBuf> {
    let name = format!("armeld{}", env::consts::EXE_SUFFIX);
    let on_path = env::var_os("PATH").unwrap_or_default();
    let mut places = env::split_paths(&on_path).map(|folder| folder.join(&name));
    match env::var_os("ARMELD") {
        Some(named) => Some(PathBuf::from(named)).filter(|program| program.is_file()),
        None => places.find(|program| program.is_file()),
    }
}

fn main() {
    println!("cargo:rerun-if-env-changed=ARMELD");
    println!("cargo:rerun-if-env-changed=PATH");
    let Some(program) = found() else {
        eprintln!("cargo-meld starts armeld, and there is none on the PATH. Do one of these, then install again:");
        eprintln!("  pip install armeld               the program as a wheel");
        eprintln!(
            "  cargo binstall cargo-meld        the released program, in place of this starter"
        );
        eprintln!("  {}   programs and source", env!("CARGO_PKG_HOMEPAGE"));
        eprintln!("  ARMELD=/path/to/armeld cargo install cargo-meld");
        process::exit(1);
    };
    let whole = Path::new(&program).canonicalize().unwrap_or(program);
    println!("cargo:rustc-env=ARMELD_FOUND={}", whole.display());
}
