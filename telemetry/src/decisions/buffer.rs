//! The buffer into which calls copy their decisions: bounded and striped.

use crate::striped::Striped;
use domain::{
    decision::DecisionRecord,
    id::ApplicationId,
    key::{scope::ScopeSet, token::KeyId},
    time::Timestamp,
    verdict::Verdict,
};
use std::{
    collections::{HashMap, VecDeque},
    net::IpAddr,
};
use verification::{CallEvent, Route, Tenant, clean};

/// Decisions of one stripe between two dispatches: some 80,000 a second. Further ones are skipped.
const MAX_DECISIONS: usize = 8_192;
/// Beyond these, accepted calls are skipped: there is room for refusals under any load.
const MAX_ACCEPTED: usize = 6_144;
/// Bytes of a text; the stored text is shorter.
const MAX_TEXT: usize = 1_024;

/// A decided call whose texts are not cleaned yet.
pub(crate) struct PendingDecision {
    at: Timestamp,
    key: KeyId,
    tenant: Tenant,
    verdict: Verdict,
    address: Option<IpAddr>,
    asked: ScopeSet,
    browser: bool,
    /// Request id, method, path and user agent, concatenated: one allocation.
    texts: Box<str>,
    /// The ends of the first three.
    ends: [u16; 3],
}

/// Decisions that are not dispatched yet.
#[derive(Default)]
pub(super) struct DecisionBuffer(Striped<Buffered>);

#[derive(Default)]
struct Buffered {
    calls: Vec<PendingDecision>,
    skipped: Skipped,
}

/// Numbers of skipped calls by key.
pub(super) type Skipped = HashMap<(ApplicationId, KeyId), u64>;

/// Decisions that were taken from the buffer and are not dispatched yet.
#[derive(Default)]
pub(super) struct TakenDecisions {
    pub(super) calls: VecDeque<PendingDecision>,
    pub(super) skipped: Skipped,
    /// Replaces the buffer of a stripe, so that nothing is allocated while a call waits.
    spare: Vec<PendingDecision>,
}

impl TakenDecisions {
    pub(super) fn is_empty(&self) -> bool {
        self.calls.is_empty() && self.skipped.is_empty()
    }
}

impl DecisionBuffer {
    /// Copies a call of an existing key, or counts it if there is no room.
    pub(super) fn push(&self, key: KeyId, tenant: Tenant, event: &CallEvent<'_>) {
        let room = if event.verdict == Verdict::Accepted {
            MAX_ACCEPTED
        } else {
            MAX_DECISIONS
        };
        let mut buffered = self.0.lock();
        if buffered.calls.len() >= room {
            let skipped = buffered.skipped.entry((tenant.application, key));
            *skipped.or_default() += 1;
            return;
        }
        drop(buffered);
        // Texts are copied while the stripe is unlocked.
        let decision = PendingDecision::new(key, tenant, event);
        self.0.lock().calls.push(decision);
    }

    /// Empties the buffer. Of several stripes, calls are ordered by time.
    pub(super) fn take(&self, taken: &mut TakenDecisions) {
        let earlier = taken.calls.len();
        for stripe in self.0.stripes() {
            let mut buffered = stripe.lock();
            std::mem::swap(&mut buffered.calls, &mut taken.spare);
            let skipped = std::mem::take(&mut buffered.skipped);
            drop(buffered);
            taken.calls.extend(taken.spare.drain(..));
            for (key, calls) in skipped {
                *taken.skipped.entry(key).or_default() += calls;
            }
        }
        if let Some(newer) = taken.calls.make_contiguous().get_mut(earlier..) {
            newer.sort_by_key(|call| call.at);
        }
    }
}

