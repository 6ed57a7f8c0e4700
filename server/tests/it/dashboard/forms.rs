//! Forms that change keys, sent without JavaScript: errors are shown and no input is lost.

mod answers;
mod edit;

use domain::{
    key::{
        filter::{KeyFilter, KeyQuery},
        issued::IssuedKey,
    },
    time::{DAY, HOUR, MINUTE, Timestamp},
};
use management::Owner;
use test_server::{Answer, FOREIGNER, OWNER, PASSWORD, TestServer};

const HTML: (&str, &str) = ("accept", "text/html,application/xhtml+xml");

/// The owner's browser on a page.
struct Browser {
    server: TestServer,
    owner: Owner,
    cookie: String,
    app: String,
}

impl Browser {
    async fn new() -> Self {
        let server = TestServer::with_users().await;
        let owner = server.owner().await;
        Self {
            cookie: format!("latchkey={}", server.token(OWNER).await),
            app: owner.application().id.to_string(),
            owner,
            server,
        }
    }

    async fn send(&self, function: &str, page: &str, fields: &[(&str, &str)]) -> Answer {
        let referer = format!(
            "http://localhost:3000/apps/{}/settings/api-keys/{page}",
            self.app
        );
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("app", &self.app);
        form.extend_pairs(fields);
        self.server
            .post(
                &format!("/api/{function}"),
                &[HTML, ("referer", &referer), ("cookie", &self.cookie)],
                &form.finish(),
            )
            .await
    }

    /// Posts the form for a new key with some fields changed.
    async fn create(&self, different: &[(&str, &str)]) -> Answer {
        let once = self.server.keyring.new_idempotency_key().to_string();
        let right = [
            ("name", "Checkout"),
            ("description", "for the <till>"),
            ("environment", "live"),
            ("scopes[]", "invoice:read"),
            ("expiration", "90"),
            ("expires_on", ""),
            ("allowed_ips", "10.0.0.0/8"),
            ("rate_requests", "100"),
            ("rate_window", "minute"),
            ("once", &once),
        ];
        self.send("create_key", "new", &with(&right, different))
            .await
    }

    /// Posts the form of a key with some fields changed.
    async fn edit(&self, key: &IssuedKey, seen: &str, different: &[(&str, &str)]) -> Answer {
        let id = key.id.to_string();
        let right = [
            ("key", id.as_str()),
            ("seen", seen),
            ("name", "Checkout"),
            ("description", ""),
            ("scopes[]", "invoice:read"),
            ("expiration", "keep"),
            ("expires_on", ""),
            ("allowed_ips", ""),
            ("rate_requests", ""),
            ("rate_window", "minute"),
            ("reviewed", ""),
        ];
        self.send("edit_key", &format!("{id}/edit"), &with(&right, different))
            .await
    }

    async fn keys(&self) -> i64 {
        let all = KeyFilter::default();
        self.owner.count_keys(&all).await.expect("counted").count
    }

    async fn revision(&self, key: &IssuedKey) -> String {
        let key = self.owner.key(key.id).await.expect("there");
        key.draft().revision()
    }
}

fn with<'a>(
    right: &[(&'a str, &'a str)],
    different: &[(&'a str, &'a str)],
) -> Vec<(&'a str, &'a str)> {
    let mut fields = right.to_vec();
    for (name, value) in different {
        for field in fields.iter_mut().filter(|field| field.0 == *name) {
            field.1 = value;
        }
        if !fields.iter().any(|field| field.0 == *name) {
            fields.push((name, value));
        }
    }
    fields
}

