//! Names that are stored, sent or part of links. Changing one breaks stored data or existing links.

use domain::{
    account::Role,
    audit::Action,
    decision::CheckResult,
    key::{
        Environment, change::Effect, condition::KeyCondition, filter::Sort, filter::StatusFilter,
        state::State,
    },
    mail::MailKind,
    security::{EventKind, EventState, Habit, Severity},
    time::Timestamp,
    usage::{Outcome, Window, breakdown::Dimension},
    verdict::Verdict,
};

#[test]
fn verdicts_have_the_codes_of_the_public_api() {
    let (at, retry_after_ms) = (Timestamp(5), 7);
    for (verdict, code, parts, proven) in [
        (
            Verdict::CredentialsInQuery,
            "credentials_in_query",
            ("credentials_in_query", 0),
            false,
        ),
        (
            Verdict::InvalidCredentials,
            "invalid_credentials",
            ("invalid_credentials", 0),
            false,
        ),
        (
            Verdict::Throttled { retry_after_ms },
            "rate_limited",
            ("throttled", 7),
            false,
        ),
        (Verdict::Revoked, "key_revoked", ("key_revoked", 0), true),
        (Verdict::Inactive, "key_inactive", ("key_inactive", 0), true),
        (
            Verdict::Expired { at },
            "key_expired",
            ("key_expired", 5),
            true,
        ),
        (
            Verdict::Retired { at },
            "secret_retired",
            ("secret_retired", 5),
            true,
        ),
        (
            Verdict::IpNotAllowed,
            "ip_not_allowed",
            ("ip_not_allowed", 0),
            true,
        ),
        (
            Verdict::InsufficientScope,
            "insufficient_scope",
            ("insufficient_scope", 0),
            true,
        ),
        (
            Verdict::RateLimited { retry_after_ms },
            "rate_limited",
            ("rate_limited", 7),
            true,
        ),
        (Verdict::Accepted, "valid", ("valid", 0), true),
    ] {
        assert_eq!(verdict.code(), code);
        assert_eq!(verdict.to_stored(), parts);
        assert_eq!(verdict.secret_matched(), proven, "{code}");
        let outcome = match code {
            "valid" => Outcome::Accepted,
            "rate_limited" if proven => Outcome::RateLimited,
            _ => Outcome::Refused,
        };
        assert_eq!(verdict.outcome(), outcome, "{code}");
        let plain = verdict.without_details();
        assert_eq!((plain.to_stored().0, plain.to_stored().1), (parts.0, 0));
    }
}

#[test]
fn states_of_keys_have_a_stable_name_and_a_label() {
    let at = Timestamp(1);
    let reason = String::new();
    for (state, word, shown) in [
        (State::Active, "active", "Active"),
        (State::Inactive { at }, "inactive", "Inactive"),
        (State::Expired { at }, "expired", "Expired"),
        (State::Revoked { at, reason }, "revoked", "Revoked"),
    ] {
        assert_eq!((state.as_str(), state.to_string().as_str()), (word, shown));
    }
    let filters = [
        (StatusFilter::Active, "active", "Active"),
        (StatusFilter::Inactive, "inactive", "Inactive"),
        (StatusFilter::Expired, "expired", "Expired"),
        (StatusFilter::Revoked, "revoked", "Revoked"),
    ];
    for (filter, word, shown) in filters {
        assert_eq!((filter.as_str(), filter.label()), (word, shown));
        assert_eq!(StatusFilter::parse(word), Some(filter));
    }
    assert_eq!(
        KeyCondition::BADGES.map(KeyCondition::label),
        [
            "Retiring",
            "Expires soon",
            "Secret not saved",
            "Never used",
            "Unused for 90 days"
        ]
    );
}

#[test]
fn names_in_links_and_attributes_are_stable() {
    let environments = [(Environment::Live, "live"), (Environment::Test, "test")];
    for (environment, word) in environments {
        assert_eq!(environment.as_str(), word);
        assert_eq!(environment.to_string(), word);
        assert_eq!(Environment::parse(word), Some(environment));
    }
    assert_eq!(Environment::parse("Live"), None);
    let effects = [Effect::Widens, Effect::Narrows, Effect::Neutral];
    assert_eq!(
        effects.map(Effect::as_str),
        ["widens", "narrows", "neutral"]
    );
    let sorts = [Sort::Created, Sort::Name, Sort::Used, Sort::Expires];
    assert_eq!(
        sorts.map(Sort::as_str),
        ["created", "name", "used", "expires"]
    );
    let findings = [
        CheckResult::Passed,
        CheckResult::Refused,
        CheckResult::NotReached,
    ];
    assert_eq!(
        findings.map(CheckResult::as_str),
        ["passed", "refused", "not-reached"]
    );
    assert_eq!(
        Window::ALL.map(Window::as_str),
        ["1h", "24h", "7d", "30d", "90d"]
    );
    assert_eq!(
        EventState::ALL.map(EventState::as_str),
        ["open", "acknowledged", "all"]
    );
    assert_eq!(
        KeyCondition::ALL.map(|row| row.0.as_str()),
        [
            "retiring",
            "expires-soon",
            "never-used",
            "idle",
            "not-confirmed",
            "never-expires",
            "any-address",
            "old"
        ]
    );
}

