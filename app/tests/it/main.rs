//! What the server renders.
#![recursion_limit = "512"]

mod drawn;
mod raw_html;
mod reveal;
