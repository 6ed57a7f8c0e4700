//! What the server renders.

mod reveal;
