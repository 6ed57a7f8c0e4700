//! Pages of a list that is read by key, never by offset.

/// Rows on a page.
pub const PAGE_SIZE: usize = 50;
