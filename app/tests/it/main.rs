//! What the server renders.
#![recursion_limit = "512"]

mod raw_html;
mod reveal;
