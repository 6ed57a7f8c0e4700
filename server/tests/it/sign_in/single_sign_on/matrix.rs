//! Which role reaches which function and page where there is a provider; without one, see `roles.rs`.

use super::Setup;
use test_server::{DEVELOPER, FOREIGNER, OWNER, SUPPORT, VIEWER};

#[tokio::test]
async fn each_role_reaches_its_own_functions_and_pages() {
    let setup = Setup::new().await;
    setup.server.add_support().await;
    let app = setup.application().await;
    for (email, test, unlink) in [
        (None, 401, 401),
        (Some(FOREIGNER), 404, 422),
        (Some(VIEWER), 403, 422),
        (Some(DEVELOPER), 403, 422),
        (Some(OWNER), 200, 422),
        (Some(SUPPORT), 404, 422),
    ] {
        let cookie = match email {
            Some(email) => format!("latchkey={}", setup.server.token(email).await),
            None => "x=y".into(),
        };
        let lines = [("accept", "application/json"), ("cookie", cookie.as_str())];
        for (function, form, status) in [
            ("test_connection", format!("app={app}"), test),
            ("unlink_identity", String::new(), unlink),
        ] {
            let path = format!("/api/{function}");
            let answer = setup.server.post(&path, &lines, &form).await;
            let found = answer.status.as_u16();
            assert_eq!(found, status, "{email:?} {function}: {}", answer.body);
        }
        let lines = [
            ("accept", "text/html"),
            ("cookie", cookie.as_str()),
            ("sec-fetch-site", "same-origin"),
        ];
        for (query, public) in [("", true), ("?for=link", false), ("?for=confirm", false)] {
            let path = format!("/sign-in/oidc{query}");
            let answer = setup.server.get(&path, &lines).await;
            let location = answer.header("location");
            let leads_there = location.starts_with(&setup.provider.issuer);
            assert_eq!(leads_there, public || email.is_some(), "{email:?} {path}");
            if !leads_there {
                assert_eq!(location, "/sign-in?next=/", "{path}");
            }
        }
        let callback = "/sign-in/oidc/callback?code=x&state=y";
        let answer = setup.server.get(callback, &lines).await;
        let place = if email.is_some() {
            "/profile"
        } else {
            "/sign-in"
        };
        assert_eq!(answer.header("location"), format!("{place}?sso=expired"));
    }
}
