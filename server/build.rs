//! Creates the folder of the site, so that the code compiles before the site is built.

use std::{env, fs, io, path::Path};

fn main() -> io::Result<()> {
    let site =
        Path::new(&env::var("CARGO_MANIFEST_DIR").unwrap_or_default()).join("../target/site");
    fs::create_dir_all(&site)?;
    println!("cargo::rerun-if-changed=build.rs");
    // A debug build reads the files when they are asked for; a release build carries them.
    if env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        println!("cargo::rerun-if-changed={}", site.display());
    }
    Ok(())
}
