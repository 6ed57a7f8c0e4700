//! The encoding of a usage journal entry: the counts of about a second in few bytes. Entries are written every second and read only
//! after a process was killed before it wrote the rollups.
//!
//! The first byte is the version, 1. Numbers are LEB128, signed ones zigzag-encoded; a text is written once and then referred to by its
//! number. After the instant to which times refer, each key has: its id in 16 bytes; the number of sums, and for each the minute, the
//! verdict and the number of calls; whether there was an accepted call, and for the last one the instant, address, user agent and route.

use super::{
    dimension_counts::address_text,
    key_counts::{KeyCounts, LastCall},
};
use domain::{
    id::ApplicationId,
    key::token::KeyId,
    time::{MINUTE, Timestamp},
    verdict::Verdict,
};
use std::collections::HashMap;
use verification::KeyMap;

const VERSION: u8 = 1;

/// Encodes an entry, key by key. A key may be added again.
pub(crate) struct EntryWriter {
    now: Timestamp,
    bytes: Vec<u8>,
    texts: HashMap<String, u64>,
}

impl EntryWriter {
    /// Begins an entry with counts of about `now`.
    pub(crate) fn new(now: Timestamp) -> Self {
        let mut entry = Self {
            now,
            bytes: vec![VERSION],
            texts: HashMap::new(),
        };
        entry.signed(now.0);
        entry
    }

    /// Adds the counts of a key.
    pub(crate) fn add(&mut self, key: KeyId, counts: &KeyCounts) {
        self.bytes.extend_from_slice(&key.to_bytes());
        self.number(counts.calls().count() as u64);
        for calls in counts.calls() {
            self.signed((self.now.floor(MINUTE).0 - calls.minute.0) / MINUTE);
            self.text(calls.verdict.to_stored().0);
            self.signed(calls.count);
        }
        self.number(u64::from(counts.last.is_some()));
        if let Some(last) = &counts.last {
            self.signed(self.now.0 - last.at.0);
            self.text(&address_text(last.address));
            self.text(&last.user_agent);
            self.text(&last.route);
        }
    }

    /// Returns the encoded entry.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    fn number(&mut self, mut number: u64) {
        loop {
            let [lowest, ..] = number.to_le_bytes();
            number >>= 7;
            if number == 0 {
                self.bytes.push(lowest);
                return;
            }
            self.bytes.push(lowest | 0x80);
        }
    }

    fn signed(&mut self, number: i64) {
        self.number((number.cast_unsigned() << 1) ^ (number >> 63).cast_unsigned());
    }

    fn text(&mut self, text: &str) {
        let (known, next) = (self.texts.get(text).copied(), self.texts.len() as u64);
        self.number(known.unwrap_or(next));
        if known.is_none() {
            self.texts.insert(text.to_owned(), next);
            self.number(text.len() as u64);
            self.bytes.extend_from_slice(text.as_bytes());
        }
    }
}

/// Decodes an entry and adds its counts to `all`; returns `None` if it is invalid. Keys without an application are skipped.
pub(crate) fn read(
    entry: &[u8],
    all: &mut KeyMap<KeyCounts>,
    application: impl Fn(KeyId) -> Option<ApplicationId>,
) -> Option<()> {
    let mut entry = EntryReader {
        rest: entry,
        texts: Vec::new(),
    };
    if entry.byte()? != VERSION {
        return None;
    }
    let now = Timestamp(entry.time()?);
    while !entry.rest.is_empty() {
        let key = KeyId::from_bytes(entry.bytes()?);
        let mut counts: Option<KeyCounts> = None;
        let application = application(key);
        for _ in 0..entry.number()? {
            let minute = now.floor(MINUTE).plus(-entry.time()? * MINUTE);
            let verdict = Verdict::from_stored(entry.text()?, 0)?.without_details();
            let calls = entry.signed()?;
            if let Some(application) = application {
                counts
                    .get_or_insert_with(|| KeyCounts::new(application, minute, verdict))
                    .add(minute, verdict, calls);
            }
        }
        if entry.number()? > 0 {
            let last = LastCall {
                at: now.plus(-entry.time()?),
                address: entry.text()?.parse().ok(),
                user_agent: entry.text()?.into(),
                route: entry.text()?.into(),
            };
            if let Some(counts) = &mut counts {
                counts.last = Some(last);
            }
        }
        if let Some(counts) = counts {
            merge(all, key, counts);
        }
    }
    Some(())
}

