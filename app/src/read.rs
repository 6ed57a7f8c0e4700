//! What pages read beyond a single call: no endpoints.

pub mod key_list;
pub mod requests;
