//! What the server renders.
#![recursion_limit = "512"]

mod in_turn;
mod raw_html;
mod reveal;
mod words;
