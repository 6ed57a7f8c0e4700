//! What the server renders.
#![recursion_limit = "512"]

mod markup;
mod raw_html;
mod reveal;