#[test]
fn stored_names_are_stable() {
    assert_eq!(
        Outcome::ALL.map(Outcome::as_str),
        ["accepted", "refused", "rate_limited"]
    );
    for outcome in Outcome::ALL {
        assert_eq!(Outcome::parse(outcome.as_str()), Some(outcome));
    }
    assert_eq!(
        Dimension::ALL.map(Dimension::as_str),
        ["address", "route", "scope", "user_agent", "refusal"]
    );
    for dimension in Dimension::ALL {
        assert_eq!(Dimension::parse(dimension.as_str()), Some(dimension));
    }
    let mails = [
        MailKind::Invitation,
        MailKind::PasswordReset,
        MailKind::SignInChange,
        MailKind::NewSignIn,
        MailKind::WrongCode,
        MailKind::KeyExpiry,
        MailKind::SecurityEvents,
        MailKind::Test,
    ];
    assert_eq!(
        mails.map(MailKind::as_str),
        [
            "invitation",
            "password_reset",
            "sign_in_change",
            "new_sign_in",
            "wrong_code",
            "key_expiry",
            "security_events",
            "test"
        ]
    );
    let roles = [Role::Owner, Role::Developer, Role::Viewer, Role::Support];
    assert_eq!(
        roles.map(Role::as_str),
        ["owner", "developer", "viewer", "support"]
    );
    assert_eq!(
        roles.map(|role| role.to_string()),
        ["owner", "developer", "viewer", "support"]
    );
    assert_eq!(roles.map(Role::can_edit_keys), [true, true, false, false]);
    assert_eq!(
        [Habit::Used, Habit::Network, Habit::Client].map(Habit::as_str),
        ["used", "network", "client"]
    );
    assert_eq!(
        Severity::ALL.map(|severity| (severity.as_str(), severity.rank())),
        [("critical", 2), ("warning", 1), ("notice", 0)]
    );
    assert_eq!(
        EventKind::ALL.map(EventKind::as_str),
        [
            "wrong_secret",
            "revoked_used",
            "expired_used",
            "retired_used",
            "inactive_used",
            "address_not_allowed",
            "scope_not_held",
            "new_network",
            "agent_changed",
            "dormant_woke",
            "refusals_rose",
            "credentials_in_query",
            "secret_from_browser",
            "sign_in_failed",
            "wrong_code",
            "passkey_copied",
            "sign_in_throttled",
            "members_changed",
        ]
    );
}

#[test]
fn every_audit_action_is_parsed_back_from_its_name() {
    let mut words = Vec::new();
    for action in Action::all() {
        assert_eq!(Action::parse(action.as_str()), Some(action));
        assert!(action.as_str().contains('.'), "{}", action.as_str());
        assert!(action.phrase().contains(' '), "{}", action.phrase());
        // Without a target, no sentence may wait for one.
        for phrase in [action.phrase_without_target(), action.phrase_on_oneself()] {
            let last = phrase.rsplit(' ').next().unwrap_or_default();
            assert!(
                !["of", "for", "to", "with"].contains(&last) && !last.ends_with(','),
                "{phrase}"
            );
        }
        words.push(action.as_str());
    }
    // "… the secret of Receipt mailer".
    for (action, alone) in [
        (Action::KeyConfirmed, "confirmed saving the secret"),
        (Action::KeyRegenerated, "regenerated the secret"),
    ] {
        assert_eq!(action.phrase(), format!("{alone} of"));
        assert_eq!(action.phrase_without_target(), alone);
    }
    for word in [
        "key.created",
        "key.changed",
        "key.regenerated",
        "key.revoked",
        "keys.revoked",
        "session.started",
    ] {
        assert!(words.contains(&word), "{word}");
    }
    words.sort_unstable();
    words.dedup();
    assert_eq!(words.len(), Action::all().count());
}
