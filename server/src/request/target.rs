//! Normalization of the request target (RFC 9112, 3.2): whatever its form, handlers see a path with a query, and one `Host`.

use super::rejection::{MAX_TARGET_BYTES, Rejection};
use crate::config::host_and_port;
use http::{
    HeaderValue, Method, Request,
    header::HOST,
    uri::{Authority, Parts, PathAndQuery, Uri},
};

/// Normalizes the target of a request.
///
/// # Errors
/// If the target is too long, the method is CONNECT, or the request names an invalid host or more than one.
pub fn normalize<B>(request: &mut Request<B>) -> Result<(), Rejection> {
    if *request.method() == Method::CONNECT {
        return Err(Rejection::Malformed("this server is not a proxy"));
    }
    let length = |path: &PathAndQuery| path.as_str().len();
    if request
        .uri()
        .path_and_query()
        .is_some_and(|path| length(path) > MAX_TARGET_BYTES)
    {
        return Err(Rejection::LongTarget);
    }
    let mut named = request.headers().get_all(HOST).iter();
    let (first, second) = (named.next(), named.next());
    if second.is_some() {
        return Err(Rejection::Malformed("the request names more than one Host"));
    }
    let unreadable = Rejection::Malformed("the request's Host is none");
    if let Some(host) = first {
        let host: Authority = host
            .to_str()
            .ok()
            .and_then(|host| host.parse().ok())
            .ok_or(unreadable)?;
        host_and_port(&host).ok_or(unreadable)?;
    }
    // In the absolute form, and in HTTP/2, the target names the host.
    let Some(authority) = request.uri().authority() else {
        return Ok(());
    };
    host_and_port(authority).ok_or(unreadable)?;
    let same = |host: &HeaderValue| {
        let target = authority.as_str().as_bytes();
        host.as_bytes().eq_ignore_ascii_case(target)
    };
    if first.is_some_and(|host| !same(host)) {
        return Err(Rejection::Malformed("the request names more than one host"));
    }
    let host = HeaderValue::from_str(authority.as_str()).map_err(|_| unreadable)?;
    let mut parts = Parts::default();
    let path = request.uri().path_and_query().cloned();
    parts.path_and_query = Some(path.unwrap_or(PathAndQuery::from_static("/")));
    let path = Uri::from_parts(parts).map_err(|_| unreadable)?;
    request.headers_mut().insert(HOST, host);
    *request.uri_mut() = path;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    /// Returns the target and the host that a handler sees.
    fn normalized(target: &str, hosts: &[&str]) -> Option<(String, String)> {
        let mut request = Request::new(Body::empty());
        *request.uri_mut() = target.parse().expect("a target");
        for host in hosts {
            let host = HeaderValue::from_str(host).expect("a value");
            request.headers_mut().append(HOST, host);
        }
        normalize(&mut request).ok()?;
        let host = request.headers().get(HOST);
        let host = host.map_or("", |host| host.to_str().expect("text"));
        Some((request.uri().to_string(), host.to_owned()))
    }

    #[test]
    fn a_target_becomes_a_path_and_one_valid_host() {
        for (target, hosts, expected) in [
            (
                "/a?b",
                &["keys.example"] as &[&str],
                Some(("/a?b", "keys.example")),
            ),
            ("/a", &[], Some(("/a", ""))),
            ("*", &["keys.example"], Some(("*", "keys.example"))),
            (
                "http://keys.example/a?b",
                &[],
                Some(("/a?b", "keys.example")),
            ),
            (
                "http://keys.example",
                &["keys.example"],
                Some(("/", "keys.example")),
            ),
            (
                "http://Keys.example:80/a",
                &["keys.example:80"],
                Some(("/a", "Keys.example:80")),
            ),
            ("http://keys.example/a", &["evil.example"], None),
            ("http://x:99999/nothing", &[], None),
            ("http://me@x/nothing", &[], None),
            ("/a", &["keys.example", "keys.example"], None),
            ("/a", &["keys.example, evil.example"], None),
            ("/a", &["keys.example:99999"], None),
            ("/a", &["keys.example:x"], None),
            ("/a", &["me@keys.example"], None),
            ("/a", &["keys.example/x"], None),
            ("/a", &[""], None),
        ] {
            let expected = expected.map(|(target, host)| (target.to_owned(), host.to_owned()));
            assert_eq!(normalized(target, hosts), expected, "{target} {hosts:?}");
        }
    }

    #[test]
    fn connect_is_rejected() {
        let mut request = Request::new(Body::empty());
        *request.method_mut() = Method::CONNECT;
        *request.uri_mut() = "keys.example:443".parse().expect("a target");
        assert!(normalize(&mut request).is_err());
    }
}
