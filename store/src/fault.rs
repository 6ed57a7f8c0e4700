//! The reasons why a database cannot be written.

use std::fmt;

/// The reason why a database cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Fault {
    /// The disk is full.
    DiskFull = 1,
    /// An I/O error; an exhausted quota is reported as one too.
    Io,
    /// The database is read-only.
    ReadOnly,
    /// Pages or rows are damaged.
    Damaged,
    /// The file was moved or deleted while the process had it open.
    Moved,
}

impl Fault {
    /// All faults.
    pub const ALL: [Self; 5] = [
        Self::DiskFull,
        Self::Io,
        Self::ReadOnly,
        Self::Damaged,
        Self::Moved,
    ];

    /// Returns the label value in metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DiskFull => "disk_full",
            Self::Io => "io_error",
            Self::ReadOnly => "read_only",
            Self::Damaged => "damaged",
            Self::Moved => "moved",
        }
    }

    /// Returns the fault with this number.
    pub(crate) fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|fault| *fault as u8 == number)
    }

    /// Returns the fault of an error code: an extended result code of SQLite (<https://sqlite.org/rescode.html>), or an
    /// SQLSTATE of PostgreSQL.
    pub(crate) fn of_code(code: &str) -> Option<Self> {
        if code.len() == 5 {
            return match code {
                // disk_full
                "53100" => Some(Self::DiskFull),
                // system_error, io_error
                "58000" | "58030" => Some(Self::Io),
                // read_only_sql_transaction
                "25006" => Some(Self::ReadOnly),
                // data_corrupted, index_corrupted
                "XX001" | "XX002" => Some(Self::Damaged),
                _ => None,
            };
        }
        let code: u32 = code.parse().ok()?;
        match (code, code & 0xFF) {
            // SQLITE_READONLY_DBMOVED
            (1032, _) => Some(Self::Moved),
            (_, 8) => Some(Self::ReadOnly),
            // SQLITE_IOERR, SQLITE_CANTOPEN
            (_, 10 | 14) => Some(Self::Io),
            // SQLITE_CORRUPT, SQLITE_NOTADB
            (_, 11 | 26) => Some(Self::Damaged),
            (_, 13) => Some(Self::DiskFull),
            _ => None,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DiskFull => "the disk of the database is full",
            Self::Io => "the disk of the database answers with I/O errors, or a quota is used up",
            Self::ReadOnly => "the database is read-only",
            Self::Damaged => "the database is damaged",
            Self::Moved => "the database file was moved or deleted",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Fault;

    #[test]
    fn error_codes_of_both_databases_map_to_faults() {
        for (code, fault) in [
            ("13", Some(Fault::DiskFull)),
            ("53100", Some(Fault::DiskFull)),
            ("778", Some(Fault::Io)),
            ("1034", Some(Fault::Io)),
            ("58030", Some(Fault::Io)),
            ("8", Some(Fault::ReadOnly)),
            ("1032", Some(Fault::Moved)),
            ("25006", Some(Fault::ReadOnly)),
            ("11", Some(Fault::Damaged)),
            ("267", Some(Fault::Damaged)),
            ("26", Some(Fault::Damaged)),
            ("XX001", Some(Fault::Damaged)),
            // Unique violation, busy.
            ("2067", None),
            ("5", None),
            ("23505", None),
        ] {
            assert_eq!(Fault::of_code(code), fault, "{code}");
        }
    }

    #[test]
    fn a_fault_survives_the_conversion_to_a_number() {
        for fault in Fault::ALL {
            assert_eq!(Fault::from_number(fault as u8), Some(fault));
        }
        assert_eq!(Fault::from_number(0), None);
    }
}
