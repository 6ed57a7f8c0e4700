//! Forms that change keys, sent without JavaScript: errors are shown and no input is lost.

use domain::{
    key::{filter::KeyFilter, issued::IssuedKey},
    time::MINUTE,
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

#[tokio::test]
async fn a_change_is_shown_before_it_is_saved() {
    let browser = Browser::new().await;
    let key = browser.server.key(&browser.owner, "invoice:read", "").await;
    let seen = browser.revision(&key).await;
    let change = [("name", "Till"), ("scopes[]", "invoice:update")];
    let shown = browser.edit(&key, &seen, &change).await;
    assert_eq!(shown.status.as_u16(), 200, "{}", shown.body);
    for words in [
        "Review your changes, then save.",
        "name from “Checkout” to “Till”",
        "grants invoice:update",
        "no longer grants invoice:read",
        "value=\"Till\"",
    ] {
        assert!(shown.body.contains(words), "{words}: {}", shown.body);
    }
    assert_eq!(browser.revision(&key).await, seen, "nothing is saved");
    let reviewed = hidden(&shown, "reviewed");
    // The values differ from those of the confirmation, so the confirmation is shown again.
    let other = with(
        &change,
        &[("allowed_ips", "10.0.0.0/8"), ("reviewed", &reviewed)],
    );
    let again = browser.edit(&key, &seen, &other).await;
    assert!(
        again.body.contains("allows only 10.0.0.0/8"),
        "{}",
        again.body
    );
    assert_eq!(browser.revision(&key).await, seen, "nothing is saved");
    let saved = browser
        .edit(&key, &seen, &with(&change, &[("reviewed", &reviewed)]))
        .await;
    assert_eq!(saved.status.as_u16(), 303, "{}", saved.body);
    assert!(saved.header("location").ends_with(&key.id.to_string()));
    let after = browser.owner.key(key.id).await.expect("there");
    assert_eq!(
        (after.name.as_str(), after.scopes.to_string().as_str()),
        ("Till", "invoice:update")
    );
}

#[tokio::test]
async fn a_change_asks_an_old_session_for_the_password_only_if_it_widens_access() {
    let browser = Browser::new().await;
    let key = browser.server.key(&browser.owner, "invoice:read", "").await;
    let seen = browser.revision(&key).await;
    browser.server.clock.advance(11 * MINUTE);
    let wider = [("allowed_ips", "10.0.0.0/8"), ("expiration", "never")];
    let shown = browser.edit(&key, &seen, &wider).await;
    assert!(shown.body.contains("name=\"password\""), "{}", shown.body);
    let reviewed = hidden(&shown, "reviewed");
    let wider = with(&wider, &[("reviewed", &reviewed)]);
    let asked = browser.edit(&key, &seen, &wider).await;
    assert_eq!(asked.status.as_u16(), 403, "{}", asked.body);
    assert!(asked.body.contains("id=\"password-error\""));
    assert_eq!(browser.revision(&key).await, seen);
    let narrower = [("allowed_ips", "10.0.0.0/8")];
    let shown = browser.edit(&key, &seen, &narrower).await;
    assert!(!shown.body.contains("name=\"password\""), "{}", shown.body);
    let reviewed = hidden(&shown, "reviewed");
    let saved = browser
        .edit(&key, &seen, &with(&narrower, &[("reviewed", &reviewed)]))
        .await;
    assert_eq!(saved.status.as_u16(), 303, "{}", saved.body);
    let seen = browser.revision(&key).await;
    let back = [("reviewed", "live"), ("password", PASSWORD)];
    let saved = browser.edit(&key, &seen, &back).await;
    assert_eq!(saved.status.as_u16(), 303, "{}", saved.body);
}

#[tokio::test]
async fn a_conflicting_change_is_reported_and_the_form_keeps_its_values() {
    let browser = Browser::new().await;
    let key = browser.server.key(&browser.owner, "invoice:read", "").await;
    let seen = browser.revision(&key).await;
    let quicker = [("name", "Quicker"), ("reviewed", "live")];
    assert_eq!(
        browser.edit(&key, &seen, &quicker).await.status.as_u16(),
        303
    );
    let slower = [("name", "Slower"), ("reviewed", "live")];
    let conflict = browser.edit(&key, &seen, &slower).await;
    assert!(
        conflict.body.contains("Someone else edited this key"),
        "{}",
        conflict.body
    );
    assert!(
        conflict.body.contains("“Quicker” to “Slower”"),
        "{}",
        conflict.body
    );
    let name = browser.owner.key(key.id).await.expect("there").name;
    assert_eq!(name.as_str(), "Quicker");
    let (seen, reviewed) = (hidden(&conflict, "seen"), hidden(&conflict, "reviewed"));
    let slower = with(&slower, &[("reviewed", &reviewed)]);
    assert_eq!(
        browser.edit(&key, &seen, &slower).await.status.as_u16(),
        303
    );
}

#[tokio::test]
async fn an_invalid_change_is_reported_and_nothing_is_saved() {
    let browser = Browser::new().await;
    let key = browser.server.key(&browser.owner, "invoice:read", "").await;
    let seen = browser.revision(&key).await;
    for (field, value, says) in [
        ("name", "\u{202E}", "invisible character"),
        ("scopes[]", "x", "Unknown scope"),
        ("allowed_ips", "x", "CIDR range. Use"),
        ("expiration", "91", "Choose an expiration"),
        ("rate_requests", "0", "whole number"),
        ("reviewed", "live", "No changes to save"),
    ] {
        let answer = browser.edit(&key, &seen, &[(field, value)]).await;
        assert_eq!(answer.status.as_u16(), 422, "{field}: {}", answer.body);
        assert!(answer.body.contains(says), "{field}: {}", answer.body);
    }
    assert_eq!(browser.revision(&key).await, seen);
}

#[tokio::test]
async fn the_form_of_an_ended_key_says_why_it_cannot_be_changed() {
    let browser = Browser::new().await;
    let key = browser.server.key(&browser.owner, "invoice:read", "").await;
    let seen = browser.revision(&key).await;
    let path = format!("/apps/{}/settings/api-keys/{}/edit", browser.app, key.id);
    let lines = [HTML, ("cookie", browser.cookie.as_str())];
    let open = browser.server.get(&path, &lines).await;
    assert!(open.body.contains("Save changes"), "{}", open.body);
    browser
        .owner
        .revoke(key.id, String::new())
        .await
        .expect("revoked");
    let page = browser.server.get(&path, &lines).await;
    assert!(page.body.contains("already revoked"), "{}", page.body);
    assert!(!page.body.contains("Save changes"));
    let late = browser.edit(&key, &seen, &[("name", "Till")]).await;
    assert_eq!(late.status.as_u16(), 409, "{}", late.body);
}

#[tokio::test]
async fn a_page_that_waits_for_the_first_call_does_not_navigate_away_from_the_secret() {
    let browser = Browser::new().await;
    let key = browser.server.key(&browser.owner, "invoice:read", "").await;
    let form = format!("app={}&key={}", browser.app, key.id);
    let json = ("accept", "application/json");
    let path = "/api/first_use";
    let lines = [json, ("cookie", browser.cookie.as_str())];
    let waiting = browser.server.post(path, &lines, &form).await;
    assert_eq!(waiting.body, "null");
    let anonymous = browser.server.post(path, &[json], &form).await;
    assert_eq!(anonymous.status.as_u16(), 401);
    for line in ["location", "serverfnredirect"] {
        assert_eq!(anonymous.header(line), "", "{line}");
    }
    let other = browser
        .server
        .post("/api/confirm_key", &[json], &form)
        .await;
    assert!(other.header("location").starts_with("/sign-in"));
}

#[tokio::test]
async fn a_form_that_is_sent_in_place_gets_the_address_of_a_redirect_and_others_follow_it() {
    let browser = Browser::new().await;
    let key = browser.server.key(&browser.owner, "invoice:read", "").await;
    let list = format!("/apps/{}/settings/api-keys", browser.app);
    let referer = format!("http://localhost:3000{list}");
    let form = format!("app={}&key={}", browser.app, key.id);
    for (function, in_place, status) in
        [("deactivate_key", true, 204), ("activate_key", false, 303)]
    {
        let mut lines = vec![
            HTML,
            ("referer", referer.as_str()),
            ("cookie", browser.cookie.as_str()),
        ];
        if in_place {
            lines.push((app::island::navigation::IN_PLACE, "1"));
        }
        let path = format!("/api/{function}");
        let answer = browser.server.post(&path, &lines, &form).await;
        assert_eq!(answer.status, status, "{function}");
        assert_eq!(answer.header("location"), list);
        assert!(answer.body.is_empty(), "{}", answer.body);
    }
}

#[tokio::test]
async fn the_page_after_a_change_says_so_once() {
    let browser = Browser::new().await;
    let key = browser.server.key(&browser.owner, "invoice:read", "").await;
    let id = key.id.to_string();
    let answer = browser.send("deactivate_key", "", &[("key", &id)]).await;
    let done = answer.header("set-cookie");
    assert!(
        done.starts_with(&format!("latchkey-done=deactivated.{id};")),
        "{done}"
    );
    assert!(
        done.contains("HttpOnly") && done.contains("Max-Age=60"),
        "{done}"
    );

    let list = format!("/apps/{}/settings/api-keys", browser.app);
    let (pair, _) = done.split_once(';').expect("attributes");
    let cookie = format!("{}; {pair}", browser.cookie);
    let page = browser
        .server
        .get(&list, &[HTML, ("cookie", &cookie)])
        .await;
    assert!(
        page.body.contains(&format!("{} deactivated", key.name)),
        "{}",
        page.body
    );
    assert!(page.header("set-cookie").contains("Max-Age=0"));
    let later = browser
        .server
        .get(&list, &[HTML, ("cookie", &browser.cookie)])
        .await;
    assert!(!later.body.contains("class=\"toast\""));

    // Nothing that a browser makes up is said.
    for invented in ["deactivated.akl_0000000000000000", "<b>", "saved.x"] {
        let cookie = format!("{}; latchkey-done={invented}", browser.cookie);
        let page = browser
            .server
            .get(&list, &[HTML, ("cookie", &cookie)])
            .await;
        assert!(!page.body.contains("class=\"toast\""), "{invented}");
    }
}
