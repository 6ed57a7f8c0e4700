//! Differences between drafts of a key.

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

/// Returns the differences that an edit of [`draft`] makes.
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
fn an_unchanged_draft_has_no_differences() {
    assert!(edit(|_| ()).is_empty());
    assert!(!edit(|_| ()).widens());
}

#[test]
fn a_new_name_or_description_is_neutral() {
    let change = edit(|key| {
        key.name = KeyName::parse("Till").expect("valid");
        key.description = Description::parse(&"long ".repeat(40)).expect("valid");
    });
    assert!(!change.widens());
    assert_eq!(change.in_words().matches(" from ").count(), 2);
    assert!(change.in_words().contains("name from “Checkout” to “Till”"));
    assert!(change.in_words().contains('…'));
}

#[test]
fn an_added_scope_widens_and_a_removed_scope_narrows() {
    let both = edit(|key| key.scopes = "invoice:read invoice:update".parse().expect("known"));
    assert_eq!(
        words(&both),
        [
            ("widens", "grants invoice:update"),
            (
                "narrows",
                "no longer grants wallet:read: requests that need it will be denied"
            ),
        ]
    );
    assert!(both.widens());
    assert!(!edit(|key| key.scopes = ScopeSet::one("invoice:read").expect("known")).widens());
}

#[test]
fn a_later_expiry_widens_and_an_earlier_expiry_narrows() {
    let earlier = edit(|key| key.expiry = Expiry::At(END.plus(-60 * DAY)));
    assert!(
        earlier.in_words().starts_with("expires 60 days earlier: "),
        "{earlier:?}"
    );
    assert!(!earlier.widens());
    assert!(edit(|key| key.expiry = Expiry::At(END.plus(1))).widens());
    assert!(edit(|key| key.expiry = Expiry::Never).widens());
    let mut endless = draft();
    endless.expiry = Expiry::Never;
    let limited = KeyChange::between(&endless, &draft());
    let [(effect, text)] = words(&limited)[..] else {
        panic!("one difference: {limited:?}");
    };
    assert_eq!(effect, "narrows");
    assert!(text.ends_with("instead of never"), "{text}");
}

#[test]
fn ip_rules_widen_if_they_allow_an_additional_address() {
    for (after, widens, says) in [
        ("", true, "allows any IP address"),
        (
            "10.1.0.0/16 192.0.2.7",
            false,
            "no longer allows 10.0.0.0/8",
        ),
        ("10.0.0.0/8", false, "no longer allows 192.0.2.7"),
        ("10.0.0.0/7 192.0.2.7", true, "also allows 10.0.0.0/7"),
        (
            "10.0.0.0/8 192.0.2.7 2001:db8::1",
            true,
            "also allows 2001:db8::1",
        ),
        (
            "10.0.0.0/8 192.0.2.7 10.9.0.0/16",
            false,
            "written differently",
        ),
        ("203.0.113.0/24", true, "also allows 203.0.113.0/24"),
    ] {
        let change = edit(|key| key.ip_rules = rules(after));
        assert_eq!(change.widens(), widens, "{after}: {change:?}");
        assert!(change.in_words().contains(says), "{after}: {change:?}");
    }
    let mut anywhere = draft();
    anywhere.ip_rules = IpRules::default();
    let restricted = KeyChange::between(&anywhere, &draft());
    assert!(!restricted.widens(), "{restricted:?}");
    assert!(
        restricted
            .in_words()
            .contains(": requests from other IP addresses will be denied")
    );
}

#[test]
fn a_rate_limit_widens_if_it_allows_a_larger_burst_or_a_higher_rate() {
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
fn a_long_list_is_shortened() {
    let many: Vec<_> = (0..100).map(|n| format!("203.0.{n}.1")).collect();
    let change = edit(|key| key.ip_rules = rules(&many.join(" ")));
    assert!(change.in_words().contains("and 88 more"), "{change:?}");
}

#[test]
fn the_revision_covers_every_editable_field() {
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
fn a_fingerprint_separates_texts_and_ignores_carriage_returns() {
    assert_ne!(fingerprint(["ab", "c"]), fingerprint(["a", "bc"]));
    assert_eq!(fingerprint(["a\r\nb"]), fingerprint(["a\nb"]));
}

#[test]
fn a_description_of_an_expiry_uses_the_largest_whole_unit() {
    for (ms, text) in [
        (1, "1 minute"),
        (MINUTE, "1 minute"),
        (2 * MINUTE, "2 minutes"),
        (HOUR - 1, "59 minutes"),
        (HOUR, "1 hour"),
        (DAY - 1, "23 hours"),
        (DAY, "1 day"),
        (3 * DAY, "3 days"),
    ] {
        for (end, direction) in [(END.plus(ms), "later"), (END.plus(-ms), "earlier")] {
            let change = edit(|key| key.expiry = Expiry::At(end));
            let expected = format!("expires {text} {direction}: ");
            assert!(change.in_words().starts_with(&expected), "{change:?}");
        }
    }
    assert!(edit(|key| key.expiry = Expiry::At(END)).is_empty());
}

#[test]
fn a_description_is_quoted_on_one_line_and_cut_after_60_characters() {
    let quoted = |text: &str| {
        let change = edit(|key| key.description = Description::parse(text).expect("valid"));
        change.in_words()
    };
    assert_eq!(quoted("a\nb"), "description from none to “a b”");
    let exact = "ü".repeat(60);
    assert_eq!(
        quoted(&exact),
        format!("description from none to “{exact}”")
    );
    let longer = "ü".repeat(61);
    assert_eq!(
        quoted(&longer),
        format!("description from none to “{exact}…”")
    );
}

#[test]
fn a_list_of_12_items_is_complete() {
    let rules_of = |count| {
        (0..count)
            .map(|n| format!("203.0.{n}.1"))
            .collect::<Vec<_>>()
            .join(" ")
    };
    let change = |count| edit(|key| key.ip_rules = rules(&rules_of(count))).in_words();
    assert!(!change(12).contains(" and "));
    assert!(change(13).contains("and 1 more"));
}

#[test]
fn removing_a_rate_limit_or_adding_one_is_described() {
    let removed = edit(|key| key.rate_limit = None);
    assert_eq!(
        words(&removed),
        [("widens", "rate limit from 100 requests per minute to none")]
    );
}

#[test]
fn a_change_of_ip_rules_has_one_difference_for_each_direction() {
    let replaced = edit(|key| key.ip_rules = rules("203.0.113.0/24"));
    let effects: Vec<_> = replaced
        .differences()
        .iter()
        .map(|one| one.effect)
        .collect();
    assert_eq!(effects, [Effect::Widens, Effect::Narrows]);
    let narrowed = edit(|key| key.ip_rules = rules("10.0.0.0/8"));
    assert_eq!(narrowed.differences().len(), 1);
    let same = edit(|key| key.ip_rules = rules("10.0.0.0/8 192.0.2.7 10.9.0.0/16"));
    assert_eq!(
        words(&same),
        [("neutral", "same IP addresses, written differently")]
    );
}
