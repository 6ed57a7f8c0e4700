//! Texts of people and callers never become markup.

mod document;
mod translation;

use document::{Document, Form};
use domain::{
    account::{Email, Role},
    key::{
        Environment, KeyDraft,
        expiry::Expiry,
        ip_rule::IpRules,
        issued::IssuedKey,
        name::{Description, KeyName},
        scope::ScopeSet,
        token::format_secret,
    },
    origin::Origin,
    passkey::PasskeyName,
    profile::{DisplayName, Profile},
    security::EventFilter,
};
use management::{Admission, Issue, Owner, PasskeyAnswer, PersonDraft, Place, Session, Zone};
use server::dashboard::pages;
use std::collections::BTreeSet;
use test_server::{Answer, HERE, PASSWORD, TestServer};
use testing::SoftAuthenticator;
use verification::{Call, Route};

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

/// An account in which every name is a payload.
struct Hostile {
    owner: Owner,
    cookie: String,
    key: IssuedKey,
    revoked: IssuedKey,
    person: String,
    passkey: String,
    invitation: String,
    token: String,
}

/// Returns an e-mail address with what an address may contain of the payload, such as quotes and ampersands.
fn email(payload: &str) -> String {
    let allowed = |c: &char| c.is_ascii_alphanumeric() || "!#$%&'*+-=?^_`{|}~".contains(*c);
    let local: String = payload.chars().filter(allowed).collect();
    format!("a{}@x.example", local.to_lowercase())
}

impl Hostile {
    async fn settle(server: &TestServer, payload: &str) -> Self {
        let email = email(payload);
        let draft = PersonDraft {
            place: Some(Place::named(payload, payload)),
            email: Email::parse(&email).expect("an address"),
            role: Role::Owner,
            password: PASSWORD.into(),
        };
        server.keyring.add_person(draft).await.expect("added");
        let origin = Origin {
            address: "192.0.2.1".parse().ok(),
            user_agent: payload.into(),
            request_id: payload.into(),
        };
        let signed_in = server
            .keyring
            .sign_in(&email, PASSWORD, None, &origin)
            .await;
        let Ok(Some(Admission::Session(signed_in))) = signed_in else {
            panic!("{email} is not signed in: {signed_in:?}");
        };
        let session = server.keyring.session(&signed_in.token).await;
        let session = session.expect("a database").expect("a session");
        let app = session.applications().await.expect("a database")[0].id;
        let owner = session.owner(app, origin).await.expect("an owner");
        let key = issue(server, &owner, payload).await;
        let revoked = issue(server, &owner, payload).await;
        owner
            .revoke(revoked.id, payload.into())
            .await
            .expect("revoked");
        let draft = owner.key(key.id).await.expect("there").draft();
        let fresh = owner.fresh().expect("signed in a moment ago");
        fresh
            .issue(draft, server.keyring.new_idempotency_key())
            .await
            .expect("a third key");
        let invited = Email::parse(&format!("new{email}")).expect("an address");
        let account = owner.account_owner().expect("owns the account");
        let account = account.fresh_account_owner().expect("fresh");
        // So many that they can be searched.
        for n in 1..7 {
            let created = account.create_application(format!("{payload} {n}"), Zone::default());
            created.await.expect("created");
        }
        let invited = account.invite(invited, Role::Viewer).await;
        let invitations = account.invitations().await.expect("invitations");
        let profile = Profile {
            name: DisplayName::parse(payload).expect("a name"),
            ..Profile::default()
        };
        let changed = session.change_profile(profile, &Origin::default()).await;
        changed.expect("a name");
        let passkey = add_passkey(&session, payload).await;
        let hostile = Self {
            passkey,
            cookie: format!(
                "latchkey={}; latchkey-device={}",
                signed_in.token, signed_in.device
            ),
            person: owner.members().await.expect("members")[0].id.to_string(),
            invitation: invitations[0].id.to_string(),
            token: invited.expect("an invitation").token,
            owner,
            key,
            revoked,
        };
        hostile.call(server, payload).await;
        hostile
    }

    /// Makes calls for the pages: accepted, refused, with a wrong secret and from a browser.
    async fn call(&self, server: &TestServer, payload: &str) {
        let wrong = format_secret(Environment::Live, &[9; 32]);
        for (key, secret, browser) in [
            (&self.key, self.key.secret.as_str(), false),
            (&self.key, self.key.secret.as_str(), true),
            (&self.key, wrong.as_str(), false),
            (&self.revoked, self.revoked.secret.as_str(), false),
        ] {
            let id = key.id.to_string();
            for _ in 0..3 {
                server.keyring.verify(&Call {
                    key: &id,
                    secret,
                    address: "192.0.2.1".parse().ok(),
                    scopes: ScopeSet::default(),
                    user_agent: payload,
                    route: Route {
                        method: payload,
                        path: payload,
                    },
                    within: None,
                    request_id: payload,
                    browser,
                });
            }
        }
        server
            .keyring
            .telemetry()
            .write_decisions()
            .await
            .expect("written");
        server
            .keyring
            .telemetry()
            .flush_usage()
            .await
            .expect("written");
        server
            .keyring
            .telemetry()
            .write_events()
            .await
            .expect("written");
        let events = self
            .owner
            .security_events(&EventFilter::default(), None)
            .await;
        let first = events.expect("read").rows.first().expect("an event").id;
        self.owner
            .acknowledge(first, payload)
            .await
            .expect("acknowledged");
    }

    fn fill(&self, path: &str) -> String {
        path.replace("{app}", &self.owner.application().id.to_string())
            .replace("{key}", &self.key.id.to_string())
            .replace("{person}", &self.person)
            .replace("{passkey}", &self.passkey)
            .replace("{invitation}", &self.invitation)
            .replace("{token}", &self.token)
    }
}

/// Adds a passkey with the payload as its name, and returns its id.
async fn add_passkey(session: &Session, payload: &str) -> String {
    let seed = PAYLOADS.iter().position(|other| *other == payload);
    let seed = seed.and_then(|at| u8::try_from(at + 1).ok()).unwrap_or(99);
    let fresh = session.fresh().expect("signed in a moment ago");
    let challenge = fresh.begin_passkey().await.expect("offered");
    let credential = SoftAuthenticator::new(seed, HERE).create(&challenge.options);
    let answer = PasskeyAnswer {
        handle: &challenge.handle,
        credential: &credential,
    };
    let name = PasskeyName::parse(payload).expect("a name");
    let added = fresh.add_passkey(answer, name, &Origin::default()).await;
    added.expect("added");
    let factor = session.second_factor().await.expect("read").expect("on");
    factor.passkeys[0].id.to_string()
}

async fn issue(server: &TestServer, owner: &Owner, payload: &str) -> IssuedKey {
    let draft = KeyDraft {
        name: KeyName::parse(payload).expect("a name"),
        description: Description::parse(&PAYLOADS.join("\n")).expect("a description"),
        environment: Environment::Live,
        scopes: ScopeSet::one("invoice:read").expect("known"),
        expiry: Expiry::of_choice("90", owner.now()).expect("a choice"),
        ip_rules: IpRules::default(),
        rate_limit: None,
    };
    let fresh = owner.fresh().expect("signed in a moment ago");
    match fresh
        .issue(draft, server.keyring.new_idempotency_key())
        .await
    {
        Ok(Issue::New(issued)) => issued,
        other => panic!("no key: {other:?}"),
    }
}

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
    server.keyring.add_person(draft).await.expect("added");
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
