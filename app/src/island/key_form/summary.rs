//! A short summary of a key's form.

use crate::{
    form::key::KeyForm,
    words::{create, list},
};
use domain::{
    key::{
        Environment,
        expiry::{DEFAULT_CHOICE, Expiry},
        ip_rule::IpRules,
        rate_limit::RateLimit,
        scope::ScopeSet,
    },
    time::{LocalNow, Timestamp},
};

/// Describes a new key: `Test key, 14 read scopes, expires 26 Feb 2027`. Invalid fields are left out.
pub fn of_key(form: &KeyForm, local: LocalNow) -> String {
    let kind = create::kind(Environment::parse(&form.environment)).to_owned();
    let scopes = ScopeSet::parse_all(&form.scopes).unwrap_or_default();
    let scopes = create::scopes(scopes.len(), ScopeSet::read_only().contains(scopes));
    let rules = IpRules::parse(&form.allowed_ips).ok();
    let networks = rules.filter(|rules| !rules.is_empty());
    let limit = RateLimit::parse(&form.rate_requests, &form.rate_window);
    let parts = [
        Some(kind),
        Some(scopes),
        expiry(form, local),
        networks.as_ref().map(networks_in_words),
        limit.ok().flatten().map(|limit| limit.to_string()),
    ];
    join(parts)
}

/// Describes the restrictions: `Any IP, no rate limit`. Invalid fields are left out.
pub fn of_restrictions(form: &KeyForm) -> String {
    let networks = IpRules::parse(&form.allowed_ips).map(|rules| {
        if rules.is_empty() {
            create::ANY_IP.to_owned()
        } else {
            networks_in_words(&rules)
        }
    });
    let limit = RateLimit::parse(&form.rate_requests, &form.rate_window).map(|limit| {
        limit.map_or_else(
            || create::NO_RATE_LIMIT.to_owned(),
            |limit| limit.to_string(),
        )
    });
    join([networks.ok(), limit.ok()])
}

/// A custom date is named as it was entered: the key works through the end of that day.
fn expiry(form: &KeyForm, local: LocalNow) -> Option<String> {
    let choice = match form.expiration.as_str() {
        "" => DEFAULT_CHOICE,
        choice => choice,
    };
    let expiry = Expiry::parse(choice, &form.expires_on, local.now, |day| {
        local.midnight(day)
    })
    .ok()?;
    Some(match expiry {
        Expiry::Never => create::NEVER_EXPIRES.to_owned(),
        Expiry::At(_) if choice == "custom" => {
            create::will_expire(Timestamp::parse_date(&form.expires_on)?)
        }
        Expiry::At(at) => create::will_expire(at),
    })
}

fn networks_in_words(rules: &IpRules) -> String {
    let networks = rules.networks().iter();
    list::networks(networks.map(|network| network.prefix_len() == network.max_prefix_len()))
}

fn join<const N: usize>(parts: [Option<String>; N]) -> String {
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_795_910_400_000;

    fn form() -> KeyForm {
        KeyForm {
            environment: "test".into(),
            ..KeyForm::default()
        }
    }

    fn summary(form: &KeyForm) -> String {
        let now = Timestamp(NOW);
        of_key(form, LocalNow { now, offset: 0 })
    }

    #[test]
    fn a_blank_form_has_no_scopes_and_the_usual_expiration() {
        assert_eq!(Timestamp(NOW).readable_date(), "29 Nov 2026");
        assert_eq!(
            summary(&form()),
            "Test key, no scopes yet, expires 27 Feb 2027"
        );
    }

    #[test]
    fn scopes_are_counted() {
        let with = |scopes: &[&str]| {
            let scopes = scopes.iter().map(ToString::to_string).collect();
            summary(&KeyForm { scopes, ..form() })
        };
        assert_eq!(
            with(&["invoice:read", "customer:read"]),
            "Test key, 2 read scopes, expires 27 Feb 2027"
        );
        assert_eq!(
            with(&["invoice:create"]),
            "Test key, 1 scope, expires 27 Feb 2027"
        );
    }

    #[test]
    fn the_expiration_is_a_date_or_never() {
        let with = |expiration: &str, expires_on: &str| {
            summary(&KeyForm {
                expiration: expiration.into(),
                expires_on: expires_on.into(),
                ..form()
            })
        };
        let start = "Test key, no scopes yet";
        assert_eq!(with("never", ""), format!("{start}, never expires"));
        assert_eq!(with("7", ""), format!("{start}, expires 6 Dec 2026"));
        assert_eq!(
            with("custom", "2027-03-01"),
            format!("{start}, expires 1 Mar 2027")
        );
        assert_eq!(with("custom", "2020-01-01"), start);
    }

    #[test]
    fn restrictions_are_part_of_the_summary_if_there_are_any() {
        let form = KeyForm {
            environment: "live".into(),
            allowed_ips: "10.0.0.0/8\n2001:db8::/32".into(),
            rate_requests: "60".into(),
            rate_window: "minute".into(),
            ..KeyForm::default()
        };
        assert_eq!(
            summary(&form),
            "Live key, no scopes yet, expires 27 Feb 2027, 2 networks, 60 requests per minute"
        );
        assert_eq!(of_restrictions(&form), "2 networks, 60 requests per minute");
    }

    #[test]
    fn restrictions_that_are_not_set_are_named_and_invalid_ones_left_out() {
        assert_eq!(of_restrictions(&form()), "Any IP, no rate limit");
        let invalid = KeyForm {
            allowed_ips: "nowhere".into(),
            ..form()
        };
        assert_eq!(of_restrictions(&invalid), "no rate limit");
        let one = KeyForm {
            allowed_ips: "192.0.2.7".into(),
            ..form()
        };
        assert_eq!(of_restrictions(&one), "1 address, no rate limit");
    }
}
