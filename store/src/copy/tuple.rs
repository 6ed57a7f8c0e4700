//! Rows in the binary format of PostgreSQL's `COPY`: the number of columns (2 bytes), and for each its length in bytes (4
//! bytes; -1 for NULL) and its value. All numbers are big-endian.

use super::target::{Column, ColumnType};
use crate::StoreError;
use sha2::{Digest as _, Sha256};
use sqlx::{Row as _, sqlite::SqliteRow};

/// The header of the stream: a signature, no flags, and no extension.
pub(super) const HEADER: [u8; 19] = *b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// The trailer, in place of a number of columns.
pub(super) const TRAILER: [u8; 2] = (-1_i16).to_be_bytes();

/// Appends a row.
///
/// # Errors
/// If a value is not of its column's type.
pub(super) fn encode(
    row: &SqliteRow,
    columns: &[Column],
    buffer: &mut Vec<u8>,
) -> Result<(), StoreError> {
    // A table has fewer than 1,600 columns.
    buffer.extend(
        i16::try_from(columns.len())
            .unwrap_or_default()
            .to_be_bytes(),
    );
    for (n, column) in columns.iter().enumerate() {
        match column.kind {
            ColumnType::Bytes => append(buffer, row.try_get::<Option<&[u8]>, _>(n)?),
            ColumnType::Text => append(
                buffer,
                row.try_get::<Option<&str>, _>(n)?.map(str::as_bytes),
            ),
            ColumnType::Integer => {
                let value = row.try_get::<Option<i64>, _>(n)?.map(i64::to_be_bytes);
                append(buffer, value.as_ref().map(<[u8; 8]>::as_slice));
            }
            ColumnType::Boolean => {
                let value = row
                    .try_get::<Option<bool>, _>(n)?
                    .map(|value| [u8::from(value)]);
                append(buffer, value.as_ref().map(<[u8; 1]>::as_slice));
            }
        }
    }
    Ok(())
}

fn append(buffer: &mut Vec<u8>, value: Option<&[u8]>) {
    // SQLite's values are shorter than 2^31 bytes.
    let length = value.map_or(-1, |value| i32::try_from(value.len()).unwrap_or_default());
    buffer.extend(length.to_be_bytes());
    buffer.extend(value.unwrap_or_default());
}

/// The number of rows, and the sum of their SHA-256 digests: it does not depend on their order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct RowSum {
    rows: u64,
    sum: [u64; 4],
}

impl RowSum {
    pub(super) fn add(&mut self, tuple: &[u8]) {
        self.rows += 1;
        let digest = Sha256::digest(tuple);
        for (sum, part) in self.sum.iter_mut().zip(digest.as_chunks().0) {
            *sum = sum.wrapping_add(u64::from_be_bytes(*part));
        }
    }

    pub(super) const fn rows(&self) -> u64 {
        self.rows
    }
}

/// Splits what PostgreSQL sends into rows.
#[derive(Default)]
pub(super) struct TupleReader {
    /// Bytes of an incomplete row.
    rest: Vec<u8>,
    is_after_header: bool,
    sum: RowSum,
}

impl TupleReader {
    pub(super) fn read(&mut self, data: &[u8]) {
        self.rest.extend(data);
        let mut start = 0;
        if !self.is_after_header {
            if self.rest.len() < HEADER.len() {
                return;
            }
            start = HEADER.len();
            self.is_after_header = true;
        }
        while let Some(length) = tuple_length(&self.rest[start..]) {
            self.sum.add(&self.rest[start..start + length]);
            start += length;
        }
        self.rest.drain(..start);
    }

    /// Returns the sum of the rows; of no rows if what was received does not end as it should.
    pub(super) fn sum(&self) -> RowSum {
        if self.rest == TRAILER {
            self.sum
        } else {
            RowSum::default()
        }
    }
}

/// Returns the length of the row that `bytes` begins with; `None` if there is no whole row.
fn tuple_length(bytes: &[u8]) -> Option<usize> {
    let (count, _) = bytes.split_first_chunk()?;
    let mut length = 2;
    for _ in 0..usize::try_from(i16::from_be_bytes(*count)).ok()? {
        let (field, _) = bytes.get(length..)?.split_first_chunk()?;
        // NULL has the length -1 and no value.
        length += 4 + usize::try_from(i32::from_be_bytes(*field)).unwrap_or_default();
    }
    (length <= bytes.len()).then_some(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows of a number of fields each.
    fn rows(fields: &[&[Option<&[u8]>]]) -> Vec<Vec<u8>> {
        let row = |fields: &&[Option<&[u8]>]| {
            let mut row = i16::try_from(fields.len())
                .expect("few")
                .to_be_bytes()
                .to_vec();
            for field in *fields {
                append(&mut row, *field);
            }
            row
        };
        fields.iter().map(row).collect()
    }

    #[test]
    fn rows_are_found_wherever_the_stream_is_split() {
        let rows = rows(&[&[Some(b"one"), None], &[Some(b""), Some(&[0xFF; 9])], &[]]);
        let mut sum = RowSum::default();
        for row in &rows {
            sum.add(row);
        }
        let stream = [&HEADER[..], &rows.concat(), &TRAILER].concat();
        for size in 1..=stream.len() {
            let mut reader = TupleReader::default();
            for part in stream.chunks(size) {
                reader.read(part);
            }
            assert_eq!(reader.sum(), sum, "{size}");
        }
        let mut cut = TupleReader::default();
        cut.read(&stream[..stream.len() - 1]);
        assert_eq!(cut.sum(), RowSum::default(), "the trailer is missing");
    }

    #[test]
    fn the_sum_shows_a_changed_missing_or_repeated_row_and_not_their_order() {
        let sum = |rows: &[&[u8]]| {
            let mut sum = RowSum::default();
            for row in rows {
                sum.add(row);
            }
            sum
        };
        let all = sum(&[b"a", b"b", b"c"]);
        assert_eq!(all, sum(&[b"c", b"a", b"b"]));
        for other in [
            sum(&[b"a", b"b"]),
            sum(&[b"a", b"b", b"d"]),
            sum(&[b"a", b"b", b"b"]),
            sum(&[b"a", b"b", b"c", b"c"]),
        ] {
            assert_ne!(all, other);
        }
    }
}
