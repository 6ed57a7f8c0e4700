//! The rules of a change.

use super::*;
use crate::key::{Environment, name::KeyName, scope::ScopeSet};

const END: Timestamp = Timestamp(20_000 * DAY);

fn draft() -> KeyDraft {
    KeyDraft {
        name: KeyName::parse("Checkout").expect("valid"),
        description: Description::default(),
        environment: Environment::Live,
        scopes: "invoice:read wallet:read".parse().expect("known"),
        expiry: Expiry::At(END),
        ip_rules: rules("10.0.0.0/8 192.0.2.7"),
        rate_limit: limit("100", "minute"),
    }
}

fn rules(text: &str) -> IpRules {
    IpRules::parse(text).expect("valid")
}

fn limit(requests: &str, window: &str) -> Option<RateLimit> {
    RateLimit::parse(requests, window).expect("valid")
}

/// What an edit of [`draft`] does.
fn edit(edit: impl FnOnce(&mut KeyDraft)) -> KeyChange {
    let mut after = draft();
    edit(&mut after);
    KeyChange::between(&draft(), &after)
}

fn words(change: &KeyChange) -> Vec<(&'static str, &str)> {
    change
        .differences()
        .iter()
        .map(|one| (one.effect.as_str(), one.words.as_str()))
        .collect()
}

#[test]
fn what_stays_is_no_change() {
    assert!(edit(|_| ()).is_empty());
    assert!(!edit(|_| ()).widens());
}

#[test]
fn renaming_and_describing_widen_nothing() {
    let change = edit(|key| {
        key.name = KeyName::parse("Till").expect("valid");
        key.description = Description::parse(&"long ".repeat(40)).expect("valid");
    });
    assert!(!change.widens());
    assert_eq!(change.in_words().matches("becomes").count(), 2);
    assert!(change.in_words().contains("“Checkout” becomes “Till”"));
    assert!(change.in_words().contains('…'));
}

#[test]
fn a_scope_more_widens_and_a_scope_less_narrows() {
    let both = edit(|key| key.scopes = "invoice:read invoice:update".parse().expect("known"));
    assert_eq!(
        words(&both),
        [
            ("widens", "adds invoice:update"),
            (
                "narrows",
                "removes wallet:read: calls that need it are refused"
            ),
        ]
    );
    assert!(both.widens());
    assert!(!edit(|key| key.scopes = ScopeSet::one("invoice:read").expect("known")).widens());
}

#[test]
fn a_later_end_widens_and_an_earlier_one_narrows() {
    let earlier = edit(|key| key.expiry = Expiry::At(END.plus(-60 * DAY)));
    assert!(
        earlier.in_words().starts_with("ends 60 days earlier: "),
        "{earlier:?}"
    );
    assert!(!earlier.widens());
    assert!(edit(|key| key.expiry = Expiry::At(END.plus(1))).widens());
    assert!(edit(|key| key.expiry = Expiry::Never).widens());
    let mut endless = draft();
    endless.expiry = Expiry::Never;
    assert!(!KeyChange::between(&endless, &draft()).widens());
}

#[test]
fn addresses_widen_where_one_may_call_that_might_not() {
    for (after, widens, says) in [
        ("", true, "from any address"),
        ("10.1.0.0/16 192.0.2.7", false, "10.0.0.0/8 any more"),
        ("10.0.0.0/8", false, "192.0.2.7 any more"),
        ("10.0.0.0/7 192.0.2.7", true, "10.0.0.0/7 as well"),
        (
            "10.0.0.0/8 192.0.2.7 2001:db8::1",
            true,
            "2001:db8::1 as well",
        ),
        ("10.0.0.0/8 192.0.2.7 10.9.0.0/16", false, "another way"),
        ("203.0.113.0/24", true, "203.0.113.0/24 as well"),
    ] {
        let change = edit(|key| key.ip_rules = rules(after));
        assert_eq!(change.widens(), widens, "{after}: {change:?}");
        assert!(change.in_words().contains(says), "{after}: {change:?}");
    }
    let mut anywhere = draft();
    anywhere.ip_rules = IpRules::default();
    let fenced = KeyChange::between(&anywhere, &draft());
    assert!(!fenced.widens(), "{fenced:?}");
    assert!(fenced.in_words().contains("alone: calls from other"));
}

#[test]
fn a_rate_widens_where_more_calls_can_pass_at_once_or_in_the_long_run() {
    for (after, widens) in [
        (None, true),
        (limit("101", "minute"), true),
        (limit("99", "minute"), false),
        (limit("100", "hour"), false),
        (limit("2", "second"), true),
        (limit("1", "second"), false),
        (limit("200", "hour"), true),
    ] {
        let change = edit(|key| key.rate_limit = after);
        assert_eq!(change.widens(), widens, "{after:?}: {change:?}");
        assert!(!change.is_empty());
    }
    let mut unlimited = draft();
    unlimited.rate_limit = None;
    assert!(!KeyChange::between(&unlimited, &draft()).widens());
}

#[test]
fn a_long_list_is_named_in_part() {
    let many: Vec<_> = (0..100).map(|n| format!("203.0.{n}.1")).collect();
    let change = edit(|key| key.ip_rules = rules(&many.join(" ")));
    assert!(change.in_words().contains("and 88 more"), "{change:?}");
}

#[test]
fn every_field_is_in_the_revision() {
    let edits: [fn(&mut KeyDraft); 6] = [
        |key| key.name = KeyName::parse("Till").expect("valid"),
        |key| key.description = Description::parse("x").expect("valid"),
        |key| key.scopes = ScopeSet::read_only(),
        |key| key.expiry = Expiry::Never,
        |key| key.ip_rules = IpRules::default(),
        |key| key.rate_limit = None,
    ];
    let mut seen = vec![draft().revision()];
    for edit in edits {
        let mut after = draft();
        edit(&mut after);
        assert!(!seen.contains(&after.revision()), "{after:?}");
        seen.push(after.revision());
    }
    assert_eq!(draft().revision(), seen[0]);
}

#[test]
fn texts_do_not_run_into_each_other_in_a_fingerprint() {
    assert_ne!(fingerprint(["ab", "c"]), fingerprint(["a", "bc"]));
    assert_eq!(fingerprint(["a\r\nb"]), fingerprint(["a\nb"]));
}
