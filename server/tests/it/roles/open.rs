//! Pages for people who are not signed in, and the first page of each person.

use super::{APPLICATION_OWNER, add_application_owner};
use domain::{
    account::{Email, Role},
    origin::Origin,
};
use management::{Admission, PersonDraft, Place};
use test_server::{DEVELOPER, FOREIGNER, OWNER, PASSWORD, SUPPORT, TestServer, VIEWER};
use testing::{TestDatabase, each_database};

/// Has a second factor.
const CAREFUL: &str = "careful@northwind.example";

/// The pages (`{token}` is that of a link that works), and for each caller the status, or the beginning of the path to which the page
/// leads: for no session, a sign-in that waits for a code, support, and a member.
pub const OPEN_PAGES: [(&str, [&str; 4]); 11] = [
    ("/", ["/sign-in", "/sign-in", "/support", "/apps/"]),
    ("/sign-in", ["200", "200", "200", "200"]),
    ("/sign-in?after=reset", ["200", "200", "200", "200"]),
    (
        "/sign-in/code",
        [
            "/sign-in?after=expiry",
            "200",
            "/sign-in?after=expiry",
            "/sign-in?after=expiry",
        ],
    ),
    ("/forgot-password", ["200", "200", "200", "200"]),
    // An account exists.
    ("/setup", ["/sign-in", "/sign-in", "/sign-in", "/sign-in"]),
    ("/invite/{token}", ["200", "200", "200", "200"]),
    ("/invite/malformed", ["404", "404", "404", "404"]),
    ("/reset/{token}", ["200", "200", "200", "200"]),
    ("/reset/malformed", ["404", "404", "404", "404"]),
    (
        "/support",
        [
            "/sign-in?next=/support",
            "/sign-in?next=/support",
            "200",
            "404",
        ],
    ),
];

/// The cookies of each caller, and the caller's column.
async fn callers(server: &TestServer) -> Vec<(&'static str, String, usize)> {
    add_application_owner(server).await;
    server.add_support().await;
    let mut callers = vec![
        ("a browser without a session", String::new(), 0),
        (
            CAREFUL,
            format!("latchkey-sign-in={}", pending(server).await),
            1,
        ),
    ];
    for (email, column) in [
        (SUPPORT, 2),
        (FOREIGNER, 3),
        (VIEWER, 3),
        (DEVELOPER, 3),
        (OWNER, 3),
        (APPLICATION_OWNER, 3),
    ] {
        callers.push((
            email,
            format!("latchkey={}", server.token(email).await),
            column,
        ));
    }
    callers
}

/// The token of a sign-in that waits for a code.
async fn pending(server: &TestServer) -> String {
    let draft = PersonDraft {
        place: Some(Place::named("Northwind", "Storefront")),
        email: Email::parse(CAREFUL).expect("an address"),
        role: Role::Viewer,
        password: PASSWORD.into(),
    };
    server.keyring.people().add(draft).await.expect("added");
    let fresh = server.session(CAREFUL).await.fresh().expect("fresh");
    let setup = fresh.begin_enrolment().await.expect("begun");
    let code = setup.secret().code_at(server.keyring.now());
    let origin = Origin::default();
    let codes = fresh.confirm_enrolment(&setup.form, &code, &origin).await;
    codes.expect("works").expect("the right code");
    let admission = server
        .keyring
        .sign_in()
        .with_password(CAREFUL, PASSWORD, None, &origin);
    match admission.await {
        Ok(Some(Admission::CodeRequired(pending))) => pending.token,
        other => panic!("no code is required: {other:?}"),
    }
}

/// Links that work: of an invitation, and for another password.
async fn links(server: &TestServer) -> [(&'static str, String); 2] {
    let account = server.owner().await.account_owner();
    let fresh = account.expect("owns the account").fresh_account_owner();
    let fresh = fresh.expect("signed in a moment ago");
    let email = Email::parse("new@northwind.example").expect("an address");
    let invited = fresh.invite(email, Role::Viewer).await.expect("invited");
    let person = server.session(VIEWER).await.person_id();
    let reset = fresh.reset_link(person).await.expect("works");
    [
        ("/invite/", invited.token),
        ("/reset/", reset.expect("made").token),
    ]
}

each_database!(each_caller_gets_the_open_page_in_the_table);
async fn each_caller_gets_the_open_page_in_the_table(database: TestDatabase) {
    let server = TestServer::with_users_on(database).await;
    let links = links(&server).await;
    let callers = callers(&server).await;
    for (page, expected) in OPEN_PAGES {
        let mut path = page.to_owned();
        for (start, token) in &links {
            if path.starts_with(start) {
                path = path.replace("{token}", token);
            }
        }
        for (who, cookie, column) in &callers {
            let headers = [("accept", "text/html"), ("cookie", cookie.as_str())];
            let answer = server.get(&path, &headers).await;
            let (status, location) = (answer.status.as_str(), answer.header("location"));
            let expected = expected[*column];
            if expected.starts_with('/') {
                assert_eq!(status, "302", "{page} for {who}");
                assert!(
                    location.starts_with(expected),
                    "{page} for {who}: {location}"
                );
            } else {
                assert_eq!(status, expected, "{page} for {who}");
            }
            let is_own = page.contains("{token}") || *column > 1;
            assert!(
                is_own || !answer.body.contains("Northwind"),
                "{page} for {who}"
            );
        }
    }
}
