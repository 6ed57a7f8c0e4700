//! Keyset pagination.

/// Rows per page.
pub const PAGE_SIZE: usize = 50;
