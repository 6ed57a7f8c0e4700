//! Names of peppers.

use crate::{StoreError, row::corrupt};
use std::{fmt, str::FromStr};

/// The name of a pepper in rows: eight hexadecimal digits of a hash of it. The pepper itself is never stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PepperName(pub u32);

impl fmt::Display for PepperName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", self.0)
    }
}

impl FromStr for PepperName {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self, StoreError> {
        let plain = text.len() == 8 && text.bytes().all(|b| b.is_ascii_hexdigit());
        let number = u32::from_str_radix(text, 16).ok().filter(|_| plain);
        number.map(Self).ok_or_else(|| corrupt("pepper"))
    }
}
