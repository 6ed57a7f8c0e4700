//! Makes `management/src/sign_in/password/common.bin` of a list of passwords by frequency, such as `src/passwords.json` of the npm package
//! `@zxcvbn-ts/language-common` (MIT; 3.0.4 was used):
//!
//! ```sh
//! npm pack @zxcvbn-ts/language-common@3.0.4 && tar xzf zxcvbn-ts-language-common-3.0.4.tgz
//! cargo run -p management --example common_passwords < package/src/passwords.json > management/src/sign_in/password/common.bin
//! ```

use sha2::{Digest, Sha256};
use std::{
    collections::BTreeSet,
    error::Error,
    io::{Write, stdin, stdout},
};

/// The commonest, whatever their length: shorter ones are looked for inside of a password.
const COMMONEST: usize = 3_000;
/// Characters that a password has at least; of the rest of the list only such ones matter.
const SHORTEST: usize = 15;
/// Bytes that are kept of a hash.
const BYTES: usize = 5;

fn main() -> Result<(), Box<dyn Error>> {
    let list: Vec<String> = serde_json::from_reader(stdin().lock())?;
    let wanted = list
        .iter()
        .enumerate()
        .filter(|(rank, password)| *rank < COMMONEST || password.chars().count() >= SHORTEST);
    let hashes: BTreeSet<[u8; BYTES]> = wanted
        .map(|(_, password)| {
            let hash = Sha256::digest(password.to_lowercase().as_bytes());
            let mut kept = [0; BYTES];
            kept.copy_from_slice(&hash[..BYTES]);
            kept
        })
        .collect();
    let bytes: Vec<u8> = hashes.into_iter().flatten().collect();
    stdout().lock().write_all(&bytes)?;
    Ok(())
}
