//! Every story runs on SQLite and on PostgreSQL.

mod keys;
mod ownership;
mod schema;
mod support;
mod usage;
