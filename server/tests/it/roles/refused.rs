//! Callers without a role: support, a disabled person, an ended session, an API key. A refused call changes
//! nothing in the database.

use super::{CALLERS, FILES, LIVE, PAGES, TABLE, add_application_owner, fill, pages};
use crate::database::{Database, changed};
use domain::{
    account::{Email, Role},
    time::MINUTE,
};
use management::{PersonDraft, Place};
use test_server::{Answer, OWNER, PASSWORD, TestServer};
use testing::{TestDatabase, each_database};

const SUPPORT: &str = "help@latchkey.example";
/// An owner who is disabled.
const DISABLED: &str = "former@northwind.example";
const JSON: (&str, &str) = ("accept", "application/json");
const HTML: (&str, &str) = ("accept", "text/html");

/// The responses for support of functions without an application. Every other function responds 404.
const TO_SUPPORT: [(&str, u16); 30] = [
    ("sign_in", 200),
    ("sign_out", 200),
    ("set_up", 409),
    ("set_theme", 200),
    ("accept_invitation", 404),
    ("reset_password", 404),
    ("confirm_password", 200),
    ("save_profile", 200),
    ("save_notifications", 200),
    // Without a mail server.
    ("request_reset", 404),
    ("change_email", 403),
    ("change_password", 403),
    ("end_session", 404),
    ("end_other_sessions", 200),
    ("sign_out_everywhere", 200),
    ("support_look", 200),
    ("enter_sign_in_code", 401),
    ("start_two_factor", 200),
    ("confirm_two_factor", 422),
    ("renew_recovery_codes", 409),
    ("turn_off_two_factor", 409),
    ("start_passkey", 200),
    ("add_passkey", 422),
    ("rename_passkey", 404),
    ("remove_passkey", 404),
    ("remove_authenticator", 422),
    ("sign_in_with_passkey", 422),
    ("answer_sign_in", 401),
    ("confirm_with_passkey", 422),
    ("unlink_identity", 404),
];

/// A server and callers without a role, by the headers that they send.
struct Callers {
    server: TestServer,
    database: Database,
    owner: management::Owner,
    /// Callers without a valid session.
    nobodies: Vec<(&'static str, Vec<(&'static str, String)>)>,
}

impl Callers {
    async fn new(database: TestDatabase) -> Self {
        let server = TestServer::with_users_on(database).await;
        for (email, role, place) in [
            (SUPPORT, Role::Support, None),
            (
                DISABLED,
                Role::Owner,
                Some(Place::named("Northwind", "Storefront")),
            ),
        ] {
            let draft = PersonDraft {
                place,
                email: Email::parse(email).expect("an address"),
                role,
                password: PASSWORD.into(),
            };
            server.keyring.people().add(draft).await.expect("added");
        }
        add_application_owner(&server).await;
        let cookie = |token: &str| vec![("cookie", format!("latchkey={token}"))];
        let ended = cookie(&server.token(OWNER).await);
        server.clock.advance(31 * MINUTE);
        let disabled = cookie(&server.token(DISABLED).await);
        let database = Database::at(&server.url).await;
        let disable = format!("UPDATE person SET disabled_at = 1 WHERE email = '{DISABLED}'");
        assert_eq!(database.run(&disable).await, 1);
        let owner = server.owner().await;
        let key = server.key(&owner, "key:verify", "").await;
        let key = vec![
            ("x-client-key", key.id.to_string()),
            ("x-client-secret", key.secret),
        ];
        let nobodies = vec![
            ("a disabled person", disabled),
            ("an ended session", ended),
            ("an API key", key),
            ("a made-up session", cookie(&"0".repeat(64))),
        ];
        Self {
            server,
            database,
            owner,
            nobodies,
        }
    }

    /// Calls, and checks that a refused call has changed nothing.
    async fn call(
        &self,
        path: &str,
        lines: &[(&str, String)],
        accept: (&str, &str),
        form: Option<&str>,
    ) -> Answer {
        let before = self.database.rows().await;
        let mut all = vec![accept];
        all.extend(lines.iter().map(|(name, value)| (*name, value.as_str())));
        let answer = match form {
            Some(form) => self.server.post(path, &all, form).await,
            None => self.server.get(path, &all).await,
        };
        if form.is_none() || !answer.status.is_success() {
            assert_eq!(
                changed(&before, &self.database.rows().await),
                Vec::<String>::new(),
                "{path}: {}",
                answer.status
            );
        }
        answer
    }
}

