//! The checks of the gate, one by one: what each found, and by which rule.

use crate::{
    ui::{Exact, Icon, Sentence, Shape},
    words::{key as key_words, requests as words},
};
use domain::{
    decision::{CheckResult, GateCheck},
    key::KeySummary,
    verdict::Verdict,
};
use leptos::prelude::*;

/// A list in the order of the gate.
#[component]
pub fn Checks(
    /// The verdict.
    verdict: Verdict,
    /// The client's address.
    address: String,
    /// The scopes that were needed.
    asked: String,
    /// The key as it is now, where it exists.
    key: Option<KeySummary>,
    /// The first check that is shown.
    #[prop(default = GateCheck::Credentials)]
    first: GateCheck,
) -> impl IntoView {
    let rows = GateCheck::ALL
        .into_iter()
        .filter(|check| *check >= first)
        .map(|check| {
            let found = check.result(verdict);
            let shape = match found {
                CheckResult::Passed => Shape::Check,
                CheckResult::Refused => Shape::Ban,
                CheckResult::NotReached => Shape::Dots,
            };
            let rule = rule(check, verdict, &address, &asked, key.as_ref());
            view! {
                <li data-state=found.as_str()>
                    <Icon shape />
                    <p>
                        <strong>{words::check(check)}</strong>
                        " "
                        <span class="check-found">{words::finding(found)}</span>
                    </p>
                    {rule}
                </li>
            }
        })
        .collect_view();
    view! {
        <ol class="checks" aria-label=words::CHECKS>
            {rows}
        </ol>
    }
}

/// The values that a check compared, if they say more than its name.
fn rule(
    check: GateCheck,
    verdict: Verdict,
    address: &str,
    asked: &str,
    key: Option<&KeySummary>,
) -> Option<AnyView> {
    let or =
        |text: &str, empty: &'static str| if text.is_empty() { empty } else { text }.to_owned();
    let refused = check.result(verdict) == CheckResult::Refused;
    let words: Sentence = match (check, verdict) {
        (GateCheck::Expiry, Verdict::Expired { at })
        | (GateCheck::Retirement, Verdict::Retired { at }) => {
            return Some(view! { <p><Exact at /></p> }.into_any());
        }
        (GateCheck::Secret, Verdict::Throttled { retry_after_ms }) => {
            words::put_off(retry_after_ms).into()
        }
        (GateCheck::Address, _) => {
            let allowed = key?.ip_rules.texts().collect::<Vec<_>>().join(", ");
            let address = or(address, words::UNKNOWN);
            let allowed = or(&allowed, key_words::ANY_ADDRESS);
            Sentence::about([&address, &allowed], |[address, allowed]| {
                words::address_rule(address, allowed)
            })
        }
        (GateCheck::Scopes, _) => {
            let granted = key?.scopes.to_string();
            let (asked, granted) = (or(asked, words::NO_SCOPE), or(&granted, words::NO_SCOPE));
            Sentence::about([&asked, &granted], |[asked, granted]| {
                words::scope_rule(asked, granted)
            })
        }
        (GateCheck::RateLimit, verdict) => {
            let limit = match key?.rate_limit {
                Some(limit) => words::limit_rule(&limit.to_string()),
                None => words::NO_LIMIT.to_owned(),
            };
            match verdict {
                Verdict::RateLimited { retry_after_ms } if refused => {
                    (limit + " " + &words::wait(retry_after_ms)).into()
                }
                _ => limit.into(),
            }
        }
        _ => return None,
    };
    Some(view! { <p>{words.view()}</p> }.into_any())
}
