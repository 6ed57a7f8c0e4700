//! What the server renders.
#![recursion_limit = "512"]

mod drawn;
mod reveal;
