//! A note: what was counted in about a second, in few bytes. Written each second, it is read only where a server was
//! killed before it could add the numbers up.
//!
//! The first byte is the version, 1. Numbers are in groups of seven bits, the lowest first, and those that may be negative
//! alternate between the signs; a text is said once, and later by its number. After the instant to which times refer,
//! each key has: its id in 16 bytes; how many sums, and of each the minute, the verdict and the number of calls; whether
//! there was an accepted call, and of the last one the instant, address, client and route.

use super::used::{Last, Used};
use crate::by_id::ById;
use domain::{
    id::ApplicationId,
    key::token::KeyId,
    time::{MINUTE, Timestamp},
    verdict::Verdict,
};
use std::collections::HashMap;

const VERSION: u8 = 1;

/// Writes down what was counted, at about `now`.
pub(crate) fn write(used: &ById<Used>, now: Timestamp) -> Vec<u8> {
    let mut note = Writer {
        bytes: Vec::with_capacity(32 + used.len() * 32),
        texts: HashMap::new(),
    };
    note.bytes.push(VERSION);
    note.signed(now.0);
    for (key, used) in used {
        note.bytes.extend_from_slice(&key.to_bytes());
        note.number(used.calls().count() as u64);
        for calls in used.calls() {
            note.signed((now.floor(MINUTE).0 - calls.minute.0) / MINUTE);
            note.text(calls.verdict.parts().0);
            note.signed(calls.count);
        }
        note.number(u64::from(used.last.is_some()));
        if let Some(last) = &used.last {
            note.signed(now.0 - last.at.0);
            note.text(&last.address);
            note.text(&last.user_agent);
            note.text(&last.route);
        }
    }
    note.bytes
}

/// Adds what a note says to `all`; `None` where it cannot be read. Of keys that have no application any more nothing is
/// taken.
pub(crate) fn read(
    note: &[u8],
    all: &mut ById<Used>,
    application: impl Fn(KeyId) -> Option<ApplicationId>,
) -> Option<()> {
    let mut note = Reader {
        rest: note,
        texts: Vec::new(),
    };
    if note.byte()? != VERSION {
        return None;
    }
    let now = Timestamp(note.time()?);
    while !note.rest.is_empty() {
        let key = KeyId::from_bytes(note.bytes()?);
        let mut used: Option<Used> = None;
        let home = application(key);
        for _ in 0..note.number()? {
            let minute = now.floor(MINUTE).plus(-note.time()? * MINUTE);
            let verdict = Verdict::from_parts(note.text()?, 0)?.plain();
            let calls = note.signed()?;
            if let Some(home) = home {
                used.get_or_insert_with(|| Used::new(home, minute, verdict))
                    .add(minute, verdict, calls);
            }
        }
        if note.number()? > 0 {
            let last = Last {
                at: now.plus(-note.time()?),
                address: note.text()?.to_owned(),
                user_agent: note.text()?.to_owned(),
                route: note.text()?.to_owned(),
            };
            if let Some(used) = &mut used {
                used.last = Some(last);
            }
        }
        if let Some(used) = used {
            take_in(all, key, used);
        }
    }
    Some(())
}

/// Adds what was counted of a key later.
pub(crate) fn take_in(all: &mut ById<Used>, key: KeyId, later: Used) {
    match all.get_mut(&key) {
        Some(used) => used.merge(later),
        None => {
            all.insert(key, later);
        }
    }
}

struct Writer<'a> {
    bytes: Vec<u8>,
    texts: HashMap<&'a str, u64>,
}

impl<'a> Writer<'a> {
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

    fn text(&mut self, text: &'a str) {
        let next = self.texts.len() as u64;
        let number = *self.texts.entry(text).or_insert(next);
        self.number(number);
        if number == next {
            self.number(text.len() as u64);
            self.bytes.extend_from_slice(text.as_bytes());
        }
    }
}

struct Reader<'a> {
    rest: &'a [u8],
    texts: Vec<&'a str>,
}

impl<'a> Reader<'a> {
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

    /// A number that can be reckoned with as an instant.
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

    const HOME: ApplicationId = ApplicationId(Uuid::nil());
    const VERDICTS: [Verdict; 3] = [
        Verdict::Accepted,
        Verdict::InvalidCredentials,
        Verdict::Expired { at: Timestamp(0) },
    ];

    /// Sums by minute and verdict, and the last call with the name of its client.
    fn used() -> impl Strategy<Value = Used> {
        let sums = proptest::collection::vec((-9_i64..9, 0_usize..3, 1_i64..1_000_000), 1..5);
        let last = proptest::option::of((-5_000_i64..5_000, ".{0,9}"));
        (sums, last).prop_map(|(sums, last)| {
            let mut used = Used::new(HOME, Timestamp(0), VERDICTS[0]);
            for (minute, verdict, calls) in sums {
                used.add(Timestamp(minute * MINUTE), VERDICTS[verdict], calls);
            }
            used.last = last.map(|(at, user_agent)| Last {
                at: Timestamp(at),
                address: "192.0.2.1".into(),
                user_agent,
                route: "GET /".into(),
            });
            used
        })
    }

    proptest! {
        #[test]
        fn what_was_written_down_is_read_again(
            used in proptest::collection::btree_map(0_u128..99, used(), 0..9),
            now in -90_000_i64..90_000,
        ) {
            let used: ById<Used> = used
                .into_iter()
                .map(|(n, used)| (KeyId::from_number(Environment::Live, n), used))
                .collect();
            let note = write(&used, Timestamp(now));
            let mut read_again = ById::default();
            prop_assert_eq!(read(&note, &mut read_again, |_| Some(HOME)), Some(()));
            prop_assert_eq!(&read_again, &used);
            let mut nothing = ById::default();
            prop_assert_eq!(read(&note, &mut nothing, |_| None), Some(()));
            prop_assert!(nothing.is_empty());
        }

        #[test]
        fn whatever_is_read_panics_nowhere(note: Vec<u8>) {
            let note = [&[VERSION][..], &note].concat();
            let _ = read(&note, &mut ById::default(), |_| Some(HOME));
        }
    }

    #[test]
    fn a_key_that_is_called_by_one_client_takes_few_bytes() {
        let many: ById<Used> = (0..1_000)
            .map(|n| {
                let mut used = Used::new(HOME, Timestamp(0), Verdict::Accepted);
                used.add(Timestamp(0), Verdict::Accepted, 40);
                used.last = Some(Last {
                    at: Timestamp(400),
                    address: "192.0.2.1".into(),
                    user_agent: "till/2".into(),
                    route: "GET /v1/whoami".into(),
                });
                (KeyId::from_number(Environment::Live, n), used)
            })
            .collect();
        assert!(write(&many, Timestamp(900)).len() < 30_000);
    }
}
