//! A statement that has a text for each database, and the macros that read statements from files and list them.
//!
//! The paths of `include_str!` are relative to the file that invokes these macros.

use crate::Store;

/// A statement whose text differs between the databases.
#[derive(Clone, Copy, Debug)]
pub struct PerDatabase {
    pub(super) sqlite: &'static str,
    pub(super) postgres: &'static str,
}

impl PerDatabase {
    /// Returns the text for PostgreSQL.
    pub(crate) const fn postgres(self) -> &'static str {
        self.postgres
    }

    /// Returns the text for the database of `store`.
    pub const fn of(self, store: &Store) -> &'static str {
        match store {
            Store::Sqlite { .. } => self.sqlite,
            Store::Postgres { .. } => self.postgres,
        }
    }
}

/// Defines a [`PerDatabase`] for each name: the file in brackets, with `_sqlite` or `_postgres` in its name, between files that both
/// databases share.
macro_rules! per_database_statements {
    ($($name:ident = $($before:literal)* [$file:literal] $($after:literal)*;)*) => {
        $(pub(crate) const $name: PerDatabase = PerDatabase {
            sqlite: concat!(
                $(include_str!(concat!("../sql/", $before, ".sql")),)*
                include_str!(concat!("../sql/", $file, "_sqlite.sql")),
                $(include_str!(concat!("../sql/", $after, ".sql"))),*
            ),
            postgres: concat!(
                $(include_str!(concat!("../sql/", $before, ".sql")),)*
                include_str!(concat!("../sql/", $file, "_postgres.sql")),
                $(include_str!(concat!("../sql/", $after, ".sql"))),*
            ),
        };)*
        /// Name and text of every statement that differs between the databases.
        pub const PER_DATABASE: &[(&str, PerDatabase)] = &[$((stringify!($name), $name)),*];
    };
}

/// Defines a statement for each name, concatenated of files.
macro_rules! shared_statements {
    ($($name:ident = $($file:literal)+;)*) => {
        $(pub(crate) const $name: &str = concat!($(include_str!(concat!("../sql/", $file, ".sql"))),+);)*
        /// Name and text of every statement that both databases share.
        pub const SHARED: &[(&str, &str)] = &[$((stringify!($name), $name)),*];
    };
}

pub(super) use {per_database_statements, shared_statements};
