use super::*;
use crate::{
    audit::{Action, Actor, AuditEvent, FieldValues},
    decision::DecisionRecord,
    id::{AccountId, ApplicationId},
    key::{Environment, scope::ScopeSet, token::KeyId},
    time::Timestamp,
    verdict::Verdict,
};
use std::collections::BTreeSet;
use uuid::Uuid;

const NOW: Timestamp = Timestamp(1_795_442_709_123);

fn call(verdict: Verdict, from_browser: bool) -> DecisionRecord {
    DecisionRecord {
        id: 1,
        request_id: "request-1".into(),
        at: NOW,
        key: KeyId::from_number(Environment::Live, 1),
        application: ApplicationId(Uuid::from_u128(1)),
        account: AccountId(Uuid::from_u128(2)),
        verdict,
        address: "192.0.2.1".parse().ok(),
        required_scopes: ScopeSet::default(),
        route: "GET /invoices/{id}".into(),
        user_agent: "till/2".into(),
        from_browser,
    }
}

fn kinds(verdict: Verdict, from_browser: bool) -> Vec<EventKind> {
    EventKind::raised_by_call(verdict, from_browser).collect()
}

#[test]
fn kinds_and_severities_are_parsed_back() {
    for kind in EventKind::ALL {
        assert_eq!(EventKind::parse(kind.as_str()), Some(kind));
        assert!(kind.threshold() > 0 && !kind.remedies().is_empty());
    }
    for severity in Severity::ALL {
        assert_eq!(Severity::parse(severity.as_str()), Some(severity));
    }
    assert!(Severity::ALL.map(Severity::rank).is_sorted_by(|a, b| a > b));
    assert_eq!(EventKind::parse("Wrong_secret"), None);
}

#[test]
fn an_accepted_call_raises_no_event_unless_a_browser_sent_it() {
    assert_eq!(kinds(Verdict::Accepted, false), []);
    assert_eq!(kinds(Verdict::Accepted, true), [EventKind::FromBrowser]);
    assert_eq!(kinds(Verdict::RateLimited { retry_after_ms: 1 }, false), []);
}

#[test]
fn a_refused_call_raises_its_reason_and_counts_as_a_refusal() {
    for (verdict, kind) in [
        (Verdict::CredentialsInQuery, EventKind::InQuery),
        (Verdict::InvalidCredentials, EventKind::WrongSecret),
        (
            Verdict::Throttled { retry_after_ms: 1 },
            EventKind::WrongSecret,
        ),
        (Verdict::Revoked, EventKind::RevokedUsed),
        (Verdict::Inactive, EventKind::InactiveUsed),
        (Verdict::Expired { at: NOW }, EventKind::ExpiredUsed),
        (Verdict::Retired { at: NOW }, EventKind::RetiredUsed),
        (Verdict::IpNotAllowed, EventKind::AddressNotAllowed),
        (Verdict::InsufficientScope, EventKind::ScopeNotHeld),
    ] {
        assert_eq!(kinds(verdict, false), [kind, EventKind::RefusalsRose]);
    }
    // Without the correct secret, a browser's call says nothing about the key's owner.
    let wrong = kinds(Verdict::InvalidCredentials, true);
    assert!(!wrong.contains(&EventKind::FromBrowser));
    assert!(kinds(Verdict::Revoked, true).contains(&EventKind::FromBrowser));
}

#[test]
fn refusals_rise_only_far_above_the_baseline() {
    let share = |calls, refused| RefusalCounts { calls, refused };
    let usual = share(10_000, 100);
    for (now, baseline, expected) in [
        (share(100, 20), usual, true),
        (share(20, 20), share(100, 0), true),
        (share(100, 19), usual, false),
        (share(101, 20), usual, false),
        (share(100, 20), share(99, 0), false),
        // A fifth is this key's baseline.
        (share(1_000, 300), share(10_000, 2_000), false),
        (share(1_000, 1_000), share(10_000, 2_000), true),
        (share(0, 0), share(0, 0), false),
        (share(i64::MAX, i64::MAX), share(i64::MAX, 1), true),
    ] {
        assert_eq!(
            refusals_rose(now, baseline),
            expected,
            "{now:?} {baseline:?}"
        );
    }
}

#[test]
fn repeated_occurrences_are_merged() {
    let at = |at, address: &str| EventOccurrence {
        first_at: Timestamp(at),
        last_at: Timestamp(at),
        address: address.into(),
        ..EventOccurrence::from_call(
            EventKind::WrongSecret,
            &call(Verdict::InvalidCredentials, false),
        )
    };
    let mut one = at(5, "192.0.2.5");
    one.merge(at(9, "192.0.2.9"));
    one.merge(at(2, "192.0.2.2"));
    assert_eq!((one.first_at, one.last_at), (Timestamp(2), Timestamp(9)));
    assert_eq!((one.calls, one.address.as_str()), (3, "192.0.2.9"));
}

