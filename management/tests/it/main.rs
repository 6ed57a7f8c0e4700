//! The rules in motion, on both databases.

mod audit;
mod background;
mod bulk;
mod busy;
mod chart;
mod decisions;
mod edit;
mod full_disk;
mod guessing;
mod house;
mod journal;
mod keys;
mod killed;
mod members;
mod network;
mod outage;
mod ownership;
mod people;
mod pepper;
mod requests;
mod reset;
mod rotation;
mod security;
mod sign_in;
mod signed_out;
mod starving;
#[path = "../../../store/tests/it/support.rs"]
mod support;
mod support_staff;
mod time;
mod usage;
mod usage_totals;
