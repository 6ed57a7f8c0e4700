//! What the gate writes into: bounded, and cheap for the call that writes.

use crate::{Route, meter::tally::clean, snapshot::Home, verify::Call};
use domain::{
    decision::Decided,
    id::ApplicationId,
    key::{scope::ScopeSet, token::KeyId},
    time::Timestamp,
    verdict::Verdict,
};
use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Decisions between two takings, some 80,000 a second. Beyond them none is kept.
const MOST: usize = 8_192;
/// Beyond these no call that passed is kept: refusals find room while the gate is busiest.
const MOST_ACCEPTED: usize = 6_144;
/// Bytes of a text; what is stored of one is shorter.
const LONGEST: usize = 1_024;

/// A call as it was decided, before its texts are cleaned.
pub(crate) struct Noted {
    at: Timestamp,
    key: KeyId,
    home: Home,
    verdict: Verdict,
    address: Option<IpAddr>,
    asked: ScopeSet,
    browser: bool,
    /// Request id, method, path and user agent, one behind the other: one allocation.
    texts: Box<str>,
    /// Where the first three end.
    ends: [u16; 3],
}

/// Decisions that nobody has taken yet.
#[derive(Default)]
pub(super) struct Buffer(Mutex<Held>);

#[derive(Default)]
struct Held {
    calls: Vec<Noted>,
    skipped: Skipped,
}

/// How many calls of a key found no room.
pub(super) type Skipped = HashMap<(ApplicationId, KeyId), u64>;

/// What was in the buffer.
#[derive(Default)]
pub(super) struct Taken {
    pub(super) calls: Vec<Noted>,
    pub(super) skipped: Skipped,
}

impl Taken {
    pub(super) fn is_empty(&self) -> bool {
        self.calls.is_empty() && self.skipped.is_empty()
    }
}

impl Buffer {
    pub(super) fn push(
        &self,
        key: KeyId,
        home: Home,
        verdict: Verdict,
        call: &Call<'_>,
        now: Timestamp,
    ) {
        let most = if verdict == Verdict::Accepted {
            MOST_ACCEPTED
        } else {
            MOST
        };
        // Texts are copied where there is room alone, and not while another call waits.
        if self.has_room(most, key, home) {
            let noted = Noted::new(key, home, verdict, call, now);
            self.lock().calls.push(noted);
        }
    }

    /// Whether a call of the key may be put in; one that may not is counted. Of calls that ask at once some more may be
    /// let in: as many as there are threads.
    fn has_room(&self, most: usize, key: KeyId, home: Home) -> bool {
        let mut held = self.lock();
        let room = held.calls.len() < most;
        if !room {
            *held.skipped.entry((home.application, key)).or_default() += 1;
        }
        room
    }

