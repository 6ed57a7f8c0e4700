//! Charts as numbers: pure, so that the server and the browser draw the same.

pub mod bars;
pub mod scale;
pub mod spark;
pub mod stack;
