//! Where the page is that a form stood on.

use app::routes::local_path;
use http::{HeaderValue, Uri, uri::PathAndQuery};

/// The page that a form names itself (a page that answered a post has the address of a function), or else
/// [`of_referer`].
pub fn path(form: &[u8], referer: Option<&HeaderValue>, origin: &str) -> Uri {
    form_urlencoded::parse(form)
        .find(|(name, _)| name == "page")
        .and_then(|(_, page)| local_path(&page)?.parse().ok())
        .unwrap_or_else(|| of_referer(referer, origin))
}

/// The path and the query of our own page in `referer`; `/` for everything else, which a browser may have been made to
/// send.
fn of_referer(referer: Option<&HeaderValue>, origin: &str) -> Uri {
    referer
        .and_then(|referer| referer.to_str().ok())
        .and_then(|referer| own_path(referer, origin))
        .unwrap_or_else(|| Uri::from_static("/"))
}

fn own_path(referer: &str, origin: &str) -> Option<Uri> {
    let uri: Uri = referer.parse().ok()?;
    let theirs = format!("{}://{}", uri.scheme_str()?, uri.authority()?);
    let path = uri.path_and_query().map_or("/", PathAndQuery::as_str);
    theirs
        .eq_ignore_ascii_case(origin)
        .then(|| local_path(path)?.parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::path;
    use http::HeaderValue;

    const OURS: &str = "https://keys.example.com";

    #[test]
    fn only_our_own_pages_are_gone_back_to() {
        for (referer, back) in [
            ("https://keys.example.com/apps/1/new?a=b", "/apps/1/new?a=b"),
            ("https://KEYS.example.com/sign-in", "/sign-in"),
            ("https://keys.example.com", "/"),
            ("http://keys.example.com/sign-in", "/"),
            ("http://localhost:3000/sign-in", "/"),
            ("https://evil.example/x", "/"),
            ("https://keys.example.com.evil.example/x", "/"),
            ("https://keys.example.com@evil.example/x", "/"),
            ("https://keys.example.com:99999/x", "/"),
            ("https://keys.example.com//evil.example/x", "/"),
            ("https://keys.example.com/%5Cevil.example/x", "/"),
            ("https://keys.example.com/api/sign_in", "/"),
            ("javascript:alert(1)", "/"),
            ("/x", "/"),
            ("", "/"),
        ] {
            let found = path(b"", Some(&HeaderValue::from_static(referer)), OURS);
            assert_eq!(found.to_string(), back, "{referer}");
        }
        assert_eq!(path(b"", None, OURS), "/");
    }

    #[test]
    fn a_form_names_its_page_and_no_other_place() {
        let referer = HeaderValue::from_static("https://keys.example.com/sign-in");
        for (form, back) in [
            ("name=x&page=%2Fapps%2F1%2Fnew%3Fa%3Db", "/apps/1/new?a=b"),
            ("page=https%3A%2F%2Fevil.example%2Fx", "/sign-in"),
            ("page=%2F%2Fevil.example", "/sign-in"),
            ("page=/\\evil.example", "/sign-in"),
            ("page=%2F%5Cevil.example", "/sign-in"),
            ("page=%2F%255Cevil.example", "/sign-in"),
            ("page=%2F%09%2Fevil.example", "/sign-in"),
            ("page=%2Fapi%2Fsign_in", "/sign-in"),
            ("page=x", "/sign-in"),
            ("", "/sign-in"),
        ] {
            let found = path(form.as_bytes(), Some(&referer), OURS);
            assert_eq!(found.to_string(), back, "{form}");
        }
    }
}