#[test]
fn a_network_is_new_only_after_the_learning_period() {
    let seen = |value: &str, at| KnownValue {
        value: value.into(),
        first_at: at,
        last_at: at,
    };
    let home = seen("192.0.2.0/24", NOW);
    let later = NOW.plus(LEARNING_PERIOD);
    let other = "198.51.100.0/24";
    assert!(!is_new(&[], other, NOW));
    assert!(!is_new(std::slice::from_ref(&home), other, later.plus(-1)));
    assert!(is_new(std::slice::from_ref(&home), other, later));
    assert!(!is_new(std::slice::from_ref(&home), "192.0.2.0/24", later));
    let many: Vec<_> = (0..MAX_KNOWN_VALUES)
        .map(|n| seen(&format!("10.0.{n}.0/24"), NOW))
        .collect();
    assert!(!is_new(&many, other, later));
    assert!(!has_room(&many, other) && has_room(&many, "10.0.3.0/24"));
    assert!(has_room(&many[1..], other));
}

#[test]
fn a_key_is_dormant_after_30_full_days() {
    assert!(!was_dormant(NOW, NOW.plus(DORMANT_AFTER)));
    assert!(was_dormant(NOW, NOW.plus(DORMANT_AFTER + DAY)));
    assert!(!was_dormant(NOW, NOW.plus(-DAY)));
}

#[test]
fn addresses_and_user_agents_are_reduced_to_networks_and_client_names() {
    for (address, text) in [
        ("203.0.113.24", "203.0.113.0/24"),
        ("::ffff:203.0.113.24", "203.0.113.0/24"),
        ("2001:db8:4:5::9", "2001:db8:4::/48"),
    ] {
        assert_eq!(network(address.parse().expect("an address")), text);
    }
    for (agent, name) in [
        ("till/2.1 (linux)", "till"),
        ("Mozilla/5.0 (X11)", "Mozilla"),
        ("curl", "curl"),
        ("", ""),
        ("(odd)", ""),
    ] {
        assert_eq!(client_name(agent), name);
    }
}

#[test]
fn filters_and_cursors_are_parsed_and_invalid_text_is_ignored() {
    let filter = EventFilter::parse("wrong_secret", "critical", "all", None);
    assert_eq!(filter.kind, Some(EventKind::WrongSecret));
    assert_eq!(filter.severity, Some(Severity::Critical));
    assert_eq!((filter.state, filter.key), (EventState::All, None));
    let key = KeyId::from_number(Environment::Live, 7);
    let filter = EventFilter::parse("", "", "", Some(key));
    assert_eq!(filter.key, Some(key));
    assert_eq!(
        EventFilter::parse("x", "1", "\0", None),
        EventFilter::default()
    );
    let cursor = EventCursor {
        at: NOW,
        id: EventId(7),
    };
    assert_eq!(EventCursor::parse(&cursor.to_param()), Some(cursor));
    for invalid in ["", "1", ".", "1.x", "99999999999999999999.1"] {
        assert_eq!(EventCursor::parse(invalid), None, "{invalid}");
    }
}

#[test]
fn periods_are_10_minutes_24_hours_and_days() {
    assert_eq!(THRESHOLD_WINDOW, 600_000);
    assert_eq!(MERGE_PERIOD, 86_400_000);
    assert_eq!(LEARNING_PERIOD, 86_400_000);
    assert_eq!(BASELINE_PERIOD, 604_800_000);
    assert_eq!(DORMANT_AFTER, 2_592_000_000);
}

#[test]
fn every_kind_has_a_severity_a_threshold_and_remedies() {
    use Remedy::{AuditLog, Deactivate, Members, Regenerate, Requests, RestrictAddresses, Scopes};
    use Severity::{Critical, Notice, Warning};
    let rows: [(EventKind, Severity, i64, &[Remedy]); 18] = [
        (
            EventKind::WrongSecret,
            Warning,
            5,
            &[RestrictAddresses, Requests],
        ),
        (EventKind::RevokedUsed, Critical, 1, &[Requests]),
        (EventKind::ExpiredUsed, Warning, 1, &[Regenerate, Requests]),
        (EventKind::RetiredUsed, Warning, 1, &[Requests]),
        (EventKind::InactiveUsed, Warning, 1, &[Requests]),
        (
            EventKind::AddressNotAllowed,
            Critical,
            1,
            &[Regenerate, RestrictAddresses, Requests],
        ),
        (EventKind::ScopeNotHeld, Warning, 5, &[Scopes, Requests]),
        (
            EventKind::NewNetwork,
            Notice,
            1,
            &[RestrictAddresses, Requests],
        ),
        (
            EventKind::AgentChanged,
            Notice,
            1,
            &[RestrictAddresses, Requests],
        ),
        (EventKind::DormantWoke, Warning, 1, &[Deactivate, Requests]),
        (EventKind::RefusalsRose, Warning, 20, &[Requests]),
        (EventKind::InQuery, Warning, 1, &[Regenerate, Requests]),
        (EventKind::FromBrowser, Critical, 1, &[Regenerate, Requests]),
        (EventKind::SignInFailed, Warning, 5, &[AuditLog]),
        (EventKind::WrongCode, Warning, 3, &[AuditLog]),
        (EventKind::PasskeyCopied, Critical, 1, &[AuditLog]),
        (EventKind::SignInThrottled, Warning, 1, &[AuditLog]),
        (EventKind::MembersChanged, Notice, 1, &[Members, AuditLog]),
    ];
    assert_eq!(rows.map(|row| row.0), EventKind::ALL);
    for (kind, severity, threshold, remedies) in rows {
        assert_eq!(
            (kind.severity(), kind.threshold(), kind.remedies()),
            (severity, threshold, remedies),
            "{kind:?}"
        );
    }
}

