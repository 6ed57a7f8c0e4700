//! Every story runs on SQLite and on PostgreSQL.

mod keys;
mod schema;
mod support;
mod usage;