each_database!(without_a_session_every_function_refuses_and_changes_nothing);
async fn without_a_session_every_function_refuses_and_changes_nothing(database: TestDatabase) {
    let callers = Callers::new(database).await;
    assert!(CALLERS[0].is_none(), "the first column has no session");
    for (name, form, expected) in TABLE {
        // Refused calls change nothing, so that all may concern the same objects.
        let form = fill(&callers.server, &callers.owner, form).await;
        for (who, lines) in &callers.nobodies {
            let answer = callers
                .call(&format!("/api/{name}"), lines, JSON, Some(&form))
                .await;
            assert_eq!(answer.status.as_u16(), expected[0], "{name} by {who}");
        }
    }
}

each_database!(support_reaches_no_account_by_any_function);
async fn support_reaches_no_account_by_any_function(database: TestDatabase) {
    let callers = Callers::new(database).await;
    for (name, form, _) in TABLE {
        // Its answer depends on the purpose, and not on who asks.
        if *name == "ask_passkey" {
            continue;
        }
        let listed = TO_SUPPORT.iter().find(|(known, _)| known == name);
        assert!(
            listed.is_some() || form.contains("app={"),
            "the response for support of {name} is not listed"
        );
        let expected = listed.map_or(404, |(_, status)| *status);
        let cookie = vec![(
            "cookie",
            format!("latchkey={}", callers.server.token(SUPPORT).await),
        )];
        let form = fill(&callers.server, &callers.owner, form).await;
        let answer = callers
            .call(&format!("/api/{name}"), &cookie, JSON, Some(&form))
            .await;
        assert_eq!(answer.status.as_u16(), expected, "{name}: {form}");
    }
}

each_database!(without_a_role_no_page_and_no_file_of_an_account_is_visible);
async fn without_a_role_no_page_and_no_file_of_an_account_is_visible(database: TestDatabase) {
    let callers = Callers::new(database).await;
    let key = callers.server.key(&callers.owner, "invoice:read", "").await;
    let app = callers.owner.application().id.to_string();
    let support = vec![(
        "cookie",
        format!("latchkey={}", callers.server.token(SUPPORT).await),
    )];
    for path in PAGES.iter().chain(FILES).map(|row| row.0).chain([LIVE]) {
        let path = pages::path(&app, path)
            .replace("{key}", &key.id.to_string())
            .replace("{person}", pages::MISSING_ID)
            .replace("{invitation}", pages::MISSING_ID);
        for (who, lines) in &callers.nobodies {
            let answer = callers.call(&path, lines, HTML, None).await;
            if path.ends_with(LIVE) {
                assert_eq!(answer.status.as_u16(), 401, "{path} for {who}");
            } else {
                assert!(
                    answer.status.is_redirection(),
                    "{path} for {who}: {}",
                    answer.status
                );
                assert!(
                    answer.header("location").starts_with("/sign-in"),
                    "{path} for {who}"
                );
            }
            assert!(!answer.body.contains("Storefront"), "{path} for {who}");
        }
        let answer = callers.call(&path, &support, HTML, None).await;
        assert_eq!(answer.status.as_u16(), 404, "{path} for support");
        assert!(!answer.body.contains("Storefront"), "{path} for support");
    }
}

each_database!(a_call_with_an_insufficient_role_changes_nothing);
async fn a_call_with_an_insufficient_role_changes_nothing(database: TestDatabase) {
    let callers = Callers::new(database).await;
    let mut cookies = Vec::new();
    for caller in CALLERS {
        cookies.push(match caller {
            None => vec![],
            Some(email) => vec![(
                "cookie",
                format!("latchkey={}", callers.server.token(email).await),
            )],
        });
    }
    let mut refusals = 0;
    for (name, form, expected) in TABLE {
        let form = fill(&callers.server, &callers.owner, form).await;
        let refused = expected
            .iter()
            .enumerate()
            .filter(|(_, status)| **status >= 400);
        for (caller, status) in refused {
            let answer = callers
                .call(&format!("/api/{name}"), &cookies[caller], JSON, Some(&form))
                .await;
            let who = CALLERS[caller];
            assert_eq!(answer.status.as_u16(), *status, "{name} by {who:?}");
            refusals += 1;
        }
    }
    assert!(refusals > 50, "{refusals}");
}