#[test]
fn the_later_occurrence_determines_the_details_even_at_the_same_time() {
    let at = |at, address: &str| EventOccurrence {
        first_at: Timestamp(at),
        last_at: Timestamp(at),
        address: address.into(),
        ..EventOccurrence::from_call(
            EventKind::WrongSecret,
            &call(Verdict::InvalidCredentials, false),
        )
    };
    let mut merged = at(5, "192.0.2.5");
    merged.merge(at(5, "192.0.2.6"));
    assert_eq!((merged.calls, merged.address.as_str()), (2, "192.0.2.6"));
}

#[test]
fn an_occurrence_of_a_call_names_its_key_and_its_client() {
    let call = call(Verdict::Revoked, false);
    let one = EventOccurrence::from_call(EventKind::RevokedUsed, &call);
    assert_eq!(one.subject, call.key.to_string());
    assert_eq!(one.address, "192.0.2.1");
    assert_eq!((one.first_at, one.last_at, one.calls), (NOW, NOW, 1));
    assert_eq!(
        (&one.route, &one.user_agent),
        (&call.route, &call.user_agent)
    );
    assert_eq!(one.application, Some(call.application));
}

#[test]
fn only_changes_of_members_are_occurrences() {
    let event = |action| AuditEvent {
        account_id: AccountId(Uuid::from_u128(2)),
        at: NOW,
        actor: Actor::System,
        action,
        target: "ada@example.com".into(),
        detail: String::new(),
        address: "192.0.2.1".into(),
        request_id: "request-1".into(),
        before: FieldValues::default(),
        after: FieldValues::default(),
    };
    let raised: Vec<_> = Action::all()
        .filter(|action| EventOccurrence::from_change(&event(*action)).is_some())
        .collect();
    let changes = [
        Action::MemberAdded,
        Action::MemberChanged,
        Action::MemberRemoved,
        Action::MemberLeft,
        Action::MemberInvited,
        Action::MemberJoined,
        Action::ApplicationRoleChanged,
        Action::OwnershipTransferred,
    ];
    assert_eq!(raised, changes);
    let one = EventOccurrence::from_change(&event(Action::MemberAdded)).expect("an occurrence");
    assert_eq!((one.kind, one.calls), (EventKind::MembersChanged, 1));
    assert_eq!(
        (one.subject.as_str(), one.value.as_str()),
        ("ada@example.com", "member.added")
    );
    assert_eq!(one.detail, "Latchkey added a member");
}

#[test]
fn every_kind_has_a_title_of_its_own() {
    let titles = BTreeSet::from(EventKind::ALL.map(EventKind::title));
    assert_eq!(titles.len(), EventKind::ALL.len());
    assert_eq!(EventKind::RevokedUsed.title(), "Revoked key used");
}

#[test]
fn the_newest_critical_event_of_each_kind_is_listed() {
    let event = |id, kind| SecurityEvent {
        id: EventId(id),
        kind,
        subject: String::new(),
        key: None,
        value: String::new(),
        first_at: NOW,
        last_at: NOW,
        calls: 1,
        address: String::new(),
        route: String::new(),
        user_agent: String::new(),
        request_id: String::new(),
        detail: String::new(),
        acknowledged: None,
    };
    let events = vec![
        event(5, EventKind::WrongSecret),
        event(4, EventKind::RevokedUsed),
        event(3, EventKind::FromBrowser),
        event(2, EventKind::RevokedUsed),
        event(1, EventKind::NewNetwork),
    ];
    let open = OpenKeyEvents::new(7, events);
    assert_eq!(open.all, 7);
    let critical: Vec<_> = open.critical.iter().map(|event| event.id.0).collect();
    assert_eq!(critical, [4, 3]);
}
