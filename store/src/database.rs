//! Opening a database, and running statements in it: connections, the schema, transactions, faults, copies.

pub(crate) mod backup;
pub(crate) mod disk;
pub(crate) mod execute;
pub(crate) mod fence;
mod health;
pub(crate) mod hosts;
pub(crate) mod insert_many;
pub(crate) mod open;
pub(crate) mod pool;
pub(crate) mod postgres;
pub(crate) mod replication;
pub(crate) mod schema;
pub(crate) mod sqlite;
pub(crate) mod transaction;
pub(crate) mod writer;