/// Returns the value of a hidden field of the page.
fn hidden(answer: &Answer, name: &str) -> String {
    let (_, rest) = answer
        .body
        .split_once(&format!("name=\"{name}\" value=\""))
        .unwrap_or_else(|| panic!("no {name} in {}", answer.body));
    rest.split('"').next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn an_invalid_form_is_shown_again_with_its_errors_and_nothing_is_saved() {
    let browser = Browser::new().await;
    let long = "n".repeat(10_000);
    let many = (0..101)
        .map(|n| format!("203.0.{n}.1"))
        .collect::<Vec<_>>()
        .join("\r\n");
    for (field, value, says) in [
        (
            "name",
            long.as_str(),
            "up to 64 characters. You entered 10000",
        ),
        ("name", "Safe \u{202E}yek", "invisible character (U+202E)"),
        ("name", "a\u{200B}b", "invisible character (U+200B)"),
        ("name", "", "Enter a name"),
        ("description", &long, "up to 500 characters. You entered"),
        ("environment", "moon", "Choose Live or Test"),
        (
            "scopes[]",
            "invoice:everything",
            "Unknown scope “invoice:everything”",
        ),
        ("scopes[]", "<script>", "Unknown scope “&lt;script&gt;”"),
        ("expiration", "91", "Choose an expiration"),
        ("expiration", "keep", "Choose an expiration"),
        ("expiration", "custom", "Enter the last day"),
        ("allowed_ips", &many, "Enter up to 100 IP addresses"),
        (
            "allowed_ips",
            "10.0.0.0/8 <b>x</b>",
            "“&lt;b&gt;x&lt;/b&gt;” isn't an IP address",
        ),
        ("rate_requests", "-5", "whole number from 1"),
        (
            "rate_requests",
            "99999999999999999999",
            "whole number from 1",
        ),
        ("rate_window", "fortnight", "Choose per second"),
        ("once", "not-a-uuid", "Part of the form is missing"),
    ] {
        let answer = browser.create(&[(field, value)]).await;
        let shown: String = value.chars().take(20).collect();
        assert_eq!(answer.status.as_u16(), 422, "{field}={shown}");
        assert!(answer.body.contains(says), "{field}={shown}: {says}");
        assert!(
            answer.body.contains("for the &lt;till&gt;") || field == "description",
            "{field}={shown}: what was typed elsewhere is lost"
        );
        assert!(!answer.body.contains("<b>x</b>") && !answer.body.contains("asl_"));
        assert_eq!(browser.keys().await, 0, "{field}={shown}");
    }
}

#[tokio::test]
async fn an_invalid_date_is_reported_beside_its_field() {
    let browser = Browser::new().await;
    for day in [
        "0000-00-00",
        "1969-12-31",
        "2020-01-01",
        "9999-12-31",
        "2027-02-30",
        "tomorrow",
    ] {
        let answer = browser
            .create(&[("expiration", "custom"), ("expires_on", day)])
            .await;
        assert_eq!(answer.status.as_u16(), 422, "{day}");
        assert!(answer.body.contains("id=\"expires_on-error\""), "{day}");
        assert!(answer.body.contains(&format!("value=\"{day}\"")), "{day}");
    }
    assert_eq!(browser.keys().await, 0);
}

#[tokio::test]
async fn a_custom_expiration_ends_with_its_day_in_the_zone_of_the_application() {
    let browser = Browser::new().await;
    let kiritimati = management::Zone::parse("Pacific/Kiritimati").expect("a zone");
    browser
        .owner
        .fresh_owner()
        .expect("just signed in")
        .change_application("Storefront".to_owned(), kiritimati)
        .await
        .expect("changed");
    let day = browser.owner.now().plus(10 * DAY).date_text();
    let answer = browser
        .create(&[("expiration", "custom"), ("expires_on", &day)])
        .await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.body);
    let page = browser
        .owner
        .keys(&KeyQuery::default())
        .await
        .expect("read");
    let expires_at = page.rows[0].expires_at.expect("an end");
    // Kiritimati is 14 hours ahead of UTC.
    let midnight = Timestamp::parse_date(&day).expect("a date").plus(DAY);
    assert_eq!(expires_at, midnight.plus(-14 * HOUR - 1));
    let path = format!("/apps/{}/settings/api-keys", browser.app);
    let list = browser
        .server
        .get(&path, &[("cookie", &browser.cookie)])
        .await;
    let shown = Timestamp::parse_date(&day).expect("a date").readable_date();
    assert!(
        list.body.contains(&shown),
        "{shown} is the day that was entered"
    );
}

#[tokio::test]
async fn markup_in_a_name_is_text() {
    let browser = Browser::new().await;
    let name = "<img src=x onerror=alert(1)>";
    let answer = browser.create(&[("name", name)]).await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.body);
    let list = format!("/apps/{}/settings/api-keys", browser.app);
    let lines = [HTML, ("cookie", browser.cookie.as_str())];
    let page = browser.server.get(&list, &lines).await;
    assert!(page.body.contains("&lt;img src=x"), "{}", page.body);
    assert!(!page.body.contains("<img src=x"));
}

#[tokio::test]
async fn an_idempotency_key_of_another_account_does_not_reveal_its_key() {
    let browser = Browser::new().await;
    let once = browser.server.keyring.new_idempotency_key();
    let theirs = browser.server.session(FOREIGNER).await;
    let app = browser.server.application(FOREIGNER).await;
    let editor = theirs
        .editor(app, domain::origin::Origin::default())
        .await
        .expect("owns it");
    let key = browser.server.key(&browser.owner, "invoice:read", "").await;
    let draft = browser.owner.key(key.id).await.expect("there").draft();
    let foreign = editor
        .fresh()
        .expect("signed in a moment ago")
        .issue(draft, once)
        .await;
    let Ok(management::Issue::New(foreign)) = foreign else {
        panic!("no key: {foreign:?}");
    };
    let answer = browser.create(&[("once", &once.to_string())]).await;
    assert_eq!(answer.status.as_u16(), 200);
    assert!(answer.body.contains("Save your credentials"));
    assert!(!answer.body.contains(&foreign.id.to_string()));
}

#[tokio::test]
async fn an_old_session_is_asked_for_the_password_in_the_same_form() {
    let browser = Browser::new().await;
    browser.server.clock.advance(11 * MINUTE);
    let asked = browser.create(&[]).await;
    assert_eq!(asked.status.as_u16(), 403, "{}", asked.body);
    assert!(asked.body.contains("name=\"password\""), "{}", asked.body);
    assert!(
        asked.body.contains("value=\"Checkout\""),
        "the name is lost"
    );
    assert!(asked.body.contains("10.0.0.0/8"), "the addresses are lost");
    let wrong = browser.create(&[("password", "not my password")]).await;
    assert_eq!(wrong.status.as_u16(), 422);
    assert!(
        wrong.body.contains("id=\"password-error\""),
        "{}",
        wrong.body
    );
    assert!(!wrong.body.contains("not my password"));
    assert_eq!(browser.keys().await, 0);
    let right = browser.create(&[("password", PASSWORD)]).await;
    assert_eq!(right.status.as_u16(), 200, "{}", right.body);
    assert!(right.body.contains("Save your credentials"));
    assert_eq!(browser.keys().await, 1);
}