impl PendingDecision {
    fn new(key: KeyId, tenant: Tenant, event: &CallEvent<'_>) -> Self {
        let call = event.call;
        let path = call.route.path;
        let path = path.find(['?', '#']).map_or(path, |end| &path[..end]);
        let parts = [call.request_id, call.route.method, path, call.user_agent].map(truncate);
        let mut texts = String::with_capacity(parts.iter().map(|part| part.len()).sum());
        let mut ends = [0; 3];
        for (n, part) in parts.into_iter().enumerate() {
            texts.push_str(part);
            if let Some(end) = ends.get_mut(n) {
                *end = u16::try_from(texts.len()).unwrap_or_default();
            }
        }
        Self {
            at: event.at,
            key,
            tenant,
            verdict: event.verdict,
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
        self.tenant.application
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

    /// The user agent as sent, truncated.
    pub(crate) fn user_agent(&self) -> &str {
        let [.., start] = self.ends;
        self.texts.get(usize::from(start)..).unwrap_or_default()
    }

    /// Returns the decision with its texts as they are shown and stored.
    pub(crate) fn decided(&self, id: i64) -> DecisionRecord {
        let [first, second, third] = self.ends.map(usize::from);
        let text = |from, to| self.texts.get(from..to).unwrap_or_default();
        let route = Route {
            method: text(first, second),
            path: text(second, third),
        };
        DecisionRecord {
            id,
            request_id: clean(text(0, first)),
            at: self.at,
            key: self.key,
            application: self.tenant.application,
            account: self.tenant.account,
            verdict: self.verdict,
            address: self.address.map(|address| address.to_canonical()),
            required_scopes: self.asked,
            route: route.template(),
            user_agent: clean(text(third, self.texts.len())),
            from_browser: self.browser,
        }
    }
}

/// Returns the beginning of a text, cut at a character boundary.
fn truncate(text: &str) -> &str {
    text.get(..text.floor_char_boundary(MAX_TEXT))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{id::AccountId, key::Environment};
    use uuid::Uuid;
    use verification::Call;

    const TENANT: Tenant = Tenant {
        application: ApplicationId(Uuid::nil()),
        account: AccountId(Uuid::nil()),
    };

    fn push(buffer: &DecisionBuffer, verdict: Verdict, path: &str, user_agent: &str) {
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
        let event = CallEvent {
            key: Some((key, TENANT)),
            verdict,
            at: Timestamp(7),
            call: &call,
        };
        buffer.push(key, TENANT, &event);
    }

    fn take(buffer: &DecisionBuffer) -> TakenDecisions {
        let mut taken = TakenDecisions::default();
        buffer.take(&mut taken);
        taken
    }

    #[test]
    fn there_is_room_for_refusals_when_there_is_none_for_accepted_calls() {
        let buffer = DecisionBuffer::default();
        for _ in 0..MAX_ACCEPTED + 5 {
            push(&buffer, Verdict::Accepted, "/", "");
        }
        for _ in 0..MAX_DECISIONS {
            push(&buffer, Verdict::Revoked, "/", "");
        }
        let taken = take(&buffer);
        assert_eq!(taken.calls.len(), MAX_DECISIONS);
        let refused = taken.calls.iter().filter(|c| c.verdict == Verdict::Revoked);
        assert_eq!(refused.count(), MAX_DECISIONS - MAX_ACCEPTED);
        let skipped = u64::try_from(MAX_ACCEPTED + 5).expect("small");
        assert_eq!(taken.skipped.values().sum::<u64>(), skipped);
        assert!(take(&buffer).is_empty());
        push(&buffer, Verdict::Accepted, "/", "");
        assert_eq!(take(&buffer).calls.len(), 1);
    }

    #[test]
    fn texts_are_truncated_cleaned_and_separated() {
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
            let buffer = DecisionBuffer::default();
            push(&buffer, Verdict::Accepted, path, user_agent);
            let taken = take(&buffer);
            let decided = taken.calls.front().expect("there").decided(1);
            assert_eq!(decided.route, route);
            assert_eq!(decided.user_agent, shown);
            assert_eq!(decided.request_id, "request-1");
            assert_eq!(decided.address, "192.0.2.1".parse().ok());
            assert!(!format!("{decided:?}").contains("secret"));
        }
    }
}
