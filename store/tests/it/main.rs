//! Every story runs on SQLite and on PostgreSQL.

mod keys;
mod list;
mod ownership;
mod schema;
mod support;
mod usage;
