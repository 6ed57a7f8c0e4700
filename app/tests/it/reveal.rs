//! The secret, in sight once.

use app::{form::Posted, part::SecretReveal, ui::Dialog};
use domain::key::{Environment, issued::IssuedKey, name::KeyName, token::KeyId};
use leptos::prelude::*;
use leptos_router::{components::Router, location::RequestUrl};

const SECRET: &str = "ast_the_secret";

fn page(posted: bool) -> String {
    let owner = Owner::new();
    owner.with(|| {
        provide_context(RequestUrl::new("/apps/1/settings/api-keys/new"));
        if posted {
            provide_context(Posted {
                endpoint: "create_key".into(),
                fields: Vec::new(),
                outcome: Ok(serde_json::Value::Null),
            });
        }
        let issued = IssuedKey {
            id: KeyId::from_number(Environment::Test, 7),
            name: KeyName::parse("Checkout").expect("valid"),
            environment: Environment::Test,
            secret: SECRET.into(),
        };
        let wipe = Callback::new(|()| ());
        view! {
            <Router>
                <Dialog id="reveal" title="Save your credentials" wide=true>
                    <SecretReveal
                        app="1".into()
                        issued
                        gate="http://127.0.0.1:3000".into()
                        back="/".into()
                        wipe
                    />
                </Dialog>
            </Router>
        }
        .to_html()
    })
}

#[test]
fn the_answer_to_a_plain_post_holds_the_secret_once() {
    let html = page(true);
    assert_eq!(html.matches(SECRET).count(), 1, "{html}");
    for name in [
        "Save your credentials",
        "API key",
        "Secret key",
        "I have stored this secret",
        "Done",
    ] {
        assert!(html.contains(name), "{name} is missing: {html}");
    }
    assert!(html.contains("action=\"/api/confirm_key\""), "{html}");
}

#[test]
fn a_page_that_scripts_take_over_holds_no_secret() {
    assert!(!page(false).contains(SECRET));
}
