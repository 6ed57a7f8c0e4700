//! A browser that goes to the provider and comes back.

use super::{HTML, Setup};
use http::StatusCode;
use management::Session;
use std::collections::BTreeMap;
use test_server::Answer;

/// A browser with its cookies.
pub struct Browser<'a> {
    pub setup: &'a Setup,
    pub cookies: BTreeMap<String, String>,
}

impl Browser<'_> {
    pub fn use_session(&mut self, token: &str) {
        self.cookies.insert("latchkey".into(), token.to_owned());
    }

    /// The value of its session cookie.
    pub fn token(&self) -> Option<&str> {
        self.cookies.get("latchkey").map(String::as_str)
    }

    pub async fn session(&self) -> Session {
        let token = self.token().expect("a session cookie");
        let session = self.setup.server.keyring.sessions().find(token).await;
        session.expect("a database").expect("a session")
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.get_with(path, &[]).await
    }

    pub async fn get_with(&mut self, path: &str, more: &[(&str, &str)]) -> Answer {
        let cookies = self.cookie_line();
        let mut lines = vec![HTML, ("cookie", cookies.as_str())];
        lines.extend_from_slice(more);
        let answer = self.setup.server.get(path, &lines).await;
        self.keep_cookies(&answer);
        answer
    }

    pub async fn post(&mut self, function: &str, form: &str) -> Answer {
        let cookies = self.cookie_line();
        let lines = [HTML, ("cookie", cookies.as_str())];
        let path = format!("/api/{function}");
        let answer = self.setup.server.post(&path, &lines, form).await;
        self.keep_cookies(&answer);
        answer
    }

    /// Goes to the provider at `path`, and returns the address that it leads back to.
    pub async fn begin(&mut self, path: &str) -> String {
        let same = ("sec-fetch-site", "same-origin");
        let begun = self.get_with(path, &[same]).await;
        assert_eq!(begun.status, StatusCode::SEE_OTHER, "{}", begun.body);
        assert_eq!(begun.header("cache-control"), "no-store");
        self.setup.provider.authorize(begun.header("location"))
    }

    /// Comes back from the provider.
    pub async fn finish(&mut self, callback: &str) -> Answer {
        let cross = ("sec-fetch-site", "cross-site");
        let answer = self.get_with(callback, &[cross]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        assert_eq!(answer.header("cache-control"), "no-store");
        let expired = answer.header("location").ends_with("sso=expired");
        assert!(
            expired || !self.cookies.contains_key("latchkey-oidc"),
            "the cookie is used once"
        );
        answer
    }

    pub async fn sign_in(&mut self) -> Answer {
        let callback = self.begin("/sign-in/oidc").await;
        self.finish(&callback).await
    }

    fn cookie_line(&self) -> String {
        let pairs = self.cookies.iter();
        let pairs: Vec<_> = pairs
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        pairs.join("; ")
    }

    fn keep_cookies(&mut self, answer: &Answer) {
        for line in answer.headers.get_all("set-cookie") {
            let line = line.to_str().expect("text");
            let (pair, rest) = line.split_once("; ").unwrap_or((line, ""));
            let (name, value) = pair.split_once('=').expect("a pair");
            if rest.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.into(), value.into());
            }
        }
    }
}
