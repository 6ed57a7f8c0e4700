//! What follows a form: a redirect, the next page, and calls that must not lead away.

use super::{Browser, HTML, hidden};
use app::{
    context::{Site, cookies},
    routes::local_path,
    toast::Done,
    words::{list::CONFIRM_REVOKE, toast::APPLICATION_DELETED},
};

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
    let list = format!("/apps/{}/settings/api-keys", browser.app);
    let fields = [("key", &*id), ("page", &*list)];
    let answer = browser.send("deactivate_key", "", &fields).await;
    assert_eq!(answer.header("location"), list);
    let done = answer.header("set-cookie");
    let (pair, attributes) = done.split_once(';').expect("attributes");
    let (name, value) = pair.split_once('=').expect("a name");
    assert!(name.starts_with("latchkey-done-"), "{done}");
    assert_eq!(value, format!("deactivated.{id}"));
    assert!(
        attributes.contains("HttpOnly") && attributes.contains("Max-Age=60"),
        "{done}"
    );

    let cookie = format!("{}; {pair}", browser.cookie);
    // A page that another tab loads meanwhile, even a version of the same one.
    for other in [format!("/apps/{}", browser.app), format!("{list}?tab=all")] {
        let page = browser
            .server
            .get(&other, &[HTML, ("cookie", &cookie)])
            .await;
        assert_eq!(page.status, 200, "{other}");
        assert!(!page.body.contains("class=\"toast\""), "{other}");
        assert_eq!(page.header("set-cookie"), "", "{other}");
    }
    let page = browser
        .server
        .get(&list, &[HTML, ("cookie", &cookie)])
        .await;
    let text = page.body.replace("<!>", "").replace("</bdi>", "");
    assert!(
        text.contains(&format!("{} deactivated", key.name)),
        "{}",
        page.body
    );
    assert!(page.header("set-cookie").contains("Max-Age=0"));
    let later = browser
        .server
        .get(&list, &[HTML, ("cookie", &browser.cookie)])
        .await;
    assert!(!later.body.contains("class=\"toast\""));

    // What the nodes know, if there are several.
    let cookie = format!("{}; {pair}~2.3.31549", browser.cookie);
    let page = browser
        .server
        .get(&list, &[HTML, ("cookie", &cookie)])
        .await;
    let nodes = ". Rejected on 2 of 3 nodes after 31.5 s. The other one didn't respond";
    assert!(page.body.contains(nodes), "{}", page.body);

    // Nothing that a browser makes up is said.
    for invented in [
        "deactivated.akl_0000000000000000",
        "<b>",
        "saved.x",
        "saved~1",
    ] {
        let cookie = format!("{}; {name}={invented}", browser.cookie);
        let page = browser
            .server
            .get(&list, &[HTML, ("cookie", &cookie)])
            .await;
        assert!(!page.body.contains("class=\"toast\""), "{invented}");
    }
}

#[tokio::test]
async fn a_page_that_leads_elsewhere_passes_on_what_was_changed() {
    let browser = Browser::new().await;
    let get = async |path: &str, done: &str| {
        let pair = done.split(';').next().unwrap_or_default();
        let cookie = format!("{}; {pair}", browser.cookie);
        let lines = [HTML, ("cookie", cookie.as_str())];
        browser.server.get(path, &lines).await
    };
    let done = cookies::done(&Site::default(), Done::ApplicationDeleted, "/");
    let done = done.expect("a cookie");
    let home = get("/", done.to_str().expect("text")).await;
    let lines = home.headers.get_all("set-cookie").iter();
    let lines: Vec<_> = lines.filter_map(|line| line.to_str().ok()).collect();
    let [taken, passed_on] = lines[..] else {
        panic!("{lines:?}");
    };
    assert!(taken.contains("Max-Age=0"), "{taken}");
    let list = home.header("location");
    assert!(list.starts_with("/apps/"), "{list}");
    let page = get(list, passed_on).await;
    assert!(page.body.contains(APPLICATION_DELETED), "{}", page.body);
}

#[tokio::test]
async fn a_call_for_data_gets_no_cookie_of_a_page() {
    let browser = Browser::new().await;
    let key = browser.server.key(&browser.owner, "invoice:read", "").await;
    let form = format!("app={}&key={}", browser.app, key.id);
    let lines = [
        ("accept", "application/json"),
        ("cookie", browser.cookie.as_str()),
    ];
    let answer = browser
        .server
        .post("/api/deactivate_key", &lines, &form)
        .await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    for line in ["set-cookie", cookies::CHANGE.as_str()] {
        assert_eq!(answer.header(line), "", "{line}");
    }
}

#[tokio::test]
async fn a_request_cannot_say_what_was_changed() {
    let browser = Browser::new().await;
    let change = cookies::CHANGE;
    let lines = [
        HTML,
        ("cookie", browser.cookie.as_str()),
        (change.as_str(), "saved"),
    ];
    let answer = browser
        .server
        .post("/api/set_theme", &lines, "theme=dark")
        .await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    let set: Vec<_> = answer.headers.get_all("set-cookie").iter().collect();
    let [theme] = set[..] else {
        panic!("{set:?}");
    };
    let theme = theme.to_str().expect("text");
    assert!(theme.starts_with("latchkey-theme"), "{theme}");
    assert_eq!(answer.header(change.as_str()), "");
}

#[tokio::test]
async fn a_refused_revocation_of_fifty_keys_from_a_long_search_is_shown_in_its_dialog() {
    let browser = Browser::new().await;
    let search = "ж".repeat(60);
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("app", &browser.app);
    for (name, value) in [
        ("tab", "all"),
        ("search", &*search),
        ("sort", "name"),
        ("dir", "asc"),
    ] {
        query.append_pair(name, value);
    }
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("app", &browser.app);
    for _ in 0..50 {
        let key = browser.server.key(&browser.owner, "invoice:read", "").await;
        query.append_pair("keys[]", &key.id.to_string());
        form.append_pair("keys[]", &key.id.to_string());
    }
    let page = format!(
        "/apps/{}/settings/api-keys/revoke-selected?{}",
        browser.app,
        query.finish()
    );
    assert_eq!(local_path(&page), None, "it is too long for a return path");
    let cookie = ("cookie", browser.cookie.as_str());
    let dialog = browser.server.get(&page, &[HTML, cookie]).await;

    let named = hidden(&dialog, "page").replace("&amp;", "&");
    form.extend_pairs([("page", &*named), ("confirm", "yes"), ("reason", "")]);
    let referer = format!("http://localhost:3000{page}");
    let lines = [HTML, ("referer", &*referer), cookie];
    let form = form.finish();
    let answer = browser.server.post("/api/revoke_keys", &lines, &form).await;
    assert_eq!(answer.status, 422, "{}", answer.body);
    assert!(answer.body.contains(CONFIRM_REVOKE), "{}", answer.body);
    let cancel = format!(
        "href=\"/apps/{}/settings/api-keys?tab=all&amp;search=",
        browser.app
    );
    assert!(answer.body.contains(&cancel), "{}", answer.body);
    assert_eq!(hidden(&answer, "page").replace("&amp;", "&"), named);
}
