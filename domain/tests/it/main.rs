//! Behaviour of the public interface.

mod keys;
mod names;
mod usage;