    /// Empties it. Room for as many as this time is made here, and not while a call waits.
    pub(super) fn take(&self) -> Taken {
        let ready = self.lock().calls.len();
        if ready == 0 {
            return Taken::default();
        }
        let room = Vec::with_capacity(ready);
        let mut held = self.lock();
        Taken {
            calls: std::mem::replace(&mut held.calls, room),
            skipped: std::mem::take(&mut held.skipped),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Noted {
    fn new(key: KeyId, home: Home, verdict: Verdict, call: &Call<'_>, at: Timestamp) -> Self {
        let path = call.route.path;
        let path = path.find(['?', '#']).map_or(path, |end| &path[..end]);
        let parts = [call.request_id, call.route.method, path, call.user_agent].map(cut);
        let mut texts = String::with_capacity(parts.iter().map(|part| part.len()).sum());
        let mut ends = [0; 3];
        for (n, part) in parts.into_iter().enumerate() {
            texts.push_str(part);
            if let Some(end) = ends.get_mut(n) {
                *end = u16::try_from(texts.len()).unwrap_or_default();
            }
        }
        Self {
            at,
            key,
            home,
            verdict,
            address: call.address,
            asked: call.scopes,
            browser: call.browser,
            texts: texts.into_boxed_str(),
            ends,
        }
    }

    pub(crate) const fn at(&self) -> Timestamp {
        self.at
    }

    pub(crate) const fn key(&self) -> KeyId {
        self.key
    }

    pub(super) const fn application(&self) -> ApplicationId {
        self.home.application
    }

    pub(crate) const fn verdict(&self) -> Verdict {
        self.verdict
    }

    pub(crate) const fn address(&self) -> Option<IpAddr> {
        self.address
    }

    pub(crate) const fn by_browser(&self) -> bool {
        self.browser
    }

    /// As it was sent, cut.
    pub(crate) fn user_agent(&self) -> &str {
        let [.., start] = self.ends;
        self.texts.get(usize::from(start)..).unwrap_or_default()
    }

    /// With its texts as they are shown and stored.
    pub(crate) fn decided(&self, id: i64) -> Decided {
        let [first, second, third] = self.ends.map(usize::from);
        let text = |from, to| self.texts.get(from..to).unwrap_or_default();
        let route = Route {
            method: text(first, second),
            path: text(second, third),
        };
        Decided {
            id,
            request_id: clean(text(0, first)),
            at: self.at,
            key: self.key,
            application: self.home.application,
            account: self.home.account,
            verdict: self.verdict,
            address: self.address.map(|address| address.to_canonical()),
            asked: self.asked,
            route: route.text(),
            user_agent: clean(text(third, self.texts.len())),
            from_browser: self.browser,
        }
    }
}

/// The beginning of a text, to the whole character.
fn cut(text: &str) -> &str {
    text.get(..text.floor_char_boundary(LONGEST))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{id::AccountId, key::Environment};
    use uuid::Uuid;

    const HOME: Home = Home {
        application: ApplicationId(Uuid::nil()),
        account: AccountId(Uuid::nil()),
    };

    fn push(buffer: &Buffer, verdict: Verdict, path: &str, user_agent: &str) {
        let key = KeyId::from_number(Environment::Live, 1);
        let call = Call {
            key: "",
            secret: "a secret",
            address: "::ffff:192.0.2.1".parse().ok(),
            scopes: ScopeSet::default(),
            user_agent,
            route: Route {
                method: "GET",
                path,
            },
            within: None,
            request_id: "request-1",
            browser: true,
        };
        buffer.push(key, HOME, verdict, &call, Timestamp(7));
    }

    #[test]
    fn refusals_find_room_where_accepted_calls_find_none() {
        let buffer = Buffer::default();
        for _ in 0..MOST_ACCEPTED + 5 {
            push(&buffer, Verdict::Accepted, "/", "");
        }
        for _ in 0..MOST {
            push(&buffer, Verdict::Revoked, "/", "");
        }
        let taken = buffer.take();
        assert_eq!(taken.calls.len(), MOST);
        let refused = taken.calls.iter().filter(|c| c.verdict == Verdict::Revoked);
        assert_eq!(refused.count(), MOST - MOST_ACCEPTED);
        let skipped = u64::try_from(MOST_ACCEPTED + 5).expect("small");
        assert_eq!(taken.skipped.values().sum::<u64>(), skipped);
        assert!(buffer.take().is_empty());
        push(&buffer, Verdict::Accepted, "/", "");
        assert_eq!(buffer.take().calls.len(), 1);
    }

    #[test]
    fn texts_are_cut_cleaned_and_told_apart() {
        let long = "é".repeat(5_000);
        for (path, user_agent, route, shown) in [
            (
                "/invoices/17?secret=x",
                "till/2",
                "GET /invoices/{id}",
                "till/2",
            ),
            ("/a\u{7}b#x", "a\u{1b}[31m", "GET /ab", "a[31m"),
            ("", "", "GET", ""),
            ("/", &long, "GET /", &"é".repeat(200)),
            (
                &format!("/{long}"),
                "x",
                &format!("GET /{}", "é".repeat(195)),
                "x",
            ),
        ] {
            let buffer = Buffer::default();
            push(&buffer, Verdict::Accepted, path, user_agent);
            let taken = buffer.take();
            let decided = taken.calls.first().expect("there").decided(1);
            assert_eq!(decided.route, route);
            assert_eq!(decided.user_agent, shown);
            assert_eq!(decided.request_id, "request-1");
            assert_eq!(decided.address, "192.0.2.1".parse().ok());
            assert!(!format!("{decided:?}").contains("secret"));
        }
    }
}
