//! Random bytes of the operating system.

use rand::{TryRng, rngs::SysRng};

/// Returns random bytes.
///
/// # Panics
/// If the operating system provides none.
pub(crate) fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    SysRng
        .try_fill_bytes(&mut bytes)
        .expect("the operating system's generator works");
    bytes
}

/// Returns a request id: 128 random bits in hexadecimal.
pub(crate) fn request_id() -> String {
    format!("{:032x}", u128::from_be_bytes(bytes()))
}
