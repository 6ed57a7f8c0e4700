//! The operations and badges of a key by its state.

use domain::{
    key::{
        Environment, KeySummary, LastUsed,
        condition::KeyCondition::{ExpiresSoon, Idle, NeverUsed, NotConfirmed, Retiring},
        ip_rule::IpRules,
        name::KeyName,
        scope::ScopeSet,
        state::{IllegalTransition, State},
        token::KeyId,
    },
    time::{DAY, Timestamp},
};

const NOW: Timestamp = Timestamp(20_000 * DAY);

fn key() -> KeySummary {
    KeySummary {
        id: KeyId::from_number(Environment::Live, 1),
        name: KeyName::parse("Checkout").expect("valid"),
        description: String::new(),
        environment: Environment::Live,
        scopes: ScopeSet::one("invoice:read").expect("known"),
        ip_rules: IpRules::default(),
        rate_limit: None,
        state: State::Active,
        created_at: NOW,
        created_by: None,
        created_by_email: None,
        expires_at: None,
        deprecated_at: None,
        retires_at: None,
        replaced_by: None,
        replaces: None,
        confirmed_at: None,
        last_used: None,
    }
}

fn revoked() -> KeySummary {
    KeySummary {
        state: State::Revoked {
            at: NOW,
            reason: String::new(),
        },
        ..key()
    }
}

fn replaced() -> KeySummary {
    KeySummary {
        replaced_by: Some(KeyId::from_number(Environment::Live, 2)),
        retires_at: Some(NOW.plus(DAY)),
        ..key()
    }
}

fn used() -> KeySummary {
    KeySummary {
        last_used: Some(LastUsed {
            at: NOW,
            address: String::new(),
            user_agent: String::new(),
            route: String::new(),
        }),
        ..key()
    }
}

fn confirmed() -> KeySummary {
    KeySummary {
        confirmed_at: Some(NOW),
        ..key()
    }
}

#[test]
fn a_key_is_regenerated_once_and_not_after_a_revocation() {
    assert_eq!(key().may_regenerate(), Ok(()));
    assert_eq!(used().may_regenerate(), Ok(()));
    assert_eq!(revoked().may_regenerate(), Err(IllegalTransition::Revoked));
    assert_eq!(
        replaced().may_regenerate(),
        Err(IllegalTransition::Replaced)
    );
    let both = KeySummary {
        state: revoked().state,
        ..replaced()
    };
    assert_eq!(both.may_regenerate(), Err(IllegalTransition::Revoked));
}

#[test]
fn a_key_is_discarded_only_before_it_is_confirmed_or_used() {
    assert_eq!(key().discardable(), Ok(()));
    assert_eq!(used().discardable(), Err(IllegalTransition::InUse));
    assert_eq!(confirmed().discardable(), Err(IllegalTransition::InUse));
    assert_eq!(revoked().discardable(), Err(IllegalTransition::Revoked));
}

#[test]
fn a_key_is_editable_until_it_expires_or_retires() {
    let ends = |expires_at: Option<i64>, retires_at: Option<i64>| KeySummary {
        expires_at: expires_at.map(|after| NOW.plus(after)),
        retires_at: retires_at.map(|after| NOW.plus(after)),
        ..key()
    };
    for (key, expected) in [
        (key(), Ok(())),
        (revoked(), Err(IllegalTransition::Revoked)),
        (ends(Some(1), Some(1)), Ok(())),
        (ends(Some(0), None), Err(IllegalTransition::Ended)),
        (ends(None, Some(0)), Err(IllegalTransition::Ended)),
        (ends(Some(1), Some(-1)), Err(IllegalTransition::Ended)),
    ] {
        assert_eq!(key.editable(NOW), expected);
    }
}

#[test]
fn an_old_secret_retires_at_its_end_unless_it_is_revoked() {
    let end = NOW.plus(DAY);
    assert_eq!(replaced().retiring_until(NOW), Some(end));
    assert_eq!(replaced().retiring_until(end.plus(-1)), Some(end));
    assert_eq!(replaced().retiring_until(end), None);
    assert_eq!(key().retiring_until(NOW), None);
    let without_successor = KeySummary {
        replaced_by: None,
        ..replaced()
    };
    assert_eq!(without_successor.retiring_until(NOW), None);
    let over = KeySummary {
        state: revoked().state,
        ..replaced()
    };
    assert_eq!(over.retiring_until(NOW), None);
}

#[test]
fn badges_follow_from_the_state_and_the_times_of_a_key() {
    let new = [NotConfirmed, NeverUsed];
    assert_eq!(key().badges(NOW), new);
    assert_eq!(confirmed().badges(NOW), [NeverUsed]);
    assert_eq!(used().badges(NOW.plus(90 * DAY - 1)), []);
    assert_eq!(used().badges(NOW.plus(90 * DAY)), [Idle]);
    assert_eq!(revoked().badges(NOW), []);
    let ends = |after| KeySummary {
        expires_at: Some(NOW.plus(after)),
        ..used()
    };
    assert_eq!(ends(7 * DAY).badges(NOW), [ExpiresSoon]);
    assert_eq!(ends(7 * DAY + 1).badges(NOW), []);
    let retiring = KeySummary {
        last_used: used().last_used,
        ..replaced()
    };
    assert_eq!(retiring.badges(NOW), [Retiring]);
    let expired = KeySummary {
        state: State::Expired { at: NOW },
        ..key()
    };
    assert_eq!(expired.badges(NOW), []);
    let inactive = KeySummary {
        state: State::Inactive { at: NOW },
        ..ends(0)
    };
    assert_eq!(inactive.badges(NOW), [], "it has expired");
}
