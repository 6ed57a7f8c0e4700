//! Where the page is that a form stood on.

use http::{HeaderValue, Uri, uri::PathAndQuery};

/// The page that a form names itself (a page that answered a post has the address of a function), or else
/// [`of_referer`].
pub fn path(
    form: &[u8],
    referer: Option<&HeaderValue>,
    host: Option<&HeaderValue>,
    public_origin: &str,
) -> Uri {
    form_urlencoded::parse(form)
        .find(|(name, _)| name == "page")
        .and_then(|(_, page)| page.parse::<Uri>().ok())
        .filter(|page| page.authority().is_none() && is_page(&page.to_string()))
        .unwrap_or_else(|| of_referer(referer, host, public_origin))
}

/// The path and the query of our own page in `referer`; `/` for everything else, which a browser may have been made to
/// send.
fn of_referer(
    referer: Option<&HeaderValue>,
    host: Option<&HeaderValue>,
    public_origin: &str,
) -> Uri {
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
    ((of_public || of_host) && is_page(path))
        .then(|| path.parse().ok())
        .flatten()
}

/// A function has no page, and `//host` names another one.
fn is_page(path: &str) -> bool {
    path.starts_with('/') && !path.starts_with("//") && !path.starts_with("/api/")
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
                b"",
                Some(&referer_value),
                Some(&host),
                "https://keys.example.com",
            );
            assert_eq!(found.to_string(), back, "{referer}");
        }
        assert_eq!(path(b"", None, None, "https://keys.example.com"), "/");
    }

    #[test]
    fn a_form_names_its_page_and_no_other_place() {
        let referer = HeaderValue::from_static("https://keys.example.com/sign-in");
        for (form, back) in [
            ("name=x&page=%2Fapps%2F1%2Fnew%3Fa%3Db", "/apps/1/new?a=b"),
            ("page=https%3A%2F%2Fevil.example%2Fx", "/sign-in"),
            ("page=%2F%2Fevil.example", "/sign-in"),
            ("page=%2Fapi%2Fsign_in", "/sign-in"),
            ("page=x", "/sign-in"),
            ("", "/sign-in"),
        ] {
            let found = path(
                form.as_bytes(),
                Some(&referer),
                None,
                "https://keys.example.com",
            );
            assert_eq!(found.to_string(), back, "{form}");
        }
    }
}
