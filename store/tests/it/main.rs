//! Every test runs on SQLite and on PostgreSQL.

mod audit;
mod bound;
mod breakdown;
mod busiest;
mod choices;
mod decisions;
mod disk;
mod index;
mod keys;
mod list;
mod migrations;
mod ownership;
mod people;
mod pooler;
mod schema;
mod second_factor;
mod security;
mod triggers;
mod usage;
