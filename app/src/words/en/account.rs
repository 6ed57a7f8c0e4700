//! The account, its applications and its people.

pub mod application;
pub mod general;
pub mod members;
pub mod profile;
pub mod support;
