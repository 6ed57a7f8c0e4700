//! The page of a posted form.

use app::routes::local_path;
use http::{HeaderValue, Uri, uri::PathAndQuery};

/// Returns the page that the form's field `page` names, else that of [`from_referer`]. (After a post without JavaScript,
/// `Referer` names a function, not a page.)
pub fn path(form: &[u8], referer: Option<&HeaderValue>, origin: &str) -> Uri {
    form_urlencoded::parse(form)
        .find(|(name, _)| name == "page")
        .and_then(|(_, page)| local_path(&page)?.parse().ok())
        .unwrap_or_else(|| from_referer(referer, origin))
}

/// Returns path and query of `referer` if it is a page of this server, else `/`: an attacker can choose what a browser sends.
fn from_referer(referer: Option<&HeaderValue>, origin: &str) -> Uri {
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
    fn the_referer_counts_only_if_it_is_a_page_of_this_server() {
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
    fn the_field_page_counts_only_if_it_is_a_local_path() {
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
