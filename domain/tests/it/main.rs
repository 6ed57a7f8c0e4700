//! What other parts of the program, stored rows and people's scripts rely on.

mod keys;
mod usage;
mod words;
