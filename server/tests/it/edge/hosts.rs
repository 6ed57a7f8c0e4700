//! Host names: which are accepted, and where links, redirects and cookies point.

use http::Method;
use test_server::{OWNER, PASSWORD, TestServer, request};

const OURS: &str = "https://keys.example.com";

#[tokio::test]
async fn pages_are_served_only_under_the_public_host_and_the_gate_under_any() {
    let server = TestServer::at(OURS).await;
    for (host, page) in [
        ("keys.example.com", true),
        ("KEYS.EXAMPLE.COM:443", true),
        ("keys.example.com:8443", true),
        ("evil.example", false),
        ("localhost:3000", false),
        ("10.0.0.5:3000", false),
        ("keys.example.com.evil.example", false),
    ] {
        let lines = [("host", host)];
        for path in ["/setup", "/nothing", "/apps/x/settings/api-keys.csv"] {
            let answer = server.get(path, &lines).await;
            let accepted = answer.status.as_u16() != 421;
            assert_eq!(accepted, page, "{path} at {host}: {}", answer.status);
            assert!(accepted || answer.body.contains(OURS), "{}", answer.body);
        }
        // The gate is reached by any name in its network.
        for (path, status) in [
            ("/healthz", 200),
            ("/readyz", 200),
            ("/v1/whoami", 401),
            ("/openapi.json", 200),
        ] {
            let answer = server.get(path, &lines).await;
            assert_eq!(answer.status.as_u16(), status, "{path} at {host}");
        }
    }
}

#[tokio::test]
async fn the_origin_of_a_post_is_compared_with_the_public_url_and_not_with_host() {
    let server = TestServer::at(OURS).await;
    let form = ("content-type", "application/x-www-form-urlencoded");
    for (host, origin, status) in [
        // Past the check of the host: there is no session.
        ("keys.example.com", OURS, 401),
        ("keys.example.com", "https://evil.example", 403),
        ("keys.example.com", "http://keys.example.com", 403),
        (
            "keys.example.com:8443",
            "https://keys.example.com:8443",
            403,
        ),
        ("evil.example", "https://evil.example", 421),
        ("evil.example", OURS, 421),
    ] {
        let lines = [("host", host), ("origin", origin), form];
        let post = request(Method::POST, "/api/set_theme", &lines, "theme=dark");
        let answer = server.send(post).await;
        assert_eq!(answer.status.as_u16(), status, "{origin} at {host}");
    }
}

#[tokio::test]
async fn an_invitation_links_to_the_public_host() {
    let server = TestServer::with_users().await;
    let app = server.application(OWNER).await;
    for (host, origin) in [
        ("localhost:3000", "http://localhost:3000"),
        // A tunnel to loopback.
        ("127.0.0.1:8080", "http://127.0.0.1:8080"),
    ] {
        let cookie = cookie_name("latchkey", origin);
        let cookie = format!("{cookie}={}", server.token(OWNER).await);
        let form = format!(
            "app={app}&email=new{}@northwind.example&role=viewer",
            host.len()
        );
        let lines = [
            ("host", host),
            ("cookie", cookie.as_str()),
            ("sec-fetch-site", "same-origin"),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        let post = request(Method::POST, "/api/invite_member", &lines, &form);
        let answer = server.send(post).await;
        assert_eq!(answer.status.as_u16(), 200, "{}", answer.body);
        let link = format!("{origin}/invite/");
        assert!(answer.body.contains(&link), "{}", answer.body);
    }
}

/// Returns a cookie's name at an origin.
fn cookie_name(name: &str, origin: &str) -> String {
    match origin.rsplit_once(':') {
        Some((_, "3000")) | None => name.into(),
        Some((_, port)) => format!("{name}-{port}"),
    }
}

#[tokio::test]
async fn servers_on_one_host_do_not_accept_each_others_cookies() {
    let server = TestServer::with_users().await;
    let form = format!("email={OWNER}&password={PASSWORD}").replace(' ', "+");
    let mut names = Vec::new();
    for host in ["localhost:3000", "localhost:3001"] {
        let signed_in = server.post_at(host, "/api/sign_in", &form).await;
        assert_eq!(signed_in.status.as_u16(), 200, "{}", signed_in.body);
        for cookie in signed_in.headers.get_all("set-cookie") {
            let cookie = cookie.to_str().expect("text");
            let (name, _) = cookie.split_once('=').expect("a name");
            names.push(name.to_owned());
        }
    }
    let expected = [
        "latchkey",
        "latchkey-device",
        "latchkey-3001",
        "latchkey-device-3001",
    ];
    assert_eq!(names, expected);
}

#[tokio::test]
async fn a_form_never_redirects_to_another_site() {
    let server = TestServer::with_users().await;
    let cookie = format!("latchkey={}", server.token(OWNER).await);
    for page in [
        "/\\evil.example",
        "//evil.example",
        "/%5Cevil.example",
        "/%2Fevil.example",
        "/\t/evil.example",
        "/\r\n/evil.example",
        "https://evil.example",
        "/%09/evil.example",
    ] {
        let named: String = form_urlencoded::byte_serialize(page.as_bytes()).collect();
        let html = ("accept", "text/html");
        let form = format!("email={OWNER}&password=correct+horse+battery&next={named}");
        let signed_in = server.post("/api/sign_in", &[html], &form).await;
        assert_eq!(signed_in.status.as_u16(), 303, "{page}: {}", signed_in.body);
        assert_eq!(signed_in.header("location"), "/", "{page}");
        // A function that returns `()` redirects to the page that the form names.
        let form = format!("theme=dark&page={named}");
        let lines = [html, ("cookie", cookie.as_str())];
        let changed = server.post("/api/set_theme", &lines, &form).await;
        assert_eq!(changed.status.as_u16(), 303, "{page}: {}", changed.body);
        assert_eq!(changed.header("location"), "/", "{page}");
    }
    let lines = [("accept", "text/html"), ("cookie", cookie.as_str())];
    let form = "theme=dark&page=%2Fapps%2F1%3Fa%3Db";
    let changed = server.post("/api/set_theme", &lines, form).await;
    assert_eq!(changed.header("location"), "/apps/1?a=b");
}

#[tokio::test]
async fn no_request_target_causes_a_panic() {
    let server = TestServer::with_users().await;
    for target in [
        "http://x:99999/nothing",
        "http://localhost:3000/nothing",
        "http://[::1]:3000/nothing",
        "http://localhost:3000",
        "*",
        "/%",
        "/%ff%fe",
        "/%00",
        "//x:99999/nothing",
        "/?%ff",
        "/nothing?a=%00",
    ] {
        for method in [Method::GET, Method::HEAD, Method::OPTIONS, Method::POST] {
            let answer = server.send(request(method.clone(), target, &[], "")).await;
            let status = answer.status.as_u16();
            assert!(status < 500, "{method} {target}: {status} {}", answer.body);
        }
    }
}
