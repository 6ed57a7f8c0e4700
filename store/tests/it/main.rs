//! Every test runs on SQLite and on PostgreSQL.

mod account_names;
mod application_roles;
mod applications;
mod audit;
mod bound;
mod breakdown;
mod busiest;
mod choices;
mod deadlock;
mod decisions;
mod disk;
mod identities;
mod index;
mod keys;
mod list;
mod mail;
mod migrations;
mod ownership;
mod people;
mod pooler;
mod schema;
mod second_factor;
mod security;
mod throttle;
mod triggers;
mod usage;