/// Adds later counts of a key.
pub(crate) fn merge(all: &mut KeyMap<KeyCounts>, key: KeyId, later: KeyCounts) {
    match all.get_mut(&key) {
        Some(counts) => counts.merge(later),
        None => {
            all.insert(key, later);
        }
    }
}

struct EntryReader<'a> {
    rest: &'a [u8],
    texts: Vec<&'a str>,
}

impl<'a> EntryReader<'a> {
    fn bytes<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (bytes, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(*bytes)
    }

    fn byte(&mut self) -> Option<u8> {
        self.bytes().map(|[byte]| byte)
    }

    fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for place in 0..10 {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << (7 * place);
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    fn signed(&mut self) -> Option<i64> {
        let number = self.number()?;
        Some((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
    }

    /// A number that is a plausible time in milliseconds.
    fn time(&mut self) -> Option<i64> {
        self.signed().filter(|time| time.unsigned_abs() < 1 << 46)
    }

    fn text(&mut self) -> Option<&'a str> {
        let number = usize::try_from(self.number()?).ok()?;
        if number == self.texts.len() {
            let length = usize::try_from(self.number()?).ok()?;
            let (text, rest) = self.rest.split_at_checked(length)?;
            self.texts.push(std::str::from_utf8(text).ok()?);
            self.rest = rest;
        }
        self.texts.get(number).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::key::Environment;
    use proptest::prelude::*;
    use uuid::Uuid;

    const APPLICATION: ApplicationId = ApplicationId(Uuid::nil());
    const VERDICTS: [Verdict; 3] = [
        Verdict::Accepted,
        Verdict::InvalidCredentials,
        Verdict::Expired { at: Timestamp(0) },
    ];

    fn write(keys: &KeyMap<KeyCounts>, now: Timestamp) -> Vec<u8> {
        let mut entry = EntryWriter::new(now);
        for (key, counts) in keys {
            entry.add(*key, counts);
        }
        entry.into_bytes()
    }

    /// Sums by minute and verdict, and the last call with its user agent.
    fn key_counts() -> impl Strategy<Value = KeyCounts> {
        let sums = proptest::collection::vec((-9_i64..9, 0_usize..3, 1_i64..1_000_000), 1..5);
        let last = proptest::option::of((-5_000_i64..5_000, ".{0,9}"));
        (sums, last).prop_map(|(sums, last)| {
            let mut counts = KeyCounts::new(APPLICATION, Timestamp(0), VERDICTS[0]);
            for (minute, verdict, calls) in sums {
                counts.add(Timestamp(minute * MINUTE), VERDICTS[verdict], calls);
            }
            counts.last = last.map(|(at, user_agent)| LastCall {
                at: Timestamp(at),
                address: "192.0.2.1".parse().ok(),
                user_agent: user_agent.into(),
                route: "GET /".into(),
            });
            counts
        })
    }

    proptest! {
        #[test]
        fn an_encoded_entry_decodes_to_the_same_counts(
            keys in proptest::collection::btree_map(0_u128..99, key_counts(), 0..9),
            now in -90_000_i64..90_000,
        ) {
            let keys: KeyMap<KeyCounts> = keys
                .into_iter()
                .map(|(n, counts)| (KeyId::from_number(Environment::Live, n), counts))
                .collect();
            let entry = write(&keys, Timestamp(now));
            let mut decoded = KeyMap::default();
            prop_assert_eq!(read(&entry, &mut decoded, |_| Some(APPLICATION)), Some(()));
            prop_assert_eq!(&decoded, &keys);
            let mut nothing = KeyMap::default();
            prop_assert_eq!(read(&entry, &mut nothing, |_| None), Some(()));
            prop_assert!(nothing.is_empty());
        }

        #[test]
        fn no_input_makes_the_decoder_panic(entry: Vec<u8>) {
            let entry = [&[VERSION][..], &entry].concat();
            let _ = read(&entry, &mut KeyMap::default(), |_| Some(APPLICATION));
        }
    }

    #[test]
    fn a_key_with_one_client_takes_less_than_30_bytes() {
        let many: KeyMap<KeyCounts> = (0..1_000)
            .map(|n| {
                let mut counts = KeyCounts::new(APPLICATION, Timestamp(0), Verdict::Accepted);
                counts.add(Timestamp(0), Verdict::Accepted, 40);
                counts.last = Some(LastCall {
                    at: Timestamp(400),
                    address: "192.0.2.1".parse().ok(),
                    user_agent: "till/2".into(),
                    route: "GET /v1/whoami".into(),
                });
                (KeyId::from_number(Environment::Live, n), counts)
            })
            .collect();
        assert!(write(&many, Timestamp(900)).len() < 30_000);
    }
}
