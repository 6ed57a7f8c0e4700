//! Where the page is that a form stood on.

use http::{HeaderValue, Uri, uri::PathAndQuery};

/// The path and the query of our own page in `referer`; `/` for everything else, which a browser may have been made to
/// send.
pub fn path(referer: Option<&HeaderValue>, host: Option<&HeaderValue>, public_origin: &str) -> Uri {
    referer
        .and_then(|referer| referer.to_str().ok())
        .and_then(|referer| own_path(referer, host, public_origin))
        .unwrap_or_else(|| Uri::from_static("/"))
}

fn own_path(referer: &str, host: Option<&HeaderValue>, public_origin: &str) -> Option<Uri> {
    let uri: Uri = referer.parse().ok()?;
    let scheme = uri
        .scheme_str()
        .filter(|s| matches!(*s, "http" | "https"))?;
    let authority = uri.authority()?.as_str().to_ascii_lowercase();
    let of_public = format!("{scheme}://{authority}") == public_origin;
    let of_host = host
        .and_then(|host| host.to_str().ok())
        .is_some_and(|host| host.eq_ignore_ascii_case(&authority));
    let path = uri.path_and_query().map_or("/", PathAndQuery::as_str);
    // A function has no page, and `//host` names another one.
    let page = path.starts_with('/') && !path.starts_with("//") && !path.starts_with("/api/");
    ((of_public || of_host) && page)
        .then(|| path.parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::path;
    use http::HeaderValue;

    #[test]
    fn only_our_own_pages_are_gone_back_to() {
        let host = HeaderValue::from_static("localhost:3000");
        for (referer, back) in [
            ("https://keys.example.com/apps/1/new?a=b", "/apps/1/new?a=b"),
            ("http://localhost:3000/sign-in", "/sign-in"),
            ("http://LOCALHOST:3000/sign-in", "/sign-in"),
            ("https://keys.example.com", "/"),
            ("https://evil.example/x", "/"),
            ("https://keys.example.com.evil.example/x", "/"),
            ("https://keys.example.com@evil.example/x", "/"),
            ("https://keys.example.com//evil.example/x", "/"),
            ("https://keys.example.com/api/sign_in", "/"),
            ("javascript:alert(1)", "/"),
            ("/x", "/"),
            ("", "/"),
        ] {
            let referer_value = HeaderValue::from_static(referer);
            let found = path(
                Some(&referer_value),
                Some(&host),
                "https://keys.example.com",
            );
            assert_eq!(found.to_string(), back, "{referer}");
        }
        assert_eq!(path(None, None, "https://keys.example.com"), "/");
    }
}
