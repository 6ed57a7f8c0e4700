//! An account in which every name is a payload.

use super::PAYLOADS;
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
use test_server::{HERE, PASSWORD, TestServer};
use testing::SoftAuthenticator;
use verification::{Call, Route};

/// The account, and the ids and tokens in the paths of its pages.
pub struct Hostile {
    pub owner: Owner,
    pub cookie: String,
    pub key: IssuedKey,
    pub revoked: IssuedKey,
    pub person: String,
    pub passkey: String,
    pub invitation: String,
    pub token: String,
}

/// Returns an e-mail address with what an address may contain of the payload, such as quotes and ampersands.
pub fn email(payload: &str) -> String {
    let allowed = |c: &char| c.is_ascii_alphanumeric() || "!#$%&'*+-=?^_`{|}~".contains(*c);
    let local: String = payload.chars().filter(allowed).collect();
    format!("a{}@x.example", local.to_lowercase())
}

impl Hostile {
    pub async fn settle(server: &TestServer, payload: &str) -> Self {
        let email = email(payload);
        let draft = PersonDraft {
            place: Some(Place::named(payload, payload)),
            email: Email::parse(&email).expect("an address"),
            role: Role::Owner,
            password: PASSWORD.into(),
        };
        server.keyring.people().add(draft).await.expect("added");
        let origin = Origin {
            address: "192.0.2.1".parse().ok(),
            user_agent: payload.into(),
            request_id: payload.into(),
        };
        let signed_in = server
            .keyring
            .sign_in()
            .with_password(&email, PASSWORD, None, &origin)
            .await;
        let Ok(Some(Admission::Session(signed_in))) = signed_in else {
            panic!("{email} is not signed in: {signed_in:?}");
        };
        let session = server.keyring.sessions().find(&signed_in.token).await;
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
        // Enough for the switcher to have a search field.
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
    pub async fn call(&self, server: &TestServer, payload: &str) {
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

    pub fn fill(&self, path: &str) -> String {
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
