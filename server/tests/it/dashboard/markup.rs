//! Texts of people and callers never become markup.

mod document;
mod hostile;
mod translation;

use document::{Document, Form};
use domain::account::{Email, Role};
use hostile::{Hostile, email};
use management::PersonDraft;
use server::dashboard::pages;
use std::collections::BTreeSet;
use test_server::{Answer, PASSWORD, TestServer};

const HTML: (&str, &str) = ("accept", "text/html,application/xhtml+xml");

/// Each becomes an element, an attribute or a comment if it is not escaped. The first one closes every element
/// whose content is not parsed as HTML.
const PAYLOADS: [&str; 6] = [
    "'\"></title></textarea></script></style></noscript><xss>",
    "</title><meta http-equiv=refresh content=0;url=//evil.example>",
    "\" xss=1 ' xss=1 ` xss=1 --><!><xss/xss=1>",
    "&lt;xss&gt;&quot; xss=1 &#60;xss&#62;</option></select><xss>",
    "javascript:xss()//</template></svg>]]><svg/onload=xss()>",
    "\"><svg onload=xss()><!--<script>\\u003cxss\\u003e",
];

/// Every query parameter of the pages.
const QUERY: [&str; 28] = [
    "method",
    "applications",
    "search",
    "status",
    "environment",
    "notable",
    "sort",
    "dir",
    "cursor",
    "window",
    "from",
    "until",
    "zone",
    "key",
    "kind",
    "severity",
    "state",
    "outcome",
    "before",
    "request",
    "try",
    "address",
    "scope",
    "at",
    "person",
    "action",
    "keys",
    "reason",
];

/// Returns a path with the payload in every query parameter.
fn with_query(path: &str, payload: &str) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(QUERY.map(|name| (name, payload)));
    format!("{path}?{}", query.finish())
}

#[tokio::test]
async fn no_name_becomes_markup_on_any_page() {
    let server = TestServer::new().await;
    let paths = pages::paths();
    assert!(paths.len() > 20, "the routes are known: {paths:?}");
    for payload in PAYLOADS {
        let hostile = Hostile::settle(&server, payload).await;
        let lines = [HTML, ("cookie", hostile.cookie.as_str())];
        for path in &paths {
            let filled = hostile.fill(path);
            assert!(
                !filled.contains('{'),
                "{filled} has a part that is not filled in"
            );
            for address in [filled.clone(), with_query(&filled, payload)] {
                let answer = server.get(&address, &lines).await;
                let document = parse_without_markup(&address, &answer);
                if path.starts_with("/apps/") && answer.status.is_success() {
                    let title = document.title.expect("a title");
                    assert!(title.contains(payload), "{address}: “{title}”");
                }
            }
        }
        let support = look(&server, payload).await;
        assert!(support.texts.contains(payload), "support sees the name");
    }
}

#[tokio::test]
async fn no_page_carries_what_its_resources_read_or_a_secret() {
    let server = TestServer::new().await;
    let hostile = Hostile::settle(&server, PAYLOADS[0]).await;
    let lines = [HTML, ("cookie", hostile.cookie.as_str())];
    for path in pages::paths() {
        let body = server.get(&hostile.fill(&path), &lines).await.body;
        for (list, empty) in [("RESOLVED", "={};"), ("PENDING", "=[];")] {
            for (n, rest) in body.split(&format!("__{list}_RESOURCES")).enumerate() {
                assert!(n == 0 || rest.starts_with(empty), "{path}: {rest}");
            }
        }
        assert!(!body.contains(&hostile.key.secret), "{path}");
        for cookie in hostile.cookie.split("; ") {
            let (name, token) = cookie.split_once('=').expect("a pair");
            assert!(!body.contains(token), "{name} on {path}");
        }
    }
}

/// The page of support's search.
async fn look(server: &TestServer, payload: &str) -> Document {
    let email = format!("support-{}", email(payload));
    let draft = PersonDraft {
        place: None,
        email: Email::parse(&email).expect("an address"),
        role: Role::Support,
        password: PASSWORD.into(),
    };
    server.keyring.people().add(draft).await.expect("added");
    let cookie = format!("latchkey={}", server.token(&email).await);
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.extend_pairs([("page", "/support"), ("what", payload), ("reason", payload)]);
    let lines = [HTML, ("cookie", cookie.as_str())];
    let answer = server
        .post("/api/support_look", &lines, &form.finish())
        .await;
    parse_without_markup("/api/support_look", &answer)
}

#[tokio::test]
async fn no_field_becomes_markup_when_a_form_is_shown_again() {
    let server = TestServer::new().await;
    let payload = PAYLOADS[0];
    let hostile = Hostile::settle(&server, payload).await;
    let lines = [HTML, ("cookie", hostile.cookie.as_str())];
    let mut forms = BTreeSet::new();
    for path in pages::paths() {
        let path = hostile.fill(&path);
        // The forms for signed-out visitors are found without the cookie.
        for lines in [&lines[..], &lines[..1]] {
            let answer = server.get(&path, lines).await;
            let found = parse_without_markup(&path, &answer).forms.into_iter();
            forms.extend(found.map(|form| (path.clone(), form)));
        }
    }
    let functions: BTreeSet<_> = forms.iter().map(|(_, form)| form.action.clone()).collect();
    assert!(functions.len() > 12, "the forms are found: {functions:?}");
    let mut shown_again = 0;
    // Functions that change the session come last.
    let last = |form: &Form| {
        let ends = ["sign_out", "sign_out_everywhere", "end_session"];
        ends.iter().any(|name| form.action.ends_with(name))
    };
    let (last, first): (Vec<_>, Vec<_>) = forms.iter().partition(|(_, form)| last(form));
    for (path, form) in first.into_iter().chain(last) {
        for text in [payload.to_owned(), PAYLOADS.join("\n")] {
            let mut body = form_urlencoded::Serializer::new(String::new());
            body.append_pair("page", path);
            for (name, hidden) in &form.fields {
                body.append_pair(name, hidden.as_ref().unwrap_or(&text));
            }
            let answer = server.post(&form.action, &lines, &body.finish()).await;
            let document = parse_without_markup(&format!("{} on {path}", form.action), &answer);
            shown_again +=
                usize::from(document.texts.contains(payload) || document.values.contains(payload));
        }
    }
    assert!(
        shown_again > 12,
        "{shown_again} answers show what was typed"
    );
}

/// Returns the document, and fails if a payload has become markup.
fn parse_without_markup(address: &str, answer: &Answer) -> Document {
    let document = Document::read(&answer.body);
    assert!(
        document.foreign.is_empty(),
        "{address}: {:?}",
        document.foreign
    );
    assert!(
        !answer.body.to_lowercase().contains("<xss"),
        "{address} holds a raw payload"
    );
    document
}
