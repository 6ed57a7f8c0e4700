//! Security headers of every response.

use http::Method;
use server::config::Hsts;
use test_server::{TestServer, request};

/// Method, path, headers and body of a request, and the status of the response.
type Row<'a> = (Method, &'a str, &'a [(&'a str, &'a str)], &'a str, u16);

#[tokio::test]
async fn responses_of_the_dashboard_have_the_security_headers_whatever_their_status() {
    let server = TestServer::at("https://keys.example.com").await;
    let long = "x".repeat(70_000);
    let form = ("content-type", "application/x-www-form-urlencoded");
    let own = ("sec-fetch-site", "same-origin");
    let alien = ("sec-fetch-site", "cross-site");
    let plain = ("content-type", "text/plain");
    let table: &[Row<'_>] = &[
        (Method::GET, "/sign-in", &[], "", 200),
        (Method::GET, "/api/set_theme", &[], "", 303),
        (Method::GET, "/nothing/here", &[], "", 404),
        (Method::GET, "/pkg/nothing.js", &[], "", 404),
        (Method::GET, "/pkg/../../Cargo.toml", &[], "", 404),
        (Method::POST, "/api/nothing", &[own, form], "", 404),
        (
            Method::POST,
            "/api/confirm_key",
            &[own, form],
            "app=x&key=y",
            401,
        ),
        (Method::POST, "/api/set_theme", &[alien, form], "", 403),
        (Method::POST, "/sign-in", &[], "", 403),
        (Method::POST, "/sign-in", &[own], "", 405),
        (Method::DELETE, "/api/set_theme", &[own], "", 405),
        (Method::POST, "/api/set_theme", &[own, form], &long, 413),
        (Method::POST, "/api/set_theme", &[own, plain], "", 415),
        (Method::GET, "/problems/key_revoked", &[], "", 200),
    ];
    for (method, path, lines, body, status) in table {
        let answer = server
            .send(request(method.clone(), path, lines, body))
            .await;
        let row = format!("{method} {path}");
        // Without people, some pages redirect to the setup.
        let moved = *path == "/sign-in" && answer.status.is_redirection();
        assert!(
            answer.status.as_u16() == *status || moved,
            "{row}: {}",
            answer.status
        );
        let policy = answer.header("content-security-policy");
        for part in [
            "default-src 'none'",
            "script-src 'self' 'nonce-",
            "frame-ancestors 'none'",
        ] {
            assert!(policy.contains(part), "{row}: {policy}");
        }
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"));
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("strict-transport-security", "max-age=31536000"),
            ("cache-control", "no-store"),
        ] {
            assert_eq!(answer.header(name), value, "{row}: {name}");
        }
        assert!(!answer.header("permissions-policy").is_empty(), "{row}");
        assert!(!answer.header("x-request-id").is_empty(), "{row}");
        assert_eq!(answer.header("server"), "", "{row}");
    }
}

#[tokio::test]
async fn responses_of_the_gate_have_the_security_headers_whatever_their_status() {
    let server = TestServer::at("https://keys.example.com").await;
    let pair = [("x-client-key", "x"), ("x-client-secret", "y")];
    for (method, path, lines, status) in [
        (Method::GET, "/healthz", &[] as &[(&str, &str)], 200),
        (Method::GET, "/readyz", &[], 200),
        (Method::GET, "/openapi.json", &[], 200),
        (Method::GET, "/metrics", &[], 404),
        (Method::GET, "/v1/whoami", &[], 401),
        (Method::GET, "/v1/whoami", &pair, 401),
        (Method::GET, "/v1/whoami?secret=x", &pair, 400),
        (Method::GET, "/v1/auth/scopes/-/x", &pair, 401),
        (Method::GET, "/v1/nothing", &[], 404),
        (Method::DELETE, "/v1/whoami", &[], 405),
        (Method::GET, "http://x:99999/nothing", &[], 400),
    ] {
        let answer = server.send(request(method, path, lines, "")).await;
        assert_eq!(answer.status.as_u16(), status, "{path}");
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("strict-transport-security", "max-age=31536000"),
        ] {
            assert_eq!(answer.header(name), value, "{path}: {name}");
        }
        assert!(!answer.header("x-request-id").is_empty(), "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), "", "{path}");
    }
}

#[tokio::test]
async fn hsts_covers_subdomains_only_if_the_setting_says_so() {
    for (choice, policy) in [
        (Hsts::Host, "max-age=31536000"),
        (Hsts::Subdomains, "max-age=31536000; includeSubDomains"),
        (
            Hsts::Preload,
            "max-age=63072000; includeSubDomains; preload",
        ),
        (Hsts::Off, ""),
    ] {
        let mut server = TestServer::at("https://keys.example.com").await;
        server.state.hsts = choice;
        server.router = server::router(server.state.clone());
        let answer = server.get("/healthz", &[]).await;
        assert_eq!(answer.header("strict-transport-security"), policy);
    }
}

#[tokio::test]
async fn hsts_is_sent_only_with_https() {
    let server = TestServer::new().await;
    let answer = server.get("/healthz", &[]).await;
    assert_eq!(answer.header("strict-transport-security"), "");
}

#[tokio::test]
async fn each_page_has_its_own_nonce_and_its_scripts_carry_it() {
    let server = TestServer::with_users().await;
    let nonce = |policy: &str| -> String {
        let (_, rest) = policy.split_once("'nonce-").expect("a nonce");
        rest.split('\'').next().unwrap_or_default().to_owned()
    };
    let first = server.get("/sign-in", &[]).await;
    let second = server.get("/sign-in", &[]).await;
    let of_first = nonce(first.header("content-security-policy"));
    assert_ne!(of_first, nonce(second.header("content-security-policy")));
    assert_eq!(first.status.as_u16(), 200, "{}", first.body);
    assert!(first.body.contains("<script"));
    for tag in first.body.split("<script").skip(1) {
        let tag = tag.split('>').next().unwrap_or_default();
        assert!(
            tag.contains(&format!("nonce=\"{of_first}\"")) || tag.contains("src=\"/pkg/"),
            "<script{tag}>"
        );
    }
}
