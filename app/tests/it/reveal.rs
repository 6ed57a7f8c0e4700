//! The secret, in sight once.

use app::{part::key::SecretReveal, ui::Dialog};
use domain::key::{Environment, issued::IssuedKey, name::KeyName, token::KeyId};
use leptos::prelude::*;
use leptos_router::{components::Router, location::RequestUrl};

const SECRET: &str = "ast_the_secret";

fn page() -> String {
    let owner = Owner::new();
    owner.with(|| {
        provide_context(RequestUrl::new("/apps/1/settings/api-keys/new"));
        let issued = IssuedKey {
            id: KeyId::from_number(Environment::Test, 7),
            name: KeyName::parse("Checkout").expect("valid"),
            environment: Environment::Test,
            secret: SECRET.into(),
        };
        view! {
            <Router>
                <Dialog id="reveal" title="Save your credentials" wide=true>
                    <SecretReveal
                        app="1".into()
                        issued
                        gate="http://127.0.0.1:3000".into()
                        back="/".into()
                    />
                </Dialog>
            </Router>
        }
        .to_html()
    })
}

#[test]
fn the_page_contains_the_secret_once_and_no_island_does() {
    let html = page();
    assert_eq!(html.matches(SECRET).count(), 1, "{html}");
    assert!(html.contains(&format!("value=\"{SECRET}\"")), "{html}");
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
